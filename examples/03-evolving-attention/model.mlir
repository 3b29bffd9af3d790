// Two encoder self-attentions of an Evolving Attention model (Wang et al. 2021): the logits of a layer are an image with the heads as
// channels; the next layer blends its own with those of the layer below and convolves them. Each layer is one fused kernel; only the
// logits that go to the next layer are in memory.
func.func @evolving_attention(%x: tensor<?x?x32xf32> {attn.name = "x", attn.dims = ["B", "N", "C"]},
                              %lengths: tensor<?xi32> {attn.name = "lengths", attn.dims = ["B"]})
    -> (tensor<?x?x32xf32> {attn.name = "y"}) {
  // The first layer: ordinary attention that also hands on its logits.
  %wq0 = attn.weight "layer.0.query" : tensor<32x32xf32>
  %wk0 = attn.weight "layer.0.key" : tensor<32x32xf32>
  %wv0 = attn.weight "layer.0.value" : tensor<32x32xf32>
  %q0_rows = attn.linear %x, %wq0 : tensor<?x?x32xf32>, tensor<32x32xf32>
  %k0_rows = attn.linear %x, %wk0 : tensor<?x?x32xf32>, tensor<32x32xf32>
  %v0_rows = attn.linear %x, %wv0 : tensor<?x?x32xf32>, tensor<32x32xf32>
  %q0 = attn.split_heads %q0_rows into 4 : tensor<?x?x32xf32>
  %k0 = attn.split_heads %k0_rows into 4 : tensor<?x?x32xf32>
  %v0 = attn.split_heads %v0_rows into 4 : tensor<?x?x32xf32>
  %logits0 = attn.score dot %q0, %k0 scale 0.35355339059327379 : tensor<?x4x?x8xf32>, tensor<?x4x?x8xf32>
  %seen0 = attn.mask %logits0 where lengths(%lengths) : tensor<?x4x?x?xf32>, tensor<?xi32>
  %map0 = attn.normalize softmax %seen0 : tensor<?x4x?x?xf32>
  %heads0 = attn.combine %map0, %v0 : tensor<?x4x?x?xf32>, tensor<?x4x?x8xf32>
  %merged0 = attn.merge_heads %heads0 : tensor<?x4x?x8xf32>
  %previous = attn.fill %seen0 value 0.0 : tensor<?x4x?x?xf32>
  %y0 = attn.add %x, %merged0 : tensor<?x?x32xf32>, tensor<?x?x32xf32>

  // The second layer: blend, convolve, rectify, blend, attend.
  %wq1 = attn.weight "layer.1.query" : tensor<32x32xf32>
  %wk1 = attn.weight "layer.1.key" : tensor<32x32xf32>
  %wv1 = attn.weight "layer.1.value" : tensor<32x32xf32>
  %q1_rows = attn.linear %y0, %wq1 : tensor<?x?x32xf32>, tensor<32x32xf32>
  %k1_rows = attn.linear %y0, %wk1 : tensor<?x?x32xf32>, tensor<32x32xf32>
  %v1_rows = attn.linear %y0, %wv1 : tensor<?x?x32xf32>, tensor<32x32xf32>
  %q1 = attn.split_heads %q1_rows into 4 : tensor<?x?x32xf32>
  %k1 = attn.split_heads %k1_rows into 4 : tensor<?x?x32xf32>
  %v1 = attn.split_heads %v1_rows into 4 : tensor<?x?x32xf32>
  %own = attn.score dot %q1, %k1 scale 0.35355339059327379 : tensor<?x4x?x8xf32>, tensor<?x4x?x8xf32>
  %mix = attn.blend %previous, %own alpha 0.5 : tensor<?x4x?x?xf32>, tensor<?x4x?x?xf32>
  %image = attn.mask %mix where lengths(%lengths) : tensor<?x4x?x?xf32>, tensor<?xi32>
  %w = attn.weight "layer.1.conv.weight" : tensor<4x4x3x3xf32>
  %b = attn.weight "layer.1.conv.bias" : tensor<4xf32>
  %conv = attn.map_conv %image, %w, %b : tensor<?x4x?x?xf32>, tensor<4x4x3x3xf32>, tensor<4xf32>
  %evolved = attn.activation relu %conv : tensor<?x4x?x?xf32>
  %logits1 = attn.blend %evolved, %mix alpha 0.1 : tensor<?x4x?x?xf32>, tensor<?x4x?x?xf32>
  %seen1 = attn.mask %logits1 where lengths(%lengths) : tensor<?x4x?x?xf32>, tensor<?xi32>
  %map1 = attn.normalize softmax %seen1 : tensor<?x4x?x?xf32>
  %heads1 = attn.combine %map1, %v1 : tensor<?x4x?x?xf32>, tensor<?x4x?x8xf32>
  %merged1 = attn.merge_heads %heads1 : tensor<?x4x?x8xf32>
  %y = attn.add %y0, %merged1 : tensor<?x?x32xf32>, tensor<?x?x32xf32>
  return %y : tensor<?x?x32xf32>
}
