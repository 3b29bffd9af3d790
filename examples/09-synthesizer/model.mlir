// A Synthesizer layer (Tay et al. 2021), dense and random: width 512, 8 heads of width 64, at most L = 256 tokens. No
// token is compared with another. The paper's learned factors of the two parts are in their tables. B texts of N
// tokens, causal.
func.func @synthesizer(%x: tensor<?x?x512xf32> {attn.name = "x", attn.dims = ["B", "N", "C"]})
    -> (tensor<?x?x512xf32> {attn.name = "y"}) {
  %value_rows_w = attn.weight "value" : tensor<512x512xf32>
  %value_rows = attn.linear %x, %value_rows_w : tensor<?x?x512xf32>, tensor<512x512xf32>
  %value = attn.split_heads %value_rows into 8 : tensor<?x?x512xf32>

  // Dense: two layers tell from token i alone how much it looks at place j. The second is
  // a product with L shared keys.
  %inner_w = attn.weight "dense.first.weight" : tensor<512x512xf32>
  %inner_b = attn.weight "dense.first.bias" : tensor<512xf32>
  %inner = attn.linear %x, %inner_w, %inner_b : tensor<?x?x512xf32>, tensor<512x512xf32>, tensor<512xf32>
  %active = attn.activation relu %inner : tensor<?x?x512xf32>
  %hidden = attn.split_heads %active into 8 : tensor<?x?x512xf32>
  %places = attn.weight "dense.second.weight" : tensor<8x256x64xf32>
  %products = attn.score dot %hidden, %places : tensor<?x8x?x64xf32>, tensor<8x256x64xf32>
  %bias = attn.weight "dense.second.bias" : tensor<8x256xf32>
  %table = attn.modify %products captures(%bias) : tensor<?x8x?x256xf32>, tensor<8x256xf32> {
  ^bb0(%s: f32, %b: index, %h: index, %i: index, %j: index, %biases: tensor<8x256xf32>):
    %c = tensor.extract %biases[%h, %j] : tensor<8x256xf32>
    %sum = arith.addf %s, %c : f32
    attn.yield %sum : f32
  }
  %dense = attn.given_score %table like %value, %value
      : tensor<?x8x?x256xf32>, tensor<?x8x?x64xf32>, tensor<?x8x?x64xf32>

  // Random: a table that is the same for every text. Of both tables the first N places are taken.
  %r = attn.weight "random" : tensor<8x256x256xf32>
  %random = attn.given_score %r like %value, %value : tensor<8x256x256xf32>, tensor<?x8x?x64xf32>, tensor<?x8x?x64xf32>

  %scores = attn.add %dense, %random : tensor<?x8x?x?xf32>, tensor<?x8x?x?xf32>
  %seen = attn.mask %scores where causal(top_left) : tensor<?x8x?x?xf32>
  %map = attn.normalize softmax %seen : tensor<?x8x?x?xf32>
  %heads = attn.combine %map, %value : tensor<?x8x?x?xf32>, tensor<?x8x?x64xf32>
  %merged = attn.merge_heads %heads : tensor<?x8x?x64xf32>
  %y_w = attn.weight "out" : tensor<512x512xf32>
  %y = attn.linear %merged, %y_w : tensor<?x?x512xf32>, tensor<512x512xf32>
  return %y : tensor<?x?x512xf32>
}
