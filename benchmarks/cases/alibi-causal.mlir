// Causal, with a slope of distance for each head, 2^-(h + 1).
func.func @alibi_causal(
    %q: tensor<?x8x?x64xf32> {attn.name = "q", attn.dims = ["B", "H", "N", "D"]},
    %k: tensor<?x8x?x64xf32> {attn.name = "k", attn.dims = ["B", "H", "N", "D"]},
    %v: tensor<?x8x?x64xf32> {attn.name = "v", attn.dims = ["B", "H", "N", "D"]})
    -> (tensor<?x8x?x64xf32> {attn.name = "out"}) {
  %out = attn.attention %q, %k, %v scale 0.125 where causal(top_left)
      : tensor<?x8x?x64xf32>, tensor<?x8x?x64xf32>, tensor<?x8x?x64xf32> {
  ^bb0(%s: f32, %b: index, %h: index, %i: index, %j: index):
    %minus_one = arith.constant -1 : index
    %exponent = arith.subi %minus_one, %h : index
    %e = arith.index_cast %exponent : index to i32
    %f = arith.sitofp %e : i32 to f32
    %slope = math.exp2 %f : f32
    %d = arith.subi %j, %i : index
    %w = arith.index_cast %d : index to i32
    %distance = arith.sitofp %w : i32 to f32
    %bias = arith.mulf %slope, %distance : f32
    %r = arith.addf %s, %bias : f32
    attn.yield %r : f32
  }
  return %out : tensor<?x8x?x64xf32>
}
