// A step of decoding: one query against the keys and values of the tokens so far.
func.func @decode_8192(
    %q: tensor<?x32x?x128xf32> {attn.name = "q", attn.dims = ["B", "H", "N", "D"]},
    %k: tensor<?x32x?x128xf32> {attn.name = "k", attn.dims = ["B", "H", "M", "D"]},
    %v: tensor<?x32x?x128xf32> {attn.name = "v", attn.dims = ["B", "H", "M", "D"]})
    -> (tensor<?x32x?x128xf32> {attn.name = "out"}) {
  %out = attn.attention %q, %k, %v scale 0.08838834764831845
      : tensor<?x32x?x128xf32>, tensor<?x32x?x128xf32>, tensor<?x32x?x128xf32>
  return %out : tensor<?x32x?x128xf32>
}
