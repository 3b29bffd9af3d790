func.func @model(%x: tensor<?x8xf32> {attn.name = "x", attn.dims = ["N", "C"]})
    -> (tensor<?x8xf32> {attn.name = "y"}) {
  %y = attn.activation relu %x : tensor<?x8xf32>
  return %y : tensor<?x8xf32>
}
