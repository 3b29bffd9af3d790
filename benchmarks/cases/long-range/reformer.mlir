// Reformer (Kitaev et al. 2020): four orders of the tokens by bucket; chunks of 64 see themselves and the chunk before.
func.func @reformer(
    %qk: tensor<?x8x?x64xf32> {attn.name = "qk", attn.dims = ["B", "H", "N", "D"]},
    %v: tensor<?x8x?x64xf32> {attn.name = "v", attn.dims = ["B", "H", "N", "D"]})
    -> (tensor<?x8x?x64xf32> {attn.name = "out"}) {
  %rotations = attn.weight "rotations" : tensor<8x64x4x32xf32>
  %key = attn.l2_normalize %qk eps 1.0e-6 : tensor<?x8x?x64xf32>
  %buckets = attn.bucket %qk, %rotations : tensor<?x8x?x64xf32>, tensor<8x64x4x32xf32>
  %order = attn.sort %buckets : tensor<?x32x?xi32>
  %around = attn.wrap %order rounds 4 chunk 64 before 1 after 0 : tensor<?x32x?xi32>
  %q = attn.gather %qk, %order : tensor<?x8x?x64xf32>, tensor<?x32x?xi32>
  %k = attn.gather %key, %around : tensor<?x8x?x64xf32>, tensor<?x32x?xi32>
  %values = attn.gather %v, %around : tensor<?x8x?x64xf32>, tensor<?x32x?xi32>
  %s = attn.score dot %q, %k : tensor<?x32x?x64xf32>, tensor<?x32x?x64xf32>
  %t = attn.modify %s captures(%order, %around) : tensor<?x32x?x?xf32>, tensor<?x32x?xi32>, tensor<?x32x?xi32> {
  ^bb0(%x: f32, %b: index, %h: index, %i: index, %j: index, %of: tensor<?x32x?xi32>, %to: tensor<?x32x?xi32>):
    %token = tensor.extract %of[%b, %h, %i] : tensor<?x32x?xi32>
    %other = tensor.extract %to[%b, %h, %j] : tensor<?x32x?xi32>
    %self = arith.cmpi eq, %token, %other : i32
    %low = arith.constant -1.0e5 : f32
    %y = arith.select %self, %low, %x : f32
    attn.yield %y : f32
  }
  %m = attn.mask %t where blocks(64, 64, 0, 1) : tensor<?x32x?x?xf32>
  %p = attn.normalize softmax %m : tensor<?x32x?x?xf32>
  %o = attn.combine %p, %values : tensor<?x32x?x?xf32>, tensor<?x32x?x64xf32>
  %l = attn.reduce_map logsumexp %m over keys : tensor<?x32x?x?xf32>
  %places = attn.invert %order : tensor<?x32x?xi32>
  %rounds = attn.gather %o, %places : tensor<?x32x?x64xf32>, tensor<?x32x?xi32>
  %logarithms = attn.gather %l, %places : tensor<?x32x?xf32>, tensor<?x32x?xi32>
  %out = attn.merge_parts %rounds, %logarithms parts 4 : tensor<?x32x?x64xf32>, tensor<?x32x?xf32>
  return %out : tensor<?x8x?x64xf32>
}
