// An attention of no paper: near tokens are judged one by one, far ones compete. A sigmoid map and a softmax map of the
// same scores are blended by a gate that falls with the distance, at a rate of each head. B texts of N tokens, padding
// masked, 8 heads of width 64.
func.func @near_and_far(%query: tensor<?x8x?x64xf32> {attn.name = "query", attn.dims = ["B", "H", "N", "D"]},
                        %key: tensor<?x8x?x64xf32> {attn.name = "key", attn.dims = ["B", "H", "N", "D"]},
                        %value: tensor<?x8x?x64xf32> {attn.name = "value", attn.dims = ["B", "H", "N", "D"]},
                        %reach: tensor<8xf32> {attn.name = "reach", attn.dims = ["H"]},
                        %lengths: tensor<?xi32> {attn.name = "lengths", attn.dims = ["B"]})
    -> (tensor<?x8x?x64xf32> {attn.name = "out"}) {
  %scores = attn.score dot %query, %key scale 0.125 : tensor<?x8x?x64xf32>, tensor<?x8x?x64xf32>
  %seen = attn.mask %scores where lengths(%lengths) : tensor<?x8x?x?xf32>, tensor<?xi32>
  %alone = attn.normalize sigmoid %seen : tensor<?x8x?x?xf32>
  %together = attn.normalize softmax %seen : tensor<?x8x?x?xf32>

  // gate[h, i, j] = exp(-|i - j| / reach[h])
  %gate = attn.modify %seen captures(%reach) : tensor<?x8x?x?xf32>, tensor<8xf32> {
  ^bb0(%score: f32, %b: index, %h: index, %i: index, %j: index, %reaches: tensor<8xf32>):
    %steps = arith.subi %i, %j : index
    %steps_i32 = arith.index_cast %steps : index to i32
    %signed = arith.sitofp %steps_i32 : i32 to f32
    %distance = math.absf %signed : f32
    %reach_of_head = tensor.extract %reaches[%h] : tensor<8xf32>
    %ratio = arith.divf %distance, %reach_of_head : f32
    %exponent = arith.negf %ratio : f32
    %value_of_gate = math.exp %exponent : f32
    attn.yield %value_of_gate : f32
  }
  %map = attn.pointwise %gate, %alone, %together : tensor<?x8x?x?xf32>, tensor<?x8x?x?xf32>, tensor<?x8x?x?xf32> {
  ^bb0(%g: f32, %near: f32, %far: f32):
    %difference = arith.subf %near, %far : f32
    %share = arith.mulf %g, %difference : f32
    %weight = arith.addf %far, %share : f32
    attn.yield %weight : f32
  }
  %out = attn.combine %map, %value : tensor<?x8x?x?xf32>, tensor<?x8x?x64xf32>
  return %out : tensor<?x8x?x64xf32>
}
