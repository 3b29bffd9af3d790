// Two combines by the same weights; the second needs every row of the first, so it stands in a kernel of its own.
func.func @model(%q: tensor<?x4x?x16xf32> {attn.name = "q", attn.dims = ["B", "H", "N", "D"]},
                 %v: tensor<?x4x?x16xf32> {attn.name = "v", attn.dims = ["B", "H", "N", "D"]})
    -> (tensor<?x4x?x16xf32> {attn.name = "o"}) {
  %s = attn.score dot %q, %q : tensor<?x4x?x16xf32>, tensor<?x4x?x16xf32>
  %p = attn.normalize softmax %s : tensor<?x4x?x?xf32>
  %o = attn.combine %p, %v : tensor<?x4x?x?xf32>, tensor<?x4x?x16xf32>
  %t = attn.combine %p, %o : tensor<?x4x?x?xf32>, tensor<?x4x?x16xf32>
  return %t : tensor<?x4x?x16xf32>
}
