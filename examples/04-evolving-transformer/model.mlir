// The encoder of an EA-Transformer (Wang et al. 2021), base size: six layers of width 512 with 8 heads and a hidden
// width of 2048, post-norm. Beside the tokens each layer hands its logits to the next. B texts of at most N tokens.

func.func private @project(%x: tensor<?x?x512xf32> {attn.dims = ["B", "N", "C"]}) -> tensor<?x?x512xf32> {
  %w = attn.weight "weight" : tensor<512x512xf32>
  %b = attn.weight "bias" : tensor<512xf32>
  %y = attn.linear %x, %w, %b : tensor<?x?x512xf32>, tensor<512x512xf32>, tensor<512xf32>
  return %y : tensor<?x?x512xf32>
}

// What follows every attention: output projection, residual, norm, feed-forward, residual, norm.
func.func private @rest(%x: tensor<?x?x512xf32> {attn.dims = ["B", "N", "C"]},
                        %heads: tensor<?x8x?x64xf32> {attn.dims = ["B", "H", "N", "D"]}) -> tensor<?x?x512xf32> {
  %merged = attn.merge_heads %heads : tensor<?x8x?x64xf32>
  %attended = attn.repeat 1 @project(%merged) prefix "out." : (tensor<?x?x512xf32>) -> tensor<?x?x512xf32>
  %sum1 = attn.add %x, %attended : tensor<?x?x512xf32>, tensor<?x?x512xf32>
  %gamma1 = attn.weight "ln1.gamma" : tensor<512xf32>
  %beta1 = attn.weight "ln1.beta" : tensor<512xf32>
  %h = attn.layer_norm %sum1, %gamma1, %beta1 eps 1.0e-5 : tensor<?x?x512xf32>, tensor<512xf32>, tensor<512xf32>
  %w1 = attn.weight "ffn.W1" : tensor<2048x512xf32>
  %b1 = attn.weight "ffn.b1" : tensor<2048xf32>
  %w2 = attn.weight "ffn.W2" : tensor<512x2048xf32>
  %b2 = attn.weight "ffn.b2" : tensor<512xf32>
  %inner = attn.linear %h, %w1, %b1 : tensor<?x?x512xf32>, tensor<2048x512xf32>, tensor<2048xf32>
  %active = attn.activation relu %inner : tensor<?x?x2048xf32>
  %outer = attn.linear %active, %w2, %b2 : tensor<?x?x2048xf32>, tensor<512x2048xf32>, tensor<512xf32>
  %sum2 = attn.add %h, %outer : tensor<?x?x512xf32>, tensor<?x?x512xf32>
  %gamma2 = attn.weight "ln2.gamma" : tensor<512xf32>
  %beta2 = attn.weight "ln2.beta" : tensor<512xf32>
  %y = attn.layer_norm %sum2, %gamma2, %beta2 eps 1.0e-5 : tensor<?x?x512xf32>, tensor<512xf32>, tensor<512xf32>
  return %y : tensor<?x?x512xf32>
}

