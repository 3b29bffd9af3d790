// all-MiniLM-L6-v2, a sentence encoder: token ids and the length of each sentence in, one unit vector a sentence out.
// Weight names are those of the checkpoint. B sentences of at most S tokens; shorter ones are padded with any token.

// One of the six layers (post-norm). Weight names are relative; attn.repeat puts "encoder.layer.<t>." before them.
func.func private @layer(%x: tensor<?x?x384xf32>, %lengths: tensor<?xi32>) -> tensor<?x?x384xf32> {
  // Queries, keys and values: 12 heads of width 32.
  %wq = attn.weight "attention.self.query.weight" : tensor<384x384xf32>
  %bq = attn.weight "attention.self.query.bias" : tensor<384xf32>
  %wk = attn.weight "attention.self.key.weight" : tensor<384x384xf32>
  %bk = attn.weight "attention.self.key.bias" : tensor<384xf32>
  %wv = attn.weight "attention.self.value.weight" : tensor<384x384xf32>
  %bv = attn.weight "attention.self.value.bias" : tensor<384xf32>
  %query_rows = attn.linear %x, %wq, %bq : tensor<?x?x384xf32>, tensor<384x384xf32>, tensor<384xf32>
  %key_rows = attn.linear %x, %wk, %bk : tensor<?x?x384xf32>, tensor<384x384xf32>, tensor<384xf32>
  %value_rows = attn.linear %x, %wv, %bv : tensor<?x?x384xf32>, tensor<384x384xf32>, tensor<384xf32>
  %query = attn.split_heads %query_rows into 12 : tensor<?x?x384xf32>
  %key = attn.split_heads %key_rows into 12 : tensor<?x?x384xf32>
  %value = attn.split_heads %value_rows into 12 : tensor<?x?x384xf32>

  // The scale is 1/sqrt(32); padding is no key.
  %heads = attn.attention %query, %key, %value scale 0.17677669529663689 where lengths(%lengths)
      : tensor<?x12x?x32xf32>, tensor<?x12x?x32xf32>, tensor<?x12x?x32xf32>, tensor<?xi32>
  %merged = attn.merge_heads %heads : tensor<?x12x?x32xf32>
  %wo = attn.weight "attention.output.dense.weight" : tensor<384x384xf32>
  %bo = attn.weight "attention.output.dense.bias" : tensor<384xf32>
  %attended = attn.linear %merged, %wo, %bo : tensor<?x?x384xf32>, tensor<384x384xf32>, tensor<384xf32>

  %sum1 = attn.add %attended, %x : tensor<?x?x384xf32>, tensor<?x?x384xf32>
  %g1 = attn.weight "attention.output.LayerNorm.weight" : tensor<384xf32>
  %b1 = attn.weight "attention.output.LayerNorm.bias" : tensor<384xf32>
  %h = attn.layer_norm %sum1, %g1, %b1 eps 1.0e-12 : tensor<?x?x384xf32>, tensor<384xf32>, tensor<384xf32>

  // Feed-forward: 384 -> 1536 -> 384.
  %wi = attn.weight "intermediate.dense.weight" : tensor<1536x384xf32>
  %bi = attn.weight "intermediate.dense.bias" : tensor<1536xf32>
  %wf = attn.weight "output.dense.weight" : tensor<384x1536xf32>
  %bf = attn.weight "output.dense.bias" : tensor<384xf32>
  %inner = attn.linear %h, %wi, %bi : tensor<?x?x384xf32>, tensor<1536x384xf32>, tensor<1536xf32>
  %active = attn.activation gelu %inner : tensor<?x?x1536xf32>
  %outer = attn.linear %active, %wf, %bf : tensor<?x?x1536xf32>, tensor<384x1536xf32>, tensor<384xf32>

  %sum2 = attn.add %outer, %h : tensor<?x?x384xf32>, tensor<?x?x384xf32>
  %g2 = attn.weight "output.LayerNorm.weight" : tensor<384xf32>
  %b2 = attn.weight "output.LayerNorm.bias" : tensor<384xf32>
  %y = attn.layer_norm %sum2, %g2, %b2 eps 1.0e-12 : tensor<?x?x384xf32>, tensor<384xf32>, tensor<384xf32>
  return %y : tensor<?x?x384xf32>
}

func.func @minilm(%ids: tensor<?x?xi32> {attn.name = "ids", attn.dims = ["B", "S"]},
                  %lengths: tensor<?xi32> {attn.name = "lengths", attn.dims = ["B"]})
    -> (tensor<?x384xf32> {attn.name = "embedding"}) {
  // Word, position and (always the first) token-type embeddings.
  %words = attn.weight "embeddings.word_embeddings.weight" : tensor<30522x384xf32>
  %places = attn.weight "embeddings.position_embeddings.weight" : tensor<512x384xf32>
  %kind = attn.weight "embeddings.token_type_embeddings.weight"[0] : tensor<384xf32>
  %word = attn.embed %words, %ids : tensor<30522x384xf32>, tensor<?x?xi32>
  %place = attn.positions %places, %ids : tensor<512x384xf32>, tensor<?x?xi32>
  %word_place = attn.add %word, %place : tensor<?x?x384xf32>, tensor<?x384xf32>
  %sum = attn.add %word_place, %kind : tensor<?x?x384xf32>, tensor<384xf32>
  %gamma = attn.weight "embeddings.LayerNorm.weight" : tensor<384xf32>
  %beta = attn.weight "embeddings.LayerNorm.bias" : tensor<384xf32>
  %x = attn.layer_norm %sum, %gamma, %beta eps 1.0e-12 : tensor<?x?x384xf32>, tensor<384xf32>, tensor<384xf32>

  %encoded = attn.repeat 6 @layer(%x, %lengths) prefix "encoder.layer.#."
      : (tensor<?x?x384xf32>, tensor<?xi32>) -> tensor<?x?x384xf32>

  %pooled = attn.pool mean %encoded lengths %lengths : tensor<?x?x384xf32>, tensor<?xi32>
  %embedding = attn.l2_normalize %pooled eps 1.0e-12 : tensor<?x384xf32>
  return %embedding : tensor<?x384xf32>
}
