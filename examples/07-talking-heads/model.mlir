// A talking-heads attention layer (Shazeer et al. 2020), base size: width 768, 12 heads of width 64 for queries and
// keys, for the softmax and for values. B texts of at most N tokens.
func.func @talking_heads(%x: tensor<?x?x768xf32> {attn.name = "x", attn.dims = ["B", "N", "C"]},
                         %lengths: tensor<?xi32> {attn.name = "lengths", attn.dims = ["B"]})
    -> (tensor<?x?x768xf32> {attn.name = "y"}) {
  %query_rows_w = attn.weight "query" : tensor<768x768xf32>
  %query_rows = attn.linear %x, %query_rows_w : tensor<?x?x768xf32>, tensor<768x768xf32>
  %key_rows_w = attn.weight "key" : tensor<768x768xf32>
  %key_rows = attn.linear %x, %key_rows_w : tensor<?x?x768xf32>, tensor<768x768xf32>
  %value_rows_w = attn.weight "value" : tensor<768x768xf32>
  %value_rows = attn.linear %x, %value_rows_w : tensor<?x?x768xf32>, tensor<768x768xf32>
  %query = attn.split_heads %query_rows into 12 : tensor<?x?x768xf32>
  %key = attn.split_heads %key_rows into 12 : tensor<?x?x768xf32>
  %value = attn.split_heads %value_rows into 12 : tensor<?x?x768xf32>

  // The heads talk before the softmax and after it; the mask is the softmax's.
  %before = attn.weight "talk.before" : tensor<12x12xf32>
  %after = attn.weight "talk.after" : tensor<12x12xf32>
  %scores = attn.score dot %query, %key scale 0.125 : tensor<?x12x?x64xf32>, tensor<?x12x?x64xf32>
  %mixed = attn.mix_heads %scores, %before : tensor<?x12x?x?xf32>, tensor<12x12xf32>
  %seen = attn.mask %mixed where lengths(%lengths) : tensor<?x12x?x?xf32>, tensor<?xi32>
  %weights = attn.normalize softmax %seen : tensor<?x12x?x?xf32>
  %map = attn.mix_heads %weights, %after : tensor<?x12x?x?xf32>, tensor<12x12xf32>
  %heads = attn.combine %map, %value : tensor<?x12x?x?xf32>, tensor<?x12x?x64xf32>

  %merged = attn.merge_heads %heads : tensor<?x12x?x64xf32>
  %y_w = attn.weight "out" : tensor<768x768xf32>
  %y = attn.linear %merged, %y_w : tensor<?x?x768xf32>, tensor<768x768xf32>
  return %y : tensor<?x?x768xf32>
}
