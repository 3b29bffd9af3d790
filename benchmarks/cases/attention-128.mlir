// Self-attention of many short texts.
func.func @attention_128(
    %q: tensor<?x12x?x32xf32> {attn.name = "q", attn.dims = ["B", "H", "N", "D"]},
    %k: tensor<?x12x?x32xf32> {attn.name = "k", attn.dims = ["B", "H", "N", "D"]},
    %v: tensor<?x12x?x32xf32> {attn.name = "v", attn.dims = ["B", "H", "N", "D"]})
    -> (tensor<?x12x?x32xf32> {attn.name = "out"}) {
  %out = attn.attention %q, %k, %v scale 0.17677669529663687
      : tensor<?x12x?x32xf32>, tensor<?x12x?x32xf32>, tensor<?x12x?x32xf32>
  return %out : tensor<?x12x?x32xf32>
}
