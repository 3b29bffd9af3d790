// Multi-head self-attention with 4 heads of width 8: project, attend, project back. Any batch and length.
func.func @self_attention(%x: tensor<?x?x32xf32> {attn.name = "x", attn.dims = ["B", "N", "C"]})
    -> (tensor<?x?x32xf32> {attn.name = "y"}) {
  %wq = attn.weight "query.weight" : tensor<32x32xf32>
  %wk = attn.weight "key.weight" : tensor<32x32xf32>
  %wv = attn.weight "value.weight" : tensor<32x32xf32>
  %wo = attn.weight "out.weight" : tensor<32x32xf32>
  %bo = attn.weight "out.bias" : tensor<32xf32>

  %query_rows = attn.linear %x, %wq : tensor<?x?x32xf32>, tensor<32x32xf32>
  %key_rows = attn.linear %x, %wk : tensor<?x?x32xf32>, tensor<32x32xf32>
  %value_rows = attn.linear %x, %wv : tensor<?x?x32xf32>, tensor<32x32xf32>
  %query = attn.split_heads %query_rows into 4 : tensor<?x?x32xf32>
  %key = attn.split_heads %key_rows into 4 : tensor<?x?x32xf32>
  %value = attn.split_heads %value_rows into 4 : tensor<?x?x32xf32>

  // The scale is 1/sqrt(8).
  %heads = attn.attention %query, %key, %value scale 0.35355339059327379
      : tensor<?x4x?x8xf32>, tensor<?x4x?x8xf32>, tensor<?x4x?x8xf32>

  %merged = attn.merge_heads %heads : tensor<?x4x?x8xf32>
  %y = attn.linear %merged, %wo, %bo : tensor<?x?x32xf32>, tensor<32x32xf32>, tensor<32xf32>
  return %y : tensor<?x?x32xf32>
}
