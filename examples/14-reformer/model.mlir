// A layer of a Reformer (Kitaev et al. 2020): causal attention between tokens of one hash, width 128, two heads, chunks of
// 16, two rounds of 8 buckets; and its feed-forward half, in the two streams of a reversible layer. N is a multiple of 16.

func.func @reformer(%x: tensor<?x?x128xf32> {attn.name = "x", attn.dims = ["B", "N", "C"]})
    -> (tensor<?x?x256xf32> {attn.name = "y"}) {
  // Queries and keys are one projection.
  %gamma1 = attn.weight "norm1.gamma" : tensor<128xf32>
  %beta1 = attn.weight "norm1.beta" : tensor<128xf32>
  %t = attn.layer_norm %x, %gamma1, %beta1 eps 1.0e-5 : tensor<?x?x128xf32>, tensor<128xf32>, tensor<128xf32>
  %shared_w = attn.weight "shared.weight" : tensor<128x128xf32>
  %value_w = attn.weight "value.weight" : tensor<128x128xf32>
  %shared_rows = attn.linear %t, %shared_w : tensor<?x?x128xf32>, tensor<128x128xf32>
  %value_rows = attn.linear %t, %value_w : tensor<?x?x128xf32>, tensor<128x128xf32>
  %query = attn.split_heads %shared_rows into 2 : tensor<?x?x128xf32>
  %value = attn.split_heads %value_rows into 2 : tensor<?x?x128xf32>
  // Keys have length 1: x / sqrt(mean x^2 + eps) / sqrt(64).
  %channels = attn.weight "key.unit" : tensor<64xf32>
  %eighth = attn.pointwise %channels : tensor<64xf32> { // whatever the file has
  ^bb0(%any: f32):
    %r = arith.constant 0.125 : f32
    attn.yield %r : f32
  }
  %key = attn.rms_norm %query, %eighth eps 1.0e-6 : tensor<?x2x?x64xf32>, tensor<64xf32>

  // Each round sorts the tokens by bucket; chunks see themselves and the chunk before.
  %rotations = attn.weight "rotations" : tensor<2x64x2x4xf32>
  %buckets = attn.bucket %query, %rotations : tensor<?x2x?x64xf32>, tensor<2x64x2x4xf32>
  %order = attn.sort %buckets : tensor<?x4x?xi32>
  %around = attn.wrap %order rounds 2 chunk 16 before 1 after 0 : tensor<?x4x?xi32>
  %q = attn.gather %query, %order : tensor<?x2x?x64xf32>, tensor<?x4x?xi32>
  %k = attn.gather %key, %around : tensor<?x2x?x64xf32>, tensor<?x4x?xi32>
  %v = attn.gather %value, %around : tensor<?x2x?x64xf32>, tensor<?x4x?xi32>
  %s = attn.score dot %q, %k scale 1.0 : tensor<?x4x?x64xf32>, tensor<?x4x?x64xf32>
  %scores = attn.modify %s captures(%order, %around) : tensor<?x4x?x?xf32>, tensor<?x4x?xi32>, tensor<?x4x?xi32> {
  ^bb0(%score: f32, %b: index, %h: index, %i: index, %j: index, %of: tensor<?x4x?xi32>, %to: tensor<?x4x?xi32>):
    %token = tensor.extract %of[%b, %h, %i] : tensor<?x4x?xi32>
    %other = tensor.extract %to[%b, %h, %j] : tensor<?x4x?xi32>
    %self = arith.cmpi eq, %token, %other : i32
    %low = arith.constant -1.0e5 : f32
    %r = arith.select %self, %low, %score : f32
    attn.yield %r : f32
  }
  %visible = attn.mask %scores where blocks(16, 16, 0, 1) and predicate(%order, %around)
      : tensor<?x4x?x?xf32>, tensor<?x4x?xi32>, tensor<?x4x?xi32> {
  ^bb0(%b: index, %h: index, %i: index, %j: index, %of: tensor<?x4x?xi32>, %to: tensor<?x4x?xi32>):
    %token = tensor.extract %of[%b, %h, %i] : tensor<?x4x?xi32>
    %other = tensor.extract %to[%b, %h, %j] : tensor<?x4x?xi32>
    %past = arith.cmpi sle, %other, %token : i32
    attn.yield %past : i1
  }
  %p = attn.normalize softmax %visible : tensor<?x4x?x?xf32>
  %o = attn.combine %p, %v : tensor<?x4x?x?xf32>, tensor<?x4x?x64xf32>
  %l = attn.reduce_map logsumexp %visible over keys : tensor<?x4x?x?xf32>
  // Back to the order of the text; rounds count by how much they saw.
  %places = attn.invert %order : tensor<?x4x?xi32>
  %rounds = attn.gather %o, %places : tensor<?x4x?x64xf32>, tensor<?x4x?xi32>
  %logarithms = attn.gather %l, %places : tensor<?x4x?xf32>, tensor<?x4x?xi32>
  %heads = attn.merge_parts %rounds, %logarithms parts 2 : tensor<?x4x?x64xf32>, tensor<?x4x?xf32>
  %merged = attn.merge_heads %heads : tensor<?x2x?x64xf32>
  %out_w = attn.weight "out.weight" : tensor<128x128xf32>
  %attended = attn.linear %merged, %out_w : tensor<?x?x128xf32>, tensor<128x128xf32>
  %y1 = attn.add %x, %attended : tensor<?x?x128xf32>, tensor<?x?x128xf32>

  %gamma2 = attn.weight "norm2.gamma" : tensor<128xf32>
  %beta2 = attn.weight "norm2.beta" : tensor<128xf32>
  %u = attn.layer_norm %y1, %gamma2, %beta2 eps 1.0e-5 : tensor<?x?x128xf32>, tensor<128xf32>, tensor<128xf32>
  %inner_w = attn.weight "ffn.W1" : tensor<512x128xf32>
  %inner_b = attn.weight "ffn.b1" : tensor<512xf32>
  %inner = attn.linear %u, %inner_w, %inner_b : tensor<?x?x128xf32>, tensor<512x128xf32>, tensor<512xf32>
  %active = attn.activation relu %inner : tensor<?x?x512xf32>
  %outer_w = attn.weight "ffn.W2" : tensor<128x512xf32>
  %outer_b = attn.weight "ffn.b2" : tensor<128xf32>
  %outer = attn.linear %active, %outer_w, %outer_b : tensor<?x?x512xf32>, tensor<128x512xf32>, tensor<128xf32>
  %y2 = attn.add %x, %outer : tensor<?x?x128xf32>, tensor<?x?x128xf32>
  %y = attn.concat %y1, %y2 : tensor<?x?x128xf32>, tensor<?x?x128xf32>
  return %y : tensor<?x?x256xf32>
}
