// The weights of the map are a kernel's input: what made them is elsewhere.
func.func @model(%p: tensor<?x4x?x?xf32> {attn.name = "p", attn.dims = ["B", "H", "N", "M"]},
                 %v: tensor<?x4x?x16xf32> {attn.name = "v", attn.dims = ["B", "H", "M", "D"]})
    -> (tensor<?x4x?x16xf32> {attn.name = "o"}) {
  %o = attn.combine %p, %v : tensor<?x4x?x?xf32>, tensor<?x4x?x16xf32>
  return %o : tensor<?x4x?x16xf32>
}
