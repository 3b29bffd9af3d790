// Heads mixed before and after the softmax.
func.func @talking_heads(
    %q: tensor<?x12x?x64xf32> {attn.name = "q", attn.dims = ["B", "H", "N", "D"]},
    %k: tensor<?x12x?x64xf32> {attn.name = "k", attn.dims = ["B", "H", "M", "D"]},
    %v: tensor<?x12x?x64xf32> {attn.name = "v", attn.dims = ["B", "H", "M", "D"]})
    -> (tensor<?x12x?x64xf32> {attn.name = "out"}) {
  %before = attn.weight "before" : tensor<12x12xf32>
  %after = attn.weight "after" : tensor<12x12xf32>
  %s = attn.score dot %q, %k scale 0.125 : tensor<?x12x?x64xf32>, tensor<?x12x?x64xf32>
  %l = attn.mix_heads %s, %before : tensor<?x12x?x?xf32>, tensor<12x12xf32>
  %p = attn.normalize softmax %l : tensor<?x12x?x?xf32>
  %map = attn.mix_heads %p, %after : tensor<?x12x?x?xf32>, tensor<12x12xf32>
  %out = attn.combine %map, %v : tensor<?x12x?x?xf32>, tensor<?x12x?x64xf32>
  return %out : tensor<?x12x?x64xf32>
}
