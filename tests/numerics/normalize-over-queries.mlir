// Over the queries of each key, in every kind: whole columns are needed, so a task has all rows of a map.
// RUN: sed 's/KIND/softmax/' %s > %t.0.mlir
// RUN: cd %S/data/attention_general-norm_softmax_queries && attn-run %t.0.mlir --reference --rtol 1e-9 --atol 1e-9 \
// RUN:   --input q=q.npy --input k=k.npy --input v=v.npy --input lengths=lengths.npy --expect out=expected_out.npy \
// RUN:   --expect map=expected_map.npy
// RUN: attnc %t.0.mlir --explain | FileCheck %s
// CHECK: strategy: strip
// CHECK: softmax over queries needs whole columns: the map of a head is held
// RUN: %run_compiled %t.0.mlir %t --sizes B=2,N=7,M=13 --sizes B=1,N=65,M=64 --sizes B=2,N=1,M=33 \
// RUN:   --sizes B=3,N=17,M=1 --sizes B=1,N=130,M=7 --sizes B=0,N=7,M=13 --sizes B=2,N=0,M=5 --sizes B=2,N=3,M=0
// RUN: sed 's/KIND/softmax_one/' %s > %t.1.mlir
// RUN: %run_compiled %t.1.mlir %t --sizes B=2,N=7,M=13 --sizes B=1,N=40,M=33 --sizes B=2,N=1,M=33
// RUN: sed 's/KIND/relu_sum/' %s > %t.2.mlir
// RUN: %run_compiled %t.2.mlir %t --sizes B=2,N=7,M=13 --sizes B=1,N=40,M=33 --sizes B=2,N=1,M=33
// RUN: sed 's/KIND/relu_mean/' %s > %t.3.mlir
// RUN: %run_compiled %t.3.mlir %t --sizes B=2,N=7,M=13 --sizes B=1,N=40,M=33 --sizes B=2,N=1,M=33
// RUN: sed 's/KIND/relu2_mean/' %s > %t.4.mlir
// RUN: %run_compiled %t.4.mlir %t --sizes B=2,N=7,M=13 --sizes B=1,N=40,M=33 --sizes B=2,N=1,M=33
// RUN: sed 's/KIND/sigmoid/' %s > %t.5.mlir
// RUN: %run_compiled %t.5.mlir %t --sizes B=2,N=7,M=13 --sizes B=1,N=40,M=33 --sizes B=2,N=1,M=33
// RUN: sed 's/KIND/none/' %s > %t.6.mlir
// RUN: %run_compiled %t.6.mlir %t --sizes B=2,N=7,M=13 --sizes B=1,N=40,M=33 --sizes B=2,N=1,M=33
// RUN: sed 's/KIND/sparsemax/' %s > %t.7.mlir
// RUN: %run_compiled %t.7.mlir %t --sizes B=2,N=7,M=13 --sizes B=1,N=40,M=33 --sizes B=2,N=1,M=33

func.func @attention(
    %q: tensor<?x2x?x4xf32> {attn.name = "q", attn.dims = ["B", "H", "N", "D"]},
    %k: tensor<?x2x?x4xf32> {attn.name = "k", attn.dims = ["B", "Hk", "M", "D"]},
    %v: tensor<?x2x?x4xf32> {attn.name = "v", attn.dims = ["B", "Hk", "M", "E"]},
    %lengths: tensor<?xi32> {attn.name = "lengths", attn.dims = ["B"]})
    -> (tensor<?x2x?x4xf32> {attn.name = "out"}, tensor<?x2x?x?xf32> {attn.name = "map"}) {
  %s = attn.score dot %q, %k scale 0.5 : tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>
  %m = attn.mask %s where causal(bottom_right) and lengths(%lengths) : tensor<?x2x?x?xf32>, tensor<?xi32>
  %map = attn.normalize KIND %m over queries : tensor<?x2x?x?xf32>
  %out = attn.combine %map, %v : tensor<?x2x?x?xf32>, tensor<?x2x?x4xf32>
  return %out, %map : tensor<?x2x?x4xf32>, tensor<?x2x?x?xf32>
}
