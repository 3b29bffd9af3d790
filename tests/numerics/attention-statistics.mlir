// What attention computes on the way, beside its output and in the same kernel: the largest score and the log-sum-exp of
// each query, the mean of the heads, the column sums; given weights alone reduce too.
// RUN: attnc %s --require-fused --explain | FileCheck %s
// CHECK: kernel {{[0-9]+}}: score, mask, reduce_map, reduce_map, normalize, reduce_map, reduce_map, combine
// CHECK: is never in memory
// CHECK: sum over queries needs whole columns: the map of a head is held
// RUN: %run_compiled %s %t --sizes B=2,N=7,M=13 --sizes B=1,N=65,M=64 --sizes B=2,N=1,M=33 --sizes B=0,N=7,M=13 \
// RUN:   --sizes B=2,N=0,M=5 --sizes B=2,N=3,M=0

func.func @attention(
    %q: tensor<?x2x?x4xf32> {attn.name = "q", attn.dims = ["B", "H", "N", "D"]},
    %k: tensor<?x2x?x4xf32> {attn.name = "k", attn.dims = ["B", "H", "M", "D"]},
    %given: tensor<?x2x?x?xf32> {attn.name = "given", attn.dims = ["B", "H", "N", "M"]})
    -> (tensor<?x2x?x4xf32> {attn.name = "out"}, tensor<?x2x?xf32> {attn.name = "largest"},
        tensor<?x2x?xf32> {attn.name = "lse"}, tensor<?x?x?xf32> {attn.name = "mean"},
        tensor<?x2x?xf32> {attn.name = "columns"}, tensor<?x2x?xf32> {attn.name = "alone"}) {
  %s = attn.score dot %q, %k scale 0.5 : tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>
  %m = attn.mask %s where causal(top_left) : tensor<?x2x?x?xf32>
  %largest = attn.reduce_map max %m over keys : tensor<?x2x?x?xf32>
  %lse = attn.reduce_map logsumexp %m over keys : tensor<?x2x?x?xf32>
  %unread = attn.reduce_map sum %m over heads : tensor<?x2x?x?xf32>
  %p = attn.normalize softmax %m : tensor<?x2x?x?xf32>
  %mean = attn.reduce_map mean %p over heads : tensor<?x2x?x?xf32>
  %columns = attn.reduce_map sum %p over queries : tensor<?x2x?x?xf32>
  %out = attn.combine %p, %k : tensor<?x2x?x?xf32>, tensor<?x2x?x4xf32>
  %alone = attn.reduce_map max %given over keys : tensor<?x2x?x?xf32>
  return %out, %largest, %lse, %mean, %columns, %alone
      : tensor<?x2x?x4xf32>, tensor<?x2x?xf32>, tensor<?x2x?xf32>, tensor<?x?x?xf32>, tensor<?x2x?xf32>,
        tensor<?x2x?xf32>
}
