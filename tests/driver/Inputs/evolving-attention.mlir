// A layer of Evolving Attention, causal, that hands its logits on.
func.func @model(%q: tensor<?x4x?x16xf32> {attn.name = "q", attn.dims = ["B", "H", "N", "D"]},
                 %previous: tensor<?x4x?x?xf32> {attn.name = "previous", attn.dims = ["B", "H", "N", "N"]},
                 %w: tensor<4x4x3x3xf32> {attn.name = "w"}, %b: tensor<4xf32> {attn.name = "b"})
    -> (tensor<?x4x?x16xf32> {attn.name = "o"}, tensor<?x4x?x?xf32> {attn.name = "logits"}) {
  %s = attn.score dot %q, %q scale 2.5e-1 : tensor<?x4x?x16xf32>, tensor<?x4x?x16xf32>
  %mix = attn.blend %previous, %s alpha 0.5 : tensor<?x4x?x?xf32>, tensor<?x4x?x?xf32>
  %seen = attn.mask %mix where causal(top_left) : tensor<?x4x?x?xf32>
  %conv = attn.map_conv %seen, %w, %b shift [1, 1] : tensor<?x4x?x?xf32>, tensor<4x4x3x3xf32>, tensor<4xf32>
  %active = attn.activation relu %conv : tensor<?x4x?x?xf32>
  %t = attn.blend %active, %seen alpha 0.4 : tensor<?x4x?x?xf32>, tensor<?x4x?x?xf32>
  %p = attn.normalize softmax %t : tensor<?x4x?x?xf32>
  %o = attn.combine %p, %q : tensor<?x4x?x?xf32>, tensor<?x4x?x16xf32>
  %logits = attn.fill %t value 0.0 : tensor<?x4x?x?xf32>
  return %o, %logits : tensor<?x4x?x16xf32>, tensor<?x4x?x?xf32>
}
