// Rows as wide as a dimension that is known at run time only, such as those of a map: behind others of a cache, and by index.
// RUN: %run_compiled %s %t --sizes B=2,M=7,N=3,W=13 --sizes B=1,M=90,N=2,W=200 --sizes B=3,M=65,N=90,W=1 --sizes B=2,M=5,N=2,W=64 \
// RUN:   --sizes B=0,M=3,N=1,W=4 --sizes B=2,M=0,N=2,W=5 --sizes B=2,M=4,N=0,W=3 --sizes B=2,M=4,N=2,W=0 --integers ids=-3..9

func.func @wide(%cache: tensor<?x2x?x?xf32> {attn.name = "cache", attn.dims = ["B", "H", "M", "W"]},
                %rows: tensor<?x2x?x?xf32> {attn.name = "rows", attn.dims = ["B", "H", "N", "W"]},
                %at: tensor<?xi32> {attn.name = "at", attn.dims = ["B"]},
                %ids: tensor<?x6x?xi32> {attn.name = "ids", attn.dims = ["B", "G", "N"]})
    -> (tensor<?x2x?x?xf32> {attn.name = "longer"}, tensor<?x6x?x?xf32> {attn.name = "found"}) {
  %longer = attn.cache_append %cache, %rows at %at : tensor<?x2x?x?xf32>, tensor<?x2x?x?xf32>, tensor<?xi32>
  // Numbers that the model computes: some name no row.
  %index = attn.pointwise %ids : tensor<?x6x?xi32> {
  ^bb0(%id: i32):
    %one = arith.constant 1 : i32
    %next = arith.addi %id, %one : i32
    attn.yield %next : i32
  }
  %found = attn.gather %longer, %index : tensor<?x2x?x?xf32>, tensor<?x6x?xi32>
  return %longer, %found : tensor<?x2x?x?xf32>, tensor<?x6x?x?xf32>
}