// Every layer but the first: its own logits are blended with those from below, the maps of the 8 heads convolved as an
// image of 8 channels and rectified, and the two blended again. A masked place is 0 in the image.
func.func private @layer(%x: tensor<?x?x512xf32> {attn.dims = ["B", "N", "C"]},
                         %previous: tensor<?x8x?x?xf32> {attn.dims = ["B", "H", "N", "N"]},
                         %lengths: tensor<?xi32> {attn.dims = ["B"]})
    -> (tensor<?x?x512xf32>, tensor<?x8x?x?xf32>) {
  %query_rows = attn.repeat 1 @project(%x) prefix "query." : (tensor<?x?x512xf32>) -> tensor<?x?x512xf32>
  %key_rows = attn.repeat 1 @project(%x) prefix "key." : (tensor<?x?x512xf32>) -> tensor<?x?x512xf32>
  %value_rows = attn.repeat 1 @project(%x) prefix "value." : (tensor<?x?x512xf32>) -> tensor<?x?x512xf32>
  %query = attn.split_heads %query_rows into 8 : tensor<?x?x512xf32>
  %key = attn.split_heads %key_rows into 8 : tensor<?x?x512xf32>
  %value = attn.split_heads %value_rows into 8 : tensor<?x?x512xf32>
  %own = attn.score dot %query, %key scale 0.125 : tensor<?x8x?x64xf32>, tensor<?x8x?x64xf32>
  %mix = attn.blend %previous, %own alpha 0.5 : tensor<?x8x?x?xf32>, tensor<?x8x?x?xf32>
  %image = attn.mask %mix where lengths(%lengths) : tensor<?x8x?x?xf32>, tensor<?xi32>
  %kernel = attn.weight "conv.weight" : tensor<8x8x3x3xf32>
  %bias = attn.weight "conv.bias" : tensor<8xf32>
  %conv = attn.map_conv %image, %kernel, %bias : tensor<?x8x?x?xf32>, tensor<8x8x3x3xf32>, tensor<8xf32>
  %active = attn.activation relu %conv : tensor<?x8x?x?xf32>
  %evolved = attn.blend %active, %mix alpha 0.1 : tensor<?x8x?x?xf32>, tensor<?x8x?x?xf32>
  %seen = attn.mask %evolved where lengths(%lengths) : tensor<?x8x?x?xf32>, tensor<?xi32>
  %map = attn.normalize softmax %seen : tensor<?x8x?x?xf32>
  %heads = attn.combine %map, %value : tensor<?x8x?x?xf32>, tensor<?x8x?x64xf32>
  %logits = attn.fill %seen value 0.0 : tensor<?x8x?x?xf32>
  %y = func.call @rest(%x, %heads) : (tensor<?x?x512xf32>, tensor<?x8x?x64xf32>) -> tensor<?x?x512xf32>
  return %y, %logits : tensor<?x?x512xf32>, tensor<?x8x?x?xf32>
}

func.func @evolving_transformer(%x: tensor<?x?x512xf32> {attn.name = "x", attn.dims = ["B", "N", "C"]},
                                %lengths: tensor<?xi32> {attn.name = "lengths", attn.dims = ["B"]})
    -> (tensor<?x?x512xf32> {attn.name = "y"}) {
  // The first layer has nothing to evolve from: ordinary attention that hands on its logits, 0 where they are masked.
  %query_rows = attn.repeat 1 @project(%x) prefix "first.query." : (tensor<?x?x512xf32>) -> tensor<?x?x512xf32>
  %key_rows = attn.repeat 1 @project(%x) prefix "first.key." : (tensor<?x?x512xf32>) -> tensor<?x?x512xf32>
  %value_rows = attn.repeat 1 @project(%x) prefix "first.value." : (tensor<?x?x512xf32>) -> tensor<?x?x512xf32>
  %query = attn.split_heads %query_rows into 8 : tensor<?x?x512xf32>
  %key = attn.split_heads %key_rows into 8 : tensor<?x?x512xf32>
  %value = attn.split_heads %value_rows into 8 : tensor<?x?x512xf32>
  %own = attn.score dot %query, %key scale 0.125 : tensor<?x8x?x64xf32>, tensor<?x8x?x64xf32>
  %seen = attn.mask %own where lengths(%lengths) : tensor<?x8x?x?xf32>, tensor<?xi32>
  %map = attn.normalize softmax %seen : tensor<?x8x?x?xf32>
  %heads = attn.combine %map, %value : tensor<?x8x?x?xf32>, tensor<?x8x?x64xf32>
  %logits = attn.fill %seen value 0.0 : tensor<?x8x?x?xf32>
  %x1 = attn.repeat 1 @rest(%x, %heads) prefix "first."
      : (tensor<?x?x512xf32>, tensor<?x8x?x64xf32>) -> tensor<?x?x512xf32>

  %y, %last = attn.repeat 5 @layer(%x1, %logits, %lengths) prefix "layer.#."
      : (tensor<?x?x512xf32>, tensor<?x8x?x?xf32>, tensor<?xi32>) -> (tensor<?x?x512xf32>, tensor<?x8x?x?xf32>)
  return %y : tensor<?x?x512xf32>
}
