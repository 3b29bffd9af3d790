// Softmax with 1 more in the sum.
// RUN: sed 's/SINK/ sink %%zeros/; s/TYPE/, tensor<2xf32>/' %s > %t.sink.mlir
// RUN: sed 's/SINK//; s/TYPE//' %s > %t.one.mlir
// RUN: %run_compiled %t.one.mlir %t --sizes B=2,N=7,M=13 --sizes B=1,N=65,M=64 --sizes B=2,N=1,M=33 \
// RUN:   --sizes B=3,N=17,M=1 --sizes B=1,N=33,M=140 --sizes B=0,N=7,M=13 --sizes B=2,N=0,M=5 --sizes B=2,N=3,M=0
// Without a sink it is that of sinks 0.
// RUN: attn-run %t.one.mlir --reference --input q=random:1:[2,2,7,4] --input k=random:2:[2,2,9,4] \
// RUN:   --input v=random:3:[2,2,9,4] --input lengths=iota:[2] --input zeros=full:0:[2] --output map=%t.npy
// RUN: attn-run %t.sink.mlir --reference --input q=random:1:[2,2,7,4] --input k=random:2:[2,2,9,4] \
// RUN:   --input v=random:3:[2,2,9,4] --input lengths=iota:[2] --input zeros=full:0:[2] --expect map=%t.npy

func.func @attention(
    %q: tensor<?x2x?x4xf32> {attn.name = "q", attn.dims = ["B", "H", "N", "D"]},
    %k: tensor<?x2x?x4xf32> {attn.name = "k", attn.dims = ["B", "Hk", "M", "D"]},
    %v: tensor<?x2x?x4xf32> {attn.name = "v", attn.dims = ["B", "Hk", "M", "E"]},
    %lengths: tensor<?xi32> {attn.name = "lengths", attn.dims = ["B"]},
    %zeros: tensor<2xf32> {attn.name = "zeros"})
    -> (tensor<?x2x?x4xf32> {attn.name = "out"}, tensor<?x2x?x?xf32> {attn.name = "map"}) {
  %s = attn.score dot %q, %k scale 0.5 : tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>
  %m = attn.mask %s where causal(bottom_right) and lengths(%lengths) : tensor<?x2x?x?xf32>, tensor<?xi32>
  %map = attn.normalize softmax_one %mSINK : tensor<?x2x?x?xf32>TYPE
  %out = attn.combine %map, %v : tensor<?x2x?x?xf32>, tensor<?x2x?x4xf32>
  return %out, %map : tensor<?x2x?x4xf32>, tensor<?x2x?x?xf32>
}
