func.func @gelu(%x: tensor<?x5xf64> {attn.name = "x", attn.dims = ["N", "C"]}) -> (tensor<?x5xf64> {attn.name = "y"}) {
  %y = attn.activation gelu %x : tensor<?x5xf64>
  return %y : tensor<?x5xf64>
}
