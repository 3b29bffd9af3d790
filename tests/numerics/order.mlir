// Sorting is stable, also of negative numbers; an inverse has -1 for what a list lacks; lists wrap round short rings; what an
// index does not name is 0, or left as it is, also where the model computed the index.
// RUN: %run_compiled %s %t --sizes B=2,N=8,P=5 --sizes B=1,N=2,P=1 --sizes B=3,N=302,P=70 --sizes B=0,N=2,P=3 \
// RUN:   --sizes B=2,N=0,P=0 --sizes B=1,N=0,P=3 --sizes B=1,N=6,P=0 --integers ids=-3..3
// RUN: %run_compiled %s %t --sizes B=1,N=1000,P=17 --integers ids=-2147483648..2147483647

func.func @order(
    %ids: tensor<?x6x?xi32> {attn.name = "ids", attn.dims = ["B", "L", "N"]},
    %x: tensor<?x2x?x19xf32> {attn.name = "x", attn.dims = ["B", "H", "N", "D"]},
    %numbers: tensor<?x3x?xf32> {attn.name = "numbers", attn.dims = ["B", "G", "N"]},
    %index: tensor<?x1x?xi32> {attn.name = "index", attn.dims = ["B", "one", "P"]},
    %rows: tensor<?x2x?x19xf32> {attn.name = "rows", attn.dims = ["B", "H", "P", "D"]})
    -> (tensor<?x6x?xi32> {attn.name = "sorted"}, tensor<?x6x?xi32> {attn.name = "inverse"},
        tensor<?x2x?x19xf32> {attn.name = "changed"}, tensor<?x6x?xf32> {attn.name = "gathered"},
        tensor<?x6x?x19xf32> {attn.name = "ringed"}, tensor<?x2x?x19xf32> {attn.name = "merged"}) {
  %order = attn.sort %ids : tensor<?x6x?xi32>
  %sorted = attn.gather %ids, %order : tensor<?x6x?xi32>, tensor<?x6x?xi32>
  // The numbers themselves as an index: most name no row.
  %inverse = attn.invert %sorted : tensor<?x6x?xi32>
  %gathered = attn.gather %numbers, %sorted : tensor<?x3x?xf32>, tensor<?x6x?xi32>
  %changed = attn.scatter %x, %index, %rows : tensor<?x2x?x19xf32>, tensor<?x1x?xi32>, tensor<?x2x?x19xf32>
  %ring = attn.wrap %order rounds 3 chunk 2 before 7 after 3 : tensor<?x6x?xi32>
  %parts = attn.gather %x, %ring : tensor<?x2x?x19xf32>, tensor<?x6x?xi32>
  %ordered = attn.gather %x, %order : tensor<?x2x?x19xf32>, tensor<?x6x?xi32>
  %merged = attn.merge_parts %ordered, %gathered parts 3 : tensor<?x6x?x19xf32>, tensor<?x6x?xf32>
  %ringed = attn.attention %ordered, %parts, %parts scale 0.1 where blocks(2, 2, 0, 9)
      : tensor<?x6x?x19xf32>, tensor<?x6x?x19xf32>, tensor<?x6x?x19xf32>
  return %sorted, %inverse, %changed, %gathered, %ringed, %merged
      : tensor<?x6x?xi32>, tensor<?x6x?xi32>, tensor<?x2x?x19xf32>, tensor<?x6x?xf32>, tensor<?x6x?x19xf32>, tensor<?x2x?x19xf32>
}
