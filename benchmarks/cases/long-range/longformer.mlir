// Longformer (Beltagy et al. 2020): 256 tokens on each side, and 16 tokens that see all and are seen by all.
func.func @longformer(
    %q: tensor<?x8x?x64xf32> {attn.name = "q", attn.dims = ["B", "H", "N", "D"]},
    %k: tensor<?x8x?x64xf32> {attn.name = "k", attn.dims = ["B", "H", "N", "D"]},
    %v: tensor<?x8x?x64xf32> {attn.name = "v", attn.dims = ["B", "H", "N", "D"]})
    -> (tensor<?x8x?x64xf32> {attn.name = "out"}) {
  %out = attn.attention %q, %k, %v scale 0.125 where window(256, 256, top_left) or global(16)
      : tensor<?x8x?x64xf32>, tensor<?x8x?x64xf32>, tensor<?x8x?x64xf32>
  return %out : tensor<?x8x?x64xf32>
}
