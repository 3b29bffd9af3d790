// Every reduction over every axis, of visible places; what none has.
// RUN: cd %S/data/reduce_map-masked && attn-run %s --reference --rtol 1e-9 --atol 1e-9 --input s=s.npy \
// RUN:   --input lengths=lengths.npy \
// RUN:   --expect sum_heads=expected_sum_heads.npy --expect sum_queries=expected_sum_queries.npy --expect sum_keys=expected_sum_keys.npy \
// RUN:   --expect mean_heads=expected_mean_heads.npy --expect mean_queries=expected_mean_queries.npy --expect mean_keys=expected_mean_keys.npy \
// RUN:   --expect max_heads=expected_max_heads.npy --expect max_queries=expected_max_queries.npy --expect max_keys=expected_max_keys.npy \
// RUN:   --expect logsumexp_heads=expected_logsumexp_heads.npy --expect logsumexp_queries=expected_logsumexp_queries.npy --expect logsumexp_keys=expected_logsumexp_keys.npy
// RUN: %run_compiled %s %t --sizes B=2,N=7,M=13 --sizes B=1,N=33,M=65 --sizes B=2,N=1,M=1 --sizes B=1,N=13,M=7 \
// RUN:   --sizes B=0,N=7,M=13 --sizes B=2,N=0,M=5 --sizes B=2,N=3,M=0

func.func @reduce(
    %s: tensor<?x3x?x?xf32> {attn.name = "s", attn.dims = ["B", "H", "N", "M"]},
    %lengths: tensor<?xi32> {attn.name = "lengths", attn.dims = ["B"]}) -> (
    tensor<?x?x?xf32> {attn.name = "sum_heads"}, tensor<?x3x?xf32> {attn.name = "sum_queries"}, tensor<?x3x?xf32> {attn.name = "sum_keys"},
    tensor<?x?x?xf32> {attn.name = "mean_heads"}, tensor<?x3x?xf32> {attn.name = "mean_queries"}, tensor<?x3x?xf32> {attn.name = "mean_keys"},
    tensor<?x?x?xf32> {attn.name = "max_heads"}, tensor<?x3x?xf32> {attn.name = "max_queries"}, tensor<?x3x?xf32> {attn.name = "max_keys"},
    tensor<?x?x?xf32> {attn.name = "logsumexp_heads"}, tensor<?x3x?xf32> {attn.name = "logsumexp_queries"}, tensor<?x3x?xf32> {attn.name = "logsumexp_keys"}) {
  %m = attn.mask %s where causal(bottom_right) and lengths(%lengths) : tensor<?x3x?x?xf32>, tensor<?xi32>
  %sum_heads = attn.reduce_map sum %m over heads : tensor<?x3x?x?xf32>
  %sum_queries = attn.reduce_map sum %m over queries : tensor<?x3x?x?xf32>
  %sum_keys = attn.reduce_map sum %m over keys : tensor<?x3x?x?xf32>
  %mean_heads = attn.reduce_map mean %m over heads : tensor<?x3x?x?xf32>
  %mean_queries = attn.reduce_map mean %m over queries : tensor<?x3x?x?xf32>
  %mean_keys = attn.reduce_map mean %m over keys : tensor<?x3x?x?xf32>
  %max_heads = attn.reduce_map max %m over heads : tensor<?x3x?x?xf32>
  %max_queries = attn.reduce_map max %m over queries : tensor<?x3x?x?xf32>
  %max_keys = attn.reduce_map max %m over keys : tensor<?x3x?x?xf32>
  %logsumexp_heads = attn.reduce_map logsumexp %m over heads : tensor<?x3x?x?xf32>
  %logsumexp_queries = attn.reduce_map logsumexp %m over queries : tensor<?x3x?x?xf32>
  %logsumexp_keys = attn.reduce_map logsumexp %m over keys : tensor<?x3x?x?xf32>
  return %sum_heads, %sum_queries, %sum_keys, %mean_heads, %mean_queries, %mean_keys,
      %max_heads, %max_queries, %max_keys, %logsumexp_heads, %logsumexp_queries, %logsumexp_keys
      : tensor<?x?x?xf32>, tensor<?x3x?xf32>, tensor<?x3x?xf32>, tensor<?x?x?xf32>, tensor<?x3x?xf32>, tensor<?x3x?xf32>,
        tensor<?x?x?xf32>, tensor<?x3x?xf32>, tensor<?x3x?xf32>, tensor<?x?x?xf32>, tensor<?x3x?xf32>, tensor<?x3x?xf32>
}
