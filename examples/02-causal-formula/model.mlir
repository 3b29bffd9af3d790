// Causal attention with a score formula of one's own: scores are capped softly at 5, each step back in time costs 0.1.
//   t_ij = 5 tanh(s_ij / 5) - 0.1 (i - j)
func.func @causal_formula(%query: tensor<?x2x?x16xf32> {attn.name = "query", attn.dims = ["B", "H", "N", "D"]},
                          %key: tensor<?x2x?x16xf32> {attn.name = "key", attn.dims = ["B", "H", "N", "D"]},
                          %value: tensor<?x2x?x16xf32> {attn.name = "value", attn.dims = ["B", "H", "N", "D"]})
    -> (tensor<?x2x?x16xf32> {attn.name = "out"}) {
  %out = attn.attention %query, %key, %value scale 0.25 where causal(top_left)
      : tensor<?x2x?x16xf32>, tensor<?x2x?x16xf32>, tensor<?x2x?x16xf32> {
  ^bb0(%score: f32, %b: index, %h: index, %i: index, %j: index):
    %cap = arith.constant 5.0 : f32
    %ratio = arith.divf %score, %cap : f32
    %soft = math.tanh %ratio : f32
    %capped = arith.mulf %soft, %cap : f32

    %cost = arith.constant 0.1 : f32
    %steps = arith.subi %i, %j : index
    %steps_i32 = arith.index_cast %steps : index to i32
    %distance = arith.sitofp %steps_i32 : i32 to f32
    %penalty = arith.mulf %distance, %cost : f32
    %result = arith.subf %capped, %penalty : f32
    attn.yield %result : f32
  }
  return %out : tensor<?x2x?x16xf32>
}
