// Scores kept within -30 and 30 by a tanh.
func.func @softcap(
    %q: tensor<?x8x?x64xf32> {attn.name = "q", attn.dims = ["B", "H", "N", "D"]},
    %k: tensor<?x8x?x64xf32> {attn.name = "k", attn.dims = ["B", "H", "N", "D"]},
    %v: tensor<?x8x?x64xf32> {attn.name = "v", attn.dims = ["B", "H", "N", "D"]})
    -> (tensor<?x8x?x64xf32> {attn.name = "out"}) {
  %out = attn.attention %q, %k, %v scale 0.125
      : tensor<?x8x?x64xf32>, tensor<?x8x?x64xf32>, tensor<?x8x?x64xf32> {
  ^bb0(%s: f32, %b: index, %h: index, %i: index, %j: index):
    %cap = arith.constant 30.0 : f32
    %share = arith.divf %s, %cap : f32
    %t = math.tanh %share : f32
    %r = arith.mulf %cap, %t : f32
    attn.yield %r : f32
  }
  return %out : tensor<?x8x?x64xf32>
}
