// Channels of an image weighed by what a small network makes of their means (squeeze and excite).
// RUN: cd %S/data/squeeze_excite-basic && attn-run %s --reference --rtol 1e-9 --atol 1e-9 --weights=weights.safetensors \
// RUN:   --input x=x.npy \
// RUN:   --expect out=expected_out.npy --expect gate=expected_gate.npy
// RUN: %run_compiled %s %t --weights=%S/data/squeeze_excite-basic/weights.safetensors \
// RUN:   --sizes B=1 --sizes B=3 --sizes B=0

func.func @squeeze_excite(%x: tensor<?x8x3x5xf32> {attn.name = "x", attn.dims = ["B", "C", "H", "W"]})
    -> (tensor<?x8x3x5xf32> {attn.name = "out"}, tensor<?x8xf32> {attn.name = "gate"}) {
  %W1 = attn.weight "W1" : tensor<2x8xf32>
  %b1 = attn.weight "b1" : tensor<2xf32>
  %W2 = attn.weight "W2" : tensor<8x2xf32>
  %b2 = attn.weight "b2" : tensor<8xf32>
  %pixels = attn.rearrange %x sizes affine_map<(b, c, y, x) -> (b, y * 5, c)>
      from affine_map<(b, n, c) -> (b, c, n floordiv 5, n mod 5)> : tensor<?x8x3x5xf32>
  %mean = attn.pool mean %pixels : tensor<?x15x8xf32>
  %h = attn.linear %mean, %W1, %b1 : tensor<?x8xf32>, tensor<2x8xf32>, tensor<2xf32>
  %r = attn.activation relu %h : tensor<?x2xf32>
  %s = attn.linear %r, %W2, %b2 : tensor<?x2xf32>, tensor<8x2xf32>, tensor<8xf32>
  %gate = attn.activation sigmoid %s : tensor<?x8xf32>
  %out = attn.pointwise %x indexed captures(%gate) : tensor<?x8x3x5xf32>, tensor<?x8xf32> {
  ^bb0(%v: f32, %b: index, %c: index, %i: index, %j: index, %gates: tensor<?x8xf32>):
    %g = tensor.extract %gates[%b, %c] : tensor<?x8xf32>
    %y = arith.mulf %v, %g : f32
    attn.yield %y : f32
  }
  return %out, %gate : tensor<?x8x3x5xf32>, tensor<?x8xf32>
}
