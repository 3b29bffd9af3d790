// Self-attention of one long text, on bf16 numbers.
func.func @attention_4096_bf16(
    %q: tensor<?x8x?x64xbf16> {attn.name = "q", attn.dims = ["B", "H", "N", "D"]},
    %k: tensor<?x8x?x64xbf16> {attn.name = "k", attn.dims = ["B", "H", "N", "D"]},
    %v: tensor<?x8x?x64xbf16> {attn.name = "v", attn.dims = ["B", "H", "N", "D"]})
    -> (tensor<?x8x?x64xbf16> {attn.name = "out"}) {
  %out = attn.attention %q, %k, %v scale 0.125
      : tensor<?x8x?x64xbf16>, tensor<?x8x?x64xbf16>, tensor<?x8x?x64xbf16>
  return %out : tensor<?x8x?x64xbf16>
}
