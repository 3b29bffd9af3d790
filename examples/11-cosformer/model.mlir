// The encoder of a cosFormer (Qin et al. 2022): six layers of width 512 with 8 heads and a hidden width of 2048, post-norm. Written with
// the N x N map of its paper, computed in time and memory that grow with N. B texts of at most N tokens.

func.func private @project(%x: tensor<?x?x512xf32> {attn.dims = ["B", "N", "C"]}) -> tensor<?x?x512xf32> {
  %w = attn.weight "weight" : tensor<512x512xf32>
  %b = attn.weight "bias" : tensor<512xf32>
  %y = attn.linear %x, %w, %b : tensor<?x?x512xf32>, tensor<512x512xf32>, tensor<512xf32>
  return %y : tensor<?x?x512xf32>
}

func.func private @norm(%x: tensor<?x?x512xf32> {attn.dims = ["B", "N", "C"]}) -> tensor<?x?x512xf32> {
  %gamma = attn.weight "gamma" : tensor<512xf32>
  %beta = attn.weight "beta" : tensor<512xf32>
  %y = attn.layer_norm %x, %gamma, %beta eps 1.0e-5 : tensor<?x?x512xf32>, tensor<512xf32>, tensor<512xf32>
  return %y : tensor<?x?x512xf32>
}

func.func private @feed_forward(%x: tensor<?x?x512xf32> {attn.dims = ["B", "N", "C"]}) -> tensor<?x?x512xf32> {
  %w1 = attn.weight "W1" : tensor<2048x512xf32>
  %b1 = attn.weight "b1" : tensor<2048xf32>
  %w2 = attn.weight "W2" : tensor<512x2048xf32>
  %b2 = attn.weight "b2" : tensor<512xf32>
  %inner = attn.linear %x, %w1, %b1 : tensor<?x?x512xf32>, tensor<2048x512xf32>, tensor<2048xf32>
  %active = attn.activation gelu %inner : tensor<?x?x2048xf32>
  %y = attn.linear %active, %w2, %b2 : tensor<?x?x2048xf32>, tensor<512x2048xf32>, tensor<512xf32>
  return %y : tensor<?x?x512xf32>
}

// softmax becomes relu(q) . relu(k), times the cosine of the distance, divided by its sum: nothing that a state could not hold.
func.func private @attend(%q: tensor<?x8x?x64xf32> {attn.dims = ["B", "H", "N", "D"]},
                          %k: tensor<?x8x?x64xf32> {attn.dims = ["B", "H", "N", "D"]},
                          %v: tensor<?x8x?x64xf32> {attn.dims = ["B", "H", "N", "D"]},
                          %lengths: tensor<?xi32> {attn.dims = ["B"]}) -> tensor<?x8x?x64xf32> {
  %query = attn.activation relu %q : tensor<?x8x?x64xf32>
  %key = attn.activation relu %k : tensor<?x8x?x64xf32>
  %scores = attn.score dot %query, %key : tensor<?x8x?x64xf32>, tensor<?x8x?x64xf32>
  %near = attn.modify %scores captures(%key) : tensor<?x8x?x?xf32>, tensor<?x8x?x64xf32> {
  ^bb0(%s: f32, %b: index, %h: index, %i: index, %j: index, %keys: tensor<?x8x?x64xf32>):
    %rows = arith.constant 2 : index
    %count = tensor.dim %keys, %rows : tensor<?x8x?x64xf32>
    %count32 = arith.index_cast %count : index to i32
    %length = arith.sitofp %count32 : i32 to f32
    %apart = arith.subi %i, %j : index
    %steps = arith.index_cast %apart : index to i32
    %distance = arith.sitofp %steps : i32 to f32
    %quarter_turn = arith.constant 1.57079632679489661923 : f32
    %turn = arith.mulf %distance, %quarter_turn : f32
    %angle = arith.divf %turn, %length : f32
    %weight = math.cos %angle : f32
    %r = arith.mulf %s, %weight : f32
    attn.yield %r : f32
  }
  %seen = attn.mask %near where lengths(%lengths) : tensor<?x8x?x?xf32>, tensor<?xi32>
  %map = attn.normalize sum %seen eps 1.0e-6 : tensor<?x8x?x?xf32>
  %heads = attn.combine %map, %v : tensor<?x8x?x?xf32>, tensor<?x8x?x64xf32>
  return %heads : tensor<?x8x?x64xf32>
}

func.func private @layer(%x: tensor<?x?x512xf32> {attn.dims = ["B", "N", "C"]}, %lengths: tensor<?xi32> {attn.dims = ["B"]}) -> tensor<?x?x512xf32> {
  %query_rows = attn.repeat 1 @project(%x) prefix "query." : (tensor<?x?x512xf32>) -> tensor<?x?x512xf32>
  %key_rows = attn.repeat 1 @project(%x) prefix "key." : (tensor<?x?x512xf32>) -> tensor<?x?x512xf32>
  %value_rows = attn.repeat 1 @project(%x) prefix "value." : (tensor<?x?x512xf32>) -> tensor<?x?x512xf32>
  %query = attn.split_heads %query_rows into 8 : tensor<?x?x512xf32>
  %key = attn.split_heads %key_rows into 8 : tensor<?x?x512xf32>
  %value = attn.split_heads %value_rows into 8 : tensor<?x?x512xf32>
  %heads = func.call @attend(%query, %key, %value, %lengths)
      : (tensor<?x8x?x64xf32>, tensor<?x8x?x64xf32>, tensor<?x8x?x64xf32>, tensor<?xi32>) -> tensor<?x8x?x64xf32>
  %merged = attn.merge_heads %heads : tensor<?x8x?x64xf32>
  %attended = attn.repeat 1 @project(%merged) prefix "out." : (tensor<?x?x512xf32>) -> tensor<?x?x512xf32>
  %sum1 = attn.add %x, %attended : tensor<?x?x512xf32>, tensor<?x?x512xf32>
  %h = attn.repeat 1 @norm(%sum1) prefix "ln1." : (tensor<?x?x512xf32>) -> tensor<?x?x512xf32>
  %outer = attn.repeat 1 @feed_forward(%h) prefix "ffn." : (tensor<?x?x512xf32>) -> tensor<?x?x512xf32>
  %sum2 = attn.add %h, %outer : tensor<?x?x512xf32>, tensor<?x?x512xf32>
  %y = attn.repeat 1 @norm(%sum2) prefix "ln2." : (tensor<?x?x512xf32>) -> tensor<?x?x512xf32>
  return %y : tensor<?x?x512xf32>
}

func.func @cosformer(%x: tensor<?x?x512xf32> {attn.name = "x", attn.dims = ["B", "N", "C"]},
                     %lengths: tensor<?xi32> {attn.name = "lengths", attn.dims = ["B"]})
    -> (tensor<?x?x512xf32> {attn.name = "y"}) {
  %y = attn.repeat 6 @layer(%x, %lengths) prefix "layer.#." : (tensor<?x?x512xf32>, tensor<?xi32>) -> tensor<?x?x512xf32>
  return %y : tensor<?x?x512xf32>
}
