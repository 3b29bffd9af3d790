// A document encoder in the way of Longformer (Beltagy et al. 2020): two post-norm layers of width 256 with 4 heads, up to
// 16384 tokens that see 128 neighbours on each side and the global tokens, which see all with projections of their own. B
// documents of at most N tokens; `flags` says which tokens are global, `index` where these are, -1 for none.

func.func private @layer(%x: tensor<?x?x256xf32> {attn.dims = ["B", "N", "C"]},
                         %flags: tensor<?x?xi32> {attn.dims = ["B", "N"]},
                         %index: tensor<?x1x?xi32> {attn.dims = ["B", "one", "G"]},
                         %lengths: tensor<?xi32> {attn.dims = ["B"]}) -> tensor<?x?x256xf32> {
  %query_w = attn.weight "query.weight" : tensor<256x256xf32>
  %key_w = attn.weight "key.weight" : tensor<256x256xf32>
  %value_w = attn.weight "value.weight" : tensor<256x256xf32>
  %query_rows = attn.linear %x, %query_w : tensor<?x?x256xf32>, tensor<256x256xf32>
  %key_rows = attn.linear %x, %key_w : tensor<?x?x256xf32>, tensor<256x256xf32>
  %value_rows = attn.linear %x, %value_w : tensor<?x?x256xf32>, tensor<256x256xf32>
  %query = attn.split_heads %query_rows into 4 : tensor<?x?x256xf32>
  %key = attn.split_heads %key_rows into 4 : tensor<?x?x256xf32>
  %value = attn.split_heads %value_rows into 4 : tensor<?x?x256xf32>
  %near = attn.attention %query, %key, %value scale 0.125
      where (window(128, 128, top_left) or global(%flags)) and lengths(%lengths)
      : tensor<?x4x?x64xf32>, tensor<?x4x?x64xf32>, tensor<?x4x?x64xf32>, tensor<?x?xi32>, tensor<?xi32>

  // The rows of global tokens alone are projected, and replace what they got above.
  %tokens = attn.split_heads %x into 1 : tensor<?x?x256xf32>
  %chosen = attn.gather %tokens, %index : tensor<?x1x?x256xf32>, tensor<?x1x?xi32>
  %rows = attn.merge_heads %chosen : tensor<?x1x?x256xf32>
  %global_query_w = attn.weight "query_global.weight" : tensor<256x256xf32>
  %global_key_w = attn.weight "key_global.weight" : tensor<256x256xf32>
  %global_value_w = attn.weight "value_global.weight" : tensor<256x256xf32>
  %global_query_rows = attn.linear %rows, %global_query_w : tensor<?x?x256xf32>, tensor<256x256xf32>
  %global_key_rows = attn.linear %x, %global_key_w : tensor<?x?x256xf32>, tensor<256x256xf32>
  %global_value_rows = attn.linear %x, %global_value_w : tensor<?x?x256xf32>, tensor<256x256xf32>
  %global_query = attn.split_heads %global_query_rows into 4 : tensor<?x?x256xf32>
  %global_key = attn.split_heads %global_key_rows into 4 : tensor<?x?x256xf32>
  %global_value = attn.split_heads %global_value_rows into 4 : tensor<?x?x256xf32>
  %far = attn.attention %global_query, %global_key, %global_value scale 0.125 where lengths(%lengths)
      : tensor<?x4x?x64xf32>, tensor<?x4x?x64xf32>, tensor<?x4x?x64xf32>, tensor<?xi32>
  %heads = attn.scatter %near, %index, %far : tensor<?x4x?x64xf32>, tensor<?x1x?xi32>, tensor<?x4x?x64xf32>

  %merged = attn.merge_heads %heads : tensor<?x4x?x64xf32>
  %out_w = attn.weight "out.weight" : tensor<256x256xf32>
  %out_b = attn.weight "out.bias" : tensor<256xf32>
  %attended = attn.linear %merged, %out_w, %out_b : tensor<?x?x256xf32>, tensor<256x256xf32>, tensor<256xf32>
  %sum1 = attn.add %x, %attended : tensor<?x?x256xf32>, tensor<?x?x256xf32>
  %h_gamma = attn.weight "norm1.gamma" : tensor<256xf32>
  %h_beta = attn.weight "norm1.beta" : tensor<256xf32>
  %h = attn.layer_norm %sum1, %h_gamma, %h_beta eps 1.0e-5 : tensor<?x?x256xf32>, tensor<256xf32>, tensor<256xf32>
  %inner_w = attn.weight "ffn.W1" : tensor<1024x256xf32>
  %inner_b = attn.weight "ffn.b1" : tensor<1024xf32>
  %inner = attn.linear %h, %inner_w, %inner_b : tensor<?x?x256xf32>, tensor<1024x256xf32>, tensor<1024xf32>
  %active = attn.activation gelu %inner : tensor<?x?x1024xf32>
  %outer_w = attn.weight "ffn.W2" : tensor<256x1024xf32>
  %outer_b = attn.weight "ffn.b2" : tensor<256xf32>
  %outer = attn.linear %active, %outer_w, %outer_b : tensor<?x?x1024xf32>, tensor<256x1024xf32>, tensor<256xf32>
  %sum2 = attn.add %h, %outer : tensor<?x?x256xf32>, tensor<?x?x256xf32>
  %y_gamma = attn.weight "norm2.gamma" : tensor<256xf32>
  %y_beta = attn.weight "norm2.beta" : tensor<256xf32>
  %y = attn.layer_norm %sum2, %y_gamma, %y_beta eps 1.0e-5 : tensor<?x?x256xf32>, tensor<256xf32>, tensor<256xf32>
  return %y : tensor<?x?x256xf32>
}

func.func @document(%x: tensor<?x?x256xf32> {attn.name = "x", attn.dims = ["B", "N", "C"]},
                    %flags: tensor<?x?xi32> {attn.name = "flags", attn.dims = ["B", "N"]},
                    %index: tensor<?x1x?xi32> {attn.name = "index", attn.dims = ["B", "one", "G"]},
                    %lengths: tensor<?xi32> {attn.name = "lengths", attn.dims = ["B"]})
    -> (tensor<?x1x?x256xf32> {attn.name = "summary"}) {
  %places = attn.weight "positions" : tensor<16384x256xf32>
  %place = attn.positions %places, %x : tensor<16384x256xf32>, tensor<?x?x256xf32>
  %start = attn.add %x, %place : tensor<?x?x256xf32>, tensor<?x256xf32>
  %y = attn.repeat 2 @layer(%start, %flags, %index, %lengths) prefix "layer.#."
      : (tensor<?x?x256xf32>, tensor<?x?xi32>, tensor<?x1x?xi32>, tensor<?xi32>) -> tensor<?x?x256xf32>
  // What global tokens have read of the document.
  %tokens = attn.split_heads %y into 1 : tensor<?x?x256xf32>
  %summary = attn.gather %tokens, %index : tensor<?x1x?x256xf32>, tensor<?x1x?xi32>
  return %summary : tensor<?x1x?x256xf32>
}
