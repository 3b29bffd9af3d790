// An LSTM of 512 that looks at 50 annotations before each of 50 steps, by additive attention (Bahdanau et al. 2015); what does not depend
// on the step is computed before the loop. The gates are in the order input, forget, cell, output.
func.func private @step(
    %hidden: tensor<?x512xf32> {attn.dims = ["B", "D"]}, %cell: tensor<?x512xf32> {attn.dims = ["B", "D"]},
    %from_x: tensor<?x2048xf32> {attn.dims = ["B", "G"]}, %keys: tensor<?x1x?x512xf32> {attn.dims = ["B", "H", "M", "D"]},
    %values: tensor<?x1x?x512xf32> {attn.dims = ["B", "H", "M", "D"]})
    -> (tensor<?x512xf32> {attn.dims = ["B", "D"]}, tensor<?x512xf32> {attn.dims = ["B", "D"]},
        tensor<?x512xf32> {attn.dims = ["B", "D"]}, tensor<?x512xf32> {attn.dims = ["B", "D"]}) {
  %query_w = attn.weight "query.weight" : tensor<512x512xf32>
  %asks = attn.linear %hidden, %query_w : tensor<?x512xf32>, tensor<512x512xf32>
  %query = attn.rearrange %asks sizes affine_map<(b, d) -> (b, 1, 1, d)> from affine_map<(b, h, i, d) -> (b, d)> : tensor<?x512xf32>
  %vector = attn.weight "vector" : tensor<512xf32>
  %scores = attn.score additive %query, %keys with %vector : tensor<?x1x1x512xf32>, tensor<?x1x?x512xf32>, tensor<512xf32>
  %map = attn.normalize softmax %scores : tensor<?x1x1x?xf32>
  %seen = attn.combine %map, %values : tensor<?x1x1x?xf32>, tensor<?x1x?x512xf32>
  %context = attn.rearrange %seen sizes affine_map<(b, h, i, d) -> (b, d)> from affine_map<(b, d) -> (b, 0, 0, d)> : tensor<?x1x1x512xf32>

  %state = attn.concat %context, %hidden : tensor<?x512xf32>, tensor<?x512xf32>
  %state_w = attn.weight "state.weight" : tensor<2048x1024xf32>
  %from_state = attn.linear %state, %state_w : tensor<?x1024xf32>, tensor<2048x1024xf32>
  %gates = attn.add %from_state, %from_x : tensor<?x2048xf32>, tensor<?x2048xf32>
  %raw_i = attn.rearrange %gates sizes affine_map<(b, g) -> (b, 512)> from affine_map<(b, u) -> (b, u)> : tensor<?x2048xf32>
  %raw_f = attn.rearrange %gates sizes affine_map<(b, g) -> (b, 512)> from affine_map<(b, u) -> (b, u + 512)> : tensor<?x2048xf32>
  %raw_g = attn.rearrange %gates sizes affine_map<(b, g) -> (b, 512)> from affine_map<(b, u) -> (b, u + 1024)> : tensor<?x2048xf32>
  %raw_o = attn.rearrange %gates sizes affine_map<(b, g) -> (b, 512)> from affine_map<(b, u) -> (b, u + 1536)> : tensor<?x2048xf32>
  %i = attn.activation sigmoid %raw_i : tensor<?x512xf32>
  %f = attn.activation sigmoid %raw_f : tensor<?x512xf32>
  %g = attn.activation tanh %raw_g : tensor<?x512xf32>
  %o = attn.activation sigmoid %raw_o : tensor<?x512xf32>
  %next_cell = attn.pointwise %f, %cell, %i, %g : tensor<?x512xf32>, tensor<?x512xf32>, tensor<?x512xf32>, tensor<?x512xf32> {
  ^bb0(%forget: f32, %c: f32, %input: f32, %new: f32):
    %kept = arith.mulf %forget, %c : f32
    %added = arith.mulf %input, %new : f32
    %y = arith.addf %kept, %added : f32
    attn.yield %y : f32
  }
  %next_hidden = attn.pointwise %o, %next_cell : tensor<?x512xf32>, tensor<?x512xf32> {
  ^bb0(%output: f32, %c: f32):
    %t = math.tanh %c : f32
    %y = arith.mulf %output, %t : f32
    attn.yield %y : f32
  }
  return %next_hidden, %next_cell, %next_hidden, %context
      : tensor<?x512xf32>, tensor<?x512xf32>, tensor<?x512xf32>, tensor<?x512xf32>
}

func.func @lstm_attention(
    %x: tensor<?x?x512xf32> {attn.name = "x", attn.dims = ["B", "N", "D"]},
    %annotations: tensor<?x?x512xf32> {attn.name = "annotations", attn.dims = ["B", "M", "D"]})
    -> (tensor<?x?x512xf32> {attn.name = "states"}, tensor<?x?x512xf32> {attn.name = "contexts"}) {
  %input_w = attn.weight "input.weight" : tensor<2048x512xf32>
  %input_b = attn.weight "input.bias" : tensor<2048xf32>
  %from_x = attn.linear %x, %input_w, %input_b : tensor<?x?x512xf32>, tensor<2048x512xf32>, tensor<2048xf32>
  %key_w = attn.weight "key.weight" : tensor<512x512xf32>
  %key_rows = attn.linear %annotations, %key_w : tensor<?x?x512xf32>, tensor<512x512xf32>
  %keys = attn.split_heads %key_rows into 1 : tensor<?x?x512xf32>
  %values = attn.split_heads %annotations into 1 : tensor<?x?x512xf32>
  %none = attn.rearrange %x sizes affine_map<(b, n, d) -> (b, d)> from affine_map<(b, u) -> (b, -1, u)> : tensor<?x?x512xf32>
  %end:2, %states, %contexts = attn.loop @step carried(%none, %none) each(%from_x) with(%keys, %values)
      : (tensor<?x512xf32>, tensor<?x512xf32>, tensor<?x?x2048xf32>, tensor<?x1x?x512xf32>, tensor<?x1x?x512xf32>)
      -> (tensor<?x512xf32>, tensor<?x512xf32>, tensor<?x?x512xf32>, tensor<?x?x512xf32>)
  return %states, %contexts : tensor<?x?x512xf32>, tensor<?x?x512xf32>
}
