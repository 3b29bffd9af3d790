// Additive attention between a decoder and an encoder (Bahdanau et al. 2015), the paper's sizes: states of 1000
// numbers, annotations of 2000 (a forward and a backward state), 1000 hidden units. T states of a target look at the N
// annotations of a source; B sources, shorter ones padded.
func.func @additive_attention(
    %states: tensor<?x?x1000xf32> {attn.name = "states", attn.dims = ["B", "T", "S"]},
    %annotations: tensor<?x?x2000xf32> {attn.name = "annotations", attn.dims = ["B", "N", "A"]},
    %lengths: tensor<?xi32> {attn.name = "lengths", attn.dims = ["B"]})
    -> (tensor<?x?x2000xf32> {attn.name = "context"}, tensor<?x1x?x?xf32> {attn.name = "alignment"}) {
  %w = attn.weight "W" : tensor<1000x1000xf32>
  %u = attn.weight "U" : tensor<1000x2000xf32>
  %b = attn.weight "b" : tensor<1000xf32>
  %v = attn.weight "v" : tensor<1000xf32>
  %query_rows = attn.linear %states, %w, %b : tensor<?x?x1000xf32>, tensor<1000x1000xf32>, tensor<1000xf32>
  %key_rows = attn.linear %annotations, %u : tensor<?x?x2000xf32>, tensor<1000x2000xf32>
  %query = attn.split_heads %query_rows into 1 : tensor<?x?x1000xf32>
  %key = attn.split_heads %key_rows into 1 : tensor<?x?x1000xf32>
  %value = attn.split_heads %annotations into 1 : tensor<?x?x2000xf32>

  %energies = attn.score additive %query, %key with %v
      : tensor<?x1x?x1000xf32>, tensor<?x1x?x1000xf32>, tensor<1000xf32>
  %seen = attn.mask %energies where lengths(%lengths) : tensor<?x1x?x?xf32>, tensor<?xi32>
  %alignment = attn.normalize softmax %seen : tensor<?x1x?x?xf32>
  %head = attn.combine %alignment, %value : tensor<?x1x?x?xf32>, tensor<?x1x?x2000xf32>
  %context = attn.merge_heads %head : tensor<?x1x?x2000xf32>
  return %context, %alignment : tensor<?x?x2000xf32>, tensor<?x1x?x?xf32>
}
