// A layer of Evolving Attention: the map below is blended in, convolved over the heads, used and handed on.
func.func @evolving_attention(
    %q: tensor<?x12x?x64xf32> {attn.name = "q", attn.dims = ["B", "H", "N", "D"]},
    %k: tensor<?x12x?x64xf32> {attn.name = "k", attn.dims = ["B", "H", "M", "D"]},
    %v: tensor<?x12x?x64xf32> {attn.name = "v", attn.dims = ["B", "H", "M", "D"]},
    %below: tensor<?x12x?x?xf32> {attn.name = "below", attn.dims = ["B", "H", "N", "M"]})
    -> (tensor<?x12x?x64xf32> {attn.name = "out"}, tensor<?x12x?x?xf32> {attn.name = "map"}) {
  %w = attn.weight "conv.weight" : tensor<12x12x3x3xf32>
  %b = attn.weight "conv.bias" : tensor<12xf32>
  %s = attn.score dot %q, %k scale 0.125 : tensor<?x12x?x64xf32>, tensor<?x12x?x64xf32>
  %mixed = attn.blend %below, %s alpha 0.5 : tensor<?x12x?x?xf32>, tensor<?x12x?x?xf32>
  %conv = attn.map_conv %mixed, %w, %b : tensor<?x12x?x?xf32>, tensor<12x12x3x3xf32>, tensor<12xf32>
  %active = attn.activation relu %conv : tensor<?x12x?x?xf32>
  %map = attn.blend %active, %mixed alpha 0.1 : tensor<?x12x?x?xf32>, tensor<?x12x?x?xf32>
  %p = attn.normalize softmax %map : tensor<?x12x?x?xf32>
  %out = attn.combine %p, %v : tensor<?x12x?x?xf32>, tensor<?x12x?x64xf32>
  return %out, %map : tensor<?x12x?x64xf32>, tensor<?x12x?x?xf32>
}
