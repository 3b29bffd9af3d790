// ViT-Ti/16 (Dosovitskiy et al. 2021; Touvron et al. 2021) with relative positions in two dimensions (Bello et al.
// 2019) for absolute ones: 14 x 14 patches of 16 x 16 x 3 numbers, twelve pre-norm blocks of width 192 with 3 heads,
// the mean of all patches, 1000 classes. B images of 224 x 224 pixels.

func.func private @block(%x: tensor<?x196x192xf32> {attn.dims = ["B", "N", "C"]}) -> tensor<?x196x192xf32> {
  %gamma1 = attn.weight "norm1.gamma" : tensor<192xf32>
  %beta1 = attn.weight "norm1.beta" : tensor<192xf32>
  %h1 = attn.layer_norm %x, %gamma1, %beta1 eps 1.0e-12 : tensor<?x196x192xf32>, tensor<192xf32>, tensor<192xf32>
  %wq = attn.weight "attn.query.weight" : tensor<192x192xf32>
  %bq = attn.weight "attn.query.bias" : tensor<192xf32>
  %wk = attn.weight "attn.key.weight" : tensor<192x192xf32>
  %bk = attn.weight "attn.key.bias" : tensor<192xf32>
  %wv = attn.weight "attn.value.weight" : tensor<192x192xf32>
  %bv = attn.weight "attn.value.bias" : tensor<192xf32>
  %query_rows = attn.linear %h1, %wq, %bq : tensor<?x196x192xf32>, tensor<192x192xf32>, tensor<192xf32>
  %key_rows = attn.linear %h1, %wk, %bk : tensor<?x196x192xf32>, tensor<192x192xf32>, tensor<192xf32>
  %value_rows = attn.linear %h1, %wv, %bv : tensor<?x196x192xf32>, tensor<192x192xf32>, tensor<192xf32>
  %query = attn.split_heads %query_rows into 3 : tensor<?x196x192xf32>
  %key = attn.split_heads %key_rows into 3 : tensor<?x196x192xf32>
  %value = attn.split_heads %value_rows into 3 : tensor<?x196x192xf32>

  // One row of a table for each distance in height, -13 to 13, and one for each in width; all heads share them.
  %rows = attn.weight "attn.rows" : tensor<27x64xf32>
  %cols = attn.weight "attn.cols" : tensor<27x64xf32>
  %content = attn.score dot %query, %key scale 0.125 : tensor<?x3x196x64xf32>, tensor<?x3x196x64xf32>
  %place = attn.relative_score_2d %query, %rows, %cols scale 0.125
      : tensor<?x3x196x64xf32>, tensor<27x64xf32>, tensor<27x64xf32>
  %scores = attn.add %content, %place : tensor<?x3x196x196xf32>, tensor<?x3x196x196xf32>
  %map = attn.normalize softmax %scores : tensor<?x3x196x196xf32>
  %heads = attn.combine %map, %value : tensor<?x3x196x196xf32>, tensor<?x3x196x64xf32>
  %merged = attn.merge_heads %heads : tensor<?x3x196x64xf32>
  %wo = attn.weight "attn.out.weight" : tensor<192x192xf32>
  %bo = attn.weight "attn.out.bias" : tensor<192xf32>
  %attended = attn.linear %merged, %wo, %bo : tensor<?x196x192xf32>, tensor<192x192xf32>, tensor<192xf32>
  %y1 = attn.add %x, %attended : tensor<?x196x192xf32>, tensor<?x196x192xf32>

  %gamma2 = attn.weight "norm2.gamma" : tensor<192xf32>
  %beta2 = attn.weight "norm2.beta" : tensor<192xf32>
  %h2 = attn.layer_norm %y1, %gamma2, %beta2 eps 1.0e-12 : tensor<?x196x192xf32>, tensor<192xf32>, tensor<192xf32>
  %w1 = attn.weight "mlp.W1" : tensor<768x192xf32>
  %b1 = attn.weight "mlp.b1" : tensor<768xf32>
  %w2 = attn.weight "mlp.W2" : tensor<192x768xf32>
  %b2 = attn.weight "mlp.b2" : tensor<192xf32>
  %inner = attn.linear %h2, %w1, %b1 : tensor<?x196x192xf32>, tensor<768x192xf32>, tensor<768xf32>
  %active = attn.activation gelu %inner : tensor<?x196x768xf32>
  %outer = attn.linear %active, %w2, %b2 : tensor<?x196x768xf32>, tensor<192x768xf32>, tensor<192xf32>
  %y = attn.add %y1, %outer : tensor<?x196x192xf32>, tensor<?x196x192xf32>
  return %y : tensor<?x196x192xf32>
}

func.func @image_encoder(%patches: tensor<?x196x768xf32> {attn.name = "patches", attn.dims = ["B", "N", "P"]})
    -> (tensor<?x1x1000xf32> {attn.name = "logits"}) {
  %wp = attn.weight "patch.weight" : tensor<192x768xf32>
  %bp = attn.weight "patch.bias" : tensor<192xf32>
  %x = attn.linear %patches, %wp, %bp : tensor<?x196x768xf32>, tensor<192x768xf32>, tensor<192xf32>
  %encoded = attn.repeat 12 @block(%x) prefix "blocks.#." : (tensor<?x196x192xf32>) -> tensor<?x196x192xf32>
  %gamma = attn.weight "norm.gamma" : tensor<192xf32>
  %beta = attn.weight "norm.beta" : tensor<192xf32>
  %features = attn.layer_norm %encoded, %gamma, %beta eps 1.0e-12
      : tensor<?x196x192xf32>, tensor<192xf32>, tensor<192xf32>

  // The mean of all patches: that of a map of one head over its rows.
  %image = attn.split_heads %features into 1 : tensor<?x196x192xf32>
  %mean = attn.reduce_map mean %image over queries : tensor<?x1x196x192xf32>
  %wh = attn.weight "head.weight" : tensor<1000x192xf32>
  %bh = attn.weight "head.bias" : tensor<1000xf32>
  %logits = attn.linear %mean, %wh, %bh : tensor<?x1x192xf32>, tensor<1000x192xf32>, tensor<1000xf32>
  return %logits : tensor<?x1x1000xf32>
}
