// BERT (Devlin et al. 2019), the size "mini" of Turc et al. 2019: four post-norm layers of width 256 with 4 heads,
// 30522 word pieces, 512 places, two kinds of token. Weights are named as in checkpoints for PyTorch. B texts of at
// most N tokens.

func.func private @layer(%x: tensor<?x?x256xf32> {attn.dims = ["B", "N", "C"]},
                         %lengths: tensor<?xi32> {attn.dims = ["B"]}) -> tensor<?x?x256xf32> {
  %query_rows_w = attn.weight "attention.self.query.weight" : tensor<256x256xf32>
  %query_rows_b = attn.weight "attention.self.query.bias" : tensor<256xf32>
  %query_rows = attn.linear %x, %query_rows_w, %query_rows_b : tensor<?x?x256xf32>, tensor<256x256xf32>, tensor<256xf32>
  %key_rows_w = attn.weight "attention.self.key.weight" : tensor<256x256xf32>
  %key_rows_b = attn.weight "attention.self.key.bias" : tensor<256xf32>
  %key_rows = attn.linear %x, %key_rows_w, %key_rows_b : tensor<?x?x256xf32>, tensor<256x256xf32>, tensor<256xf32>
  %value_rows_w = attn.weight "attention.self.value.weight" : tensor<256x256xf32>
  %value_rows_b = attn.weight "attention.self.value.bias" : tensor<256xf32>
  %value_rows = attn.linear %x, %value_rows_w, %value_rows_b : tensor<?x?x256xf32>, tensor<256x256xf32>, tensor<256xf32>
  %query = attn.split_heads %query_rows into 4 : tensor<?x?x256xf32>
  %key = attn.split_heads %key_rows into 4 : tensor<?x?x256xf32>
  %value = attn.split_heads %value_rows into 4 : tensor<?x?x256xf32>
  %heads = attn.attention %query, %key, %value scale 0.125 where lengths(%lengths)
      : tensor<?x4x?x64xf32>, tensor<?x4x?x64xf32>, tensor<?x4x?x64xf32>, tensor<?xi32>
  %merged = attn.merge_heads %heads : tensor<?x4x?x64xf32>
  %attended_w = attn.weight "attention.output.dense.weight" : tensor<256x256xf32>
  %attended_b = attn.weight "attention.output.dense.bias" : tensor<256xf32>
  %attended = attn.linear %merged, %attended_w, %attended_b : tensor<?x?x256xf32>, tensor<256x256xf32>, tensor<256xf32>
  %sum1 = attn.add %x, %attended : tensor<?x?x256xf32>, tensor<?x?x256xf32>
  %h_gamma = attn.weight "attention.output.LayerNorm.weight" : tensor<256xf32>
  %h_beta = attn.weight "attention.output.LayerNorm.bias" : tensor<256xf32>
  %h = attn.layer_norm %sum1, %h_gamma, %h_beta eps 1.0e-12 : tensor<?x?x256xf32>, tensor<256xf32>, tensor<256xf32>

  %inner_w = attn.weight "intermediate.dense.weight" : tensor<1024x256xf32>
  %inner_b = attn.weight "intermediate.dense.bias" : tensor<1024xf32>
  %inner = attn.linear %h, %inner_w, %inner_b : tensor<?x?x256xf32>, tensor<1024x256xf32>, tensor<1024xf32>
  %active = attn.activation gelu %inner : tensor<?x?x1024xf32>
  %outer_w = attn.weight "output.dense.weight" : tensor<256x1024xf32>
  %outer_b = attn.weight "output.dense.bias" : tensor<256xf32>
  %outer = attn.linear %active, %outer_w, %outer_b : tensor<?x?x1024xf32>, tensor<256x1024xf32>, tensor<256xf32>
  %sum2 = attn.add %h, %outer : tensor<?x?x256xf32>, tensor<?x?x256xf32>
  %y_gamma = attn.weight "output.LayerNorm.weight" : tensor<256xf32>
  %y_beta = attn.weight "output.LayerNorm.bias" : tensor<256xf32>
  %y = attn.layer_norm %sum2, %y_gamma, %y_beta eps 1.0e-12 : tensor<?x?x256xf32>, tensor<256xf32>, tensor<256xf32>
  return %y : tensor<?x?x256xf32>
}

func.func @bert(%ids: tensor<?x?xi32> {attn.name = "ids", attn.dims = ["B", "N"]},
                %types: tensor<?x?xi32> {attn.name = "types", attn.dims = ["B", "N"]},
                %lengths: tensor<?xi32> {attn.name = "lengths", attn.dims = ["B"]})
    -> (tensor<?x?x256xf32> {attn.name = "hidden"}, tensor<?x1x256xf32> {attn.name = "pooled"}) {
  // A token is a word piece at a place in the first or the second text.
  %words = attn.weight "bert.embeddings.word_embeddings.weight" : tensor<30522x256xf32>
  %places = attn.weight "bert.embeddings.position_embeddings.weight" : tensor<512x256xf32>
  %kinds = attn.weight "bert.embeddings.token_type_embeddings.weight" : tensor<2x256xf32>
  %word = attn.embed %words, %ids : tensor<30522x256xf32>, tensor<?x?xi32>
  %place = attn.positions %places, %ids : tensor<512x256xf32>, tensor<?x?xi32>
  %kind = attn.embed %kinds, %types : tensor<2x256xf32>, tensor<?x?xi32>
  %word_place = attn.add %word, %place : tensor<?x?x256xf32>, tensor<?x256xf32>
  %sum = attn.add %word_place, %kind : tensor<?x?x256xf32>, tensor<?x?x256xf32>
  %x_gamma = attn.weight "bert.embeddings.LayerNorm.weight" : tensor<256xf32>
  %x_beta = attn.weight "bert.embeddings.LayerNorm.bias" : tensor<256xf32>
  %x = attn.layer_norm %sum, %x_gamma, %x_beta eps 1.0e-12 : tensor<?x?x256xf32>, tensor<256xf32>, tensor<256xf32>

  %hidden = attn.repeat 4 @layer(%x, %lengths) prefix "bert.encoder.layer.#."
      : (tensor<?x?x256xf32>, tensor<?xi32>) -> tensor<?x?x256xf32>

  // The pooler reads the first token: what is left of a sum over all rows when the others are masked.
  %rows = attn.split_heads %hidden into 1 : tensor<?x?x256xf32>
  %first = attn.mask %rows where predicate : tensor<?x1x?x256xf32> {
  ^bb0(%b: index, %h: index, %i: index, %c: index):
    %zero = arith.constant 0 : index
    %is_first = arith.cmpi eq, %i, %zero : index
    attn.yield %is_first : i1
  }
  %token = attn.reduce_map sum %first over queries : tensor<?x1x?x256xf32>
  %dense_w = attn.weight "bert.pooler.dense.weight" : tensor<256x256xf32>
  %dense_b = attn.weight "bert.pooler.dense.bias" : tensor<256xf32>
  %dense = attn.linear %token, %dense_w, %dense_b : tensor<?x1x256xf32>, tensor<256x256xf32>, tensor<256xf32>
  %pooled = attn.activation tanh %dense : tensor<?x1x256xf32>
  return %hidden, %pooled : tensor<?x?x256xf32>, tensor<?x1x256xf32>
}
