// Every kind of score with grouped heads, parameters for each head, a scale, and under a mask.
// RUN: sed 's/SCORE/additive %%q, %%k with %%a scale 0.5 : tensor<?x4x?x5xf32>, tensor<?x2x?x5xf32>, tensor<4x5xf32>/' %s > %t.0.mlir
// RUN: %run_compiled %t.0.mlir %t --sizes B=2,N=7,M=13 --sizes B=1,N=65,M=64 --sizes B=2,N=1,M=33 --sizes B=0,N=7,M=13 \
// RUN:   --sizes B=2,N=0,M=5 --sizes B=2,N=3,M=0
// RUN: sed 's/SCORE/bilinear %%q, %%k with %%w scale 0.5 : tensor<?x4x?x5xf32>, tensor<?x2x?x5xf32>, tensor<4x5x5xf32>/' %s > %t.1.mlir
// RUN: %run_compiled %t.1.mlir %t --sizes B=2,N=7,M=13 --sizes B=1,N=65,M=64 --sizes B=2,N=1,M=33 --sizes B=0,N=7,M=13 \
// RUN:   --sizes B=2,N=0,M=5 --sizes B=2,N=3,M=0
// RUN: sed 's/SCORE/rank1 %%q, %%k with %%a, %%c scale 0.5 : tensor<?x4x?x5xf32>, tensor<?x2x?x5xf32>, tensor<4x5xf32>, tensor<4x5xf32>/' %s > %t.2.mlir
// RUN: %run_compiled %t.2.mlir %t --sizes B=2,N=7,M=13 --sizes B=1,N=65,M=64 --sizes B=2,N=1,M=33 --sizes B=0,N=7,M=13 \
// RUN:   --sizes B=2,N=0,M=5 --sizes B=2,N=3,M=0
// RUN: sed 's/SCORE/cosine %%q, %%k scale 0.5 : tensor<?x4x?x5xf32>, tensor<?x2x?x5xf32>/' %s > %t.3.mlir
// RUN: %run_compiled %t.3.mlir %t --sizes B=2,N=7,M=13 --sizes B=1,N=65,M=64 --sizes B=2,N=1,M=33 --sizes B=0,N=7,M=13 \
// RUN:   --sizes B=2,N=0,M=5 --sizes B=2,N=3,M=0
// RUN: sed 's/SCORE/distance %%q, %%k scale 0.5 : tensor<?x4x?x5xf32>, tensor<?x2x?x5xf32>/' %s > %t.4.mlir
// RUN: %run_compiled %t.4.mlir %t --sizes B=2,N=7,M=13 --sizes B=1,N=65,M=64 --sizes B=2,N=1,M=33 --sizes B=0,N=7,M=13 \
// RUN:   --sizes B=2,N=0,M=5 --sizes B=2,N=3,M=0
// RUN: sed 's/SCORE/rank1 %%q, %%k with %%a, %%c scale -0.5 : tensor<?x4x?x5xf32>, tensor<?x2x?x5xf32>, tensor<4x5xf32>, tensor<4x5xf32>/' %s > %t.5.mlir
// RUN: %run_compiled %t.5.mlir %t --sizes B=2,N=7,M=13 --sizes B=1,N=33,M=65

func.func @attention(
    %q: tensor<?x4x?x5xf32> {attn.name = "q", attn.dims = ["B", "H", "N", "D"]},
    %k: tensor<?x2x?x5xf32> {attn.name = "k", attn.dims = ["B", "Hk", "M", "D"]},
    %v: tensor<?x2x?x3xf32> {attn.name = "v", attn.dims = ["B", "Hk", "M", "E"]},
    %a: tensor<4x5xf32> {attn.name = "a"}, %c: tensor<4x5xf32> {attn.name = "c"},
    %w: tensor<4x5x5xf32> {attn.name = "w"}) -> (tensor<?x4x?x3xf32> {attn.name = "out"}) {
  %s = attn.score SCORE
  %m = attn.mask %s where causal(top_left) : tensor<?x4x?x?xf32>
  %p = attn.normalize softmax %m : tensor<?x4x?x?xf32>
  %out = attn.combine %p, %v : tensor<?x4x?x?xf32>, tensor<?x2x?x3xf32>
  return %out : tensor<?x4x?x3xf32>
}
