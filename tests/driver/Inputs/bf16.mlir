func.func @halves(%x: tensor<?x4xbf16> {attn.name = "x", attn.dims = ["N", "C"]},
                  %y: tensor<?x4xf32> {attn.name = "y", attn.dims = ["N", "C"]})
    -> (tensor<?x4xbf16> {attn.name = "z"}, tensor<?x4xf32> {attn.name = "rounded", attn.storage = "bf16"}) {
  %z = attn.activation relu %x : tensor<?x4xbf16>
  return %z, %y : tensor<?x4xbf16>, tensor<?x4xf32>
}
