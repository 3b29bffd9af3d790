func.func @model(%q: tensor<?x4x?x16xf32> {attn.name = "q", attn.dims = ["B", "H", "N", "D"]},
                 %k: tensor<?x4x?x16xf32> {attn.name = "k", attn.dims = ["B", "H", "N", "D"]},
                 %v: tensor<?x4x?x16xf32> {attn.name = "v", attn.dims = ["B", "H", "N", "D"]})
    -> (tensor<?x4x?x16xf32> {attn.name = "o"}) {
  %o = attn.attention %q, %k, %v scale 2.5e-1 where causal(top_left)
      : tensor<?x4x?x16xf32>, tensor<?x4x?x16xf32>, tensor<?x4x?x16xf32>
  return %o : tensor<?x4x?x16xf32>
}
