// BigBird (Zaheer et al. 2020): the first and last block see all and are seen by all, others their neighbours and
// blocks of a table.
func.func @bigbird(
    %q: tensor<?x8x?x64xf32> {attn.name = "q", attn.dims = ["B", "H", "N", "D"]},
    %k: tensor<?x8x?x64xf32> {attn.name = "k", attn.dims = ["B", "H", "N", "D"]},
    %v: tensor<?x8x?x64xf32> {attn.name = "v", attn.dims = ["B", "H", "N", "D"]},
    %table: tensor<8x?x3xi32> {attn.name = "table", attn.dims = ["H", "P", "R"]})
    -> (tensor<?x8x?x64xf32> {attn.name = "out"}) {
  %out = attn.attention %q, %k, %v scale 0.125 where blocks(64, 64, 1, 1) or global(64, 64) or listed(%table, 64)
      : tensor<?x8x?x64xf32>, tensor<?x8x?x64xf32>, tensor<?x8x?x64xf32>, tensor<8x?x3xi32>
  return %out : tensor<?x8x?x64xf32>
}
