// NaN in keys and values that no query sees stays there, in whole blocks and within one.
// RUN: attnc %s --explain | FileCheck %s
// CHECK: strategy: decode
// RUN: %run_compiled %s %t --sizes B=2 --input t=iota:[1100,1]

!x = tensor<?x2x1100x8xf32>
func.func @hidden(
    %q: tensor<?x4x1x8xf32> {attn.name = "q", attn.dims = ["B", "H", "N", "D"]},
    %x: !x {attn.name = "x", attn.dims = ["B", "G", "M", "D"]},
    %t: tensor<1100x1xf32> {attn.name = "t", attn.dims = ["M", "one"]})
    -> (tensor<?x4x1x8xf32> {attn.name = "out"}) {
  %k = attn.pointwise %x, %t : !x, tensor<1100x1xf32> {
  ^bb0(%s: f32, %j: f32):
    %end = arith.constant 701.0 : f32
    %nan = arith.constant 0x7FC00000 : f32
    %seen = arith.cmpf olt, %j, %end : f32
    %r = arith.select %seen, %s, %nan : f32
    attn.yield %r : f32
  }
  %s = attn.score dot %q, %k scale 0.25 : tensor<?x4x1x8xf32>, !x
  %m = attn.mask %s where prefix(701) : tensor<?x4x1x1100xf32>
  %p = attn.normalize softmax %m : tensor<?x4x1x1100xf32>
  %out = attn.combine %p, %k : tensor<?x4x1x1100xf32>, !x
  return %out : tensor<?x4x1x8xf32>
}
