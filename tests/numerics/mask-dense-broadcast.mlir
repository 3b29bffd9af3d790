// Dense masks that lack dimensions, repeat in others, or are whole numbers; streamed, and on a map in memory.
// RUN: %run_compiled %s %t --sizes B=2,N=7,M=13 --sizes B=1,N=65,M=64 --sizes B=3,N=17,M=1 --sizes B=1,N=20,M=600 \
// RUN:   --sizes B=0,N=7,M=13 --sizes B=2,N=0,M=5 --sizes B=2,N=3,M=0 --integers keys=-1..1 --integers queries=0..1

func.func @attention(
    %q: tensor<?x2x?x8xf32> {attn.name = "q", attn.dims = ["B", "H", "N", "D"]},
    %k: tensor<?x2x?x8xf32> {attn.name = "k", attn.dims = ["B", "H", "M", "D"]},
    %v: tensor<?x2x?x8xf32> {attn.name = "v", attn.dims = ["B", "H", "M", "D"]},
    %keys: tensor<?x1x1x?xi32> {attn.name = "keys", attn.dims = ["B", "one", "one", "M"]},
    %queries: tensor<?x1xi32> {attn.name = "queries", attn.dims = ["N", "one"]},
    %heads: tensor<2x?x1xi1> {attn.name = "heads", attn.dims = ["H", "N", "one"]},
    %places: tensor<?x?xi1> {attn.name = "places", attn.dims = ["N", "M"]})
    -> (tensor<?x2x?x8xf32> {attn.name = "out"}, tensor<?x2x?x?xf32> {attn.name = "map"}) {
  %out = attn.attention %q, %k, %v scale 0.3 where dense(%keys) and not dense(%queries) or dense(%heads)
      : tensor<?x2x?x8xf32>, tensor<?x2x?x8xf32>, tensor<?x2x?x8xf32>, tensor<?x1x1x?xi32>, tensor<?x1xi32>,
        tensor<2x?x1xi1>
  %s = attn.score dot %q, %k scale 0.3 : tensor<?x2x?x8xf32>, tensor<?x2x?x8xf32>
  %t = attn.mask %s where dense(%places) and dense(%keys) : tensor<?x2x?x?xf32>, tensor<?x?xi1>, tensor<?x1x1x?xi32>
  %map = attn.normalize relu_mean %t : tensor<?x2x?x?xf32>
  return %out, %map : tensor<?x2x?x8xf32>, tensor<?x2x?x?xf32>
}
