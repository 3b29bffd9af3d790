// Numbers of rows and of heads without whole columns: kernels that both back ends take.
// RUN: attnc %s --backend=halide --stop-after=tile -o - | FileCheck %s
// CHECK: backend = halide
// RUN: %run_compiled %s %t --sizes B=2,N=7,M=13 --sizes B=1,N=33,M=65 --sizes B=1,N=1,M=1 --sizes B=2,N=3,M=0

func.func @reduced(
    %q: tensor<?x3x?x4xf32> {attn.name = "q", attn.dims = ["B", "H", "N", "D"]},
    %k: tensor<?x3x?x4xf32> {attn.name = "k", attn.dims = ["B", "H", "M", "D"]})
    -> (tensor<?x3x?xf32> {attn.name = "sum"}, tensor<?x3x?xf32> {attn.name = "mean"},
        tensor<?x3x?xf32> {attn.name = "max"}, tensor<?x3x?xf32> {attn.name = "lse"},
        tensor<?x?x?xf32> {attn.name = "sum_heads"}, tensor<?x?x?xf32> {attn.name = "mean_heads"},
        tensor<?x?x?xf32> {attn.name = "max_heads"}, tensor<?x?x?xf32> {attn.name = "lse_heads"}) {
  %s = attn.score dot %q, %k scale 0.5 : tensor<?x3x?x4xf32>, tensor<?x3x?x4xf32>
  %t = attn.mask %s where causal(top_left) : tensor<?x3x?x?xf32>
  %sum = attn.reduce_map sum %t over keys : tensor<?x3x?x?xf32>
  %mean = attn.reduce_map mean %t over keys : tensor<?x3x?x?xf32>
  %max = attn.reduce_map max %t over keys : tensor<?x3x?x?xf32>
  %lse = attn.reduce_map logsumexp %t over keys : tensor<?x3x?x?xf32>
  %sum_heads = attn.reduce_map sum %t over heads : tensor<?x3x?x?xf32>
  %mean_heads = attn.reduce_map mean %t over heads : tensor<?x3x?x?xf32>
  %max_heads = attn.reduce_map max %t over heads : tensor<?x3x?x?xf32>
  %lse_heads = attn.reduce_map logsumexp %t over heads : tensor<?x3x?x?xf32>
  return %sum, %mean, %max, %lse, %sum_heads, %mean_heads, %max_heads, %lse_heads
      : tensor<?x3x?xf32>, tensor<?x3x?xf32>, tensor<?x3x?xf32>, tensor<?x3x?xf32>, tensor<?x?x?xf32>, tensor<?x?x?xf32>,
        tensor<?x?x?xf32>, tensor<?x?x?xf32>
}
