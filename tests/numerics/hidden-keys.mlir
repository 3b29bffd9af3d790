// What stands where no row of a strip looks, here NaN in keys and values, stays there: under one mask, where weights are
// masked again, before a convolution, which sees 0, and where heads are mixed. Rows beyond the masks have no key.
// RUN: attnc %s --backend=halide --explain | FileCheck %s
// CHECK: by halide
// RUN: %run_compiled %s %t --sizes B=2 --input t=iota:[150,1]

!x = tensor<?x2x150x8xf32>
!map = tensor<?x2x150x150xf32>
func.func @hidden(
    %q: !x {attn.name = "q", attn.dims = ["B", "H", "N", "D"]}, %x: !x {attn.name = "x", attn.dims = ["B", "H", "N", "D"]},
    %t: tensor<150x1xf32> {attn.name = "t", attn.dims = ["N", "one"]},
    %w: tensor<2x2x3x3xf32> {attn.name = "w", attn.dims = ["H", "H", "Y", "X"]},
    %mix: tensor<2x2xf32> {attn.name = "mix", attn.dims = ["H", "H"]})
    -> (!x {attn.name = "window"}, !x {attn.name = "twice"}, !x {attn.name = "convolved"}, !x {attn.name = "mixed"},
        !map {attn.name = "map"}) {
  %k = attn.pointwise %x, %t : !x, tensor<150x1xf32> {
  ^bb0(%s: f32, %j: f32):
    %end = arith.constant 101.0 : f32
    %nan = arith.constant 0x7FC00000 : f32
    %seen = arith.cmpf olt, %j, %end : f32
    %r = arith.select %seen, %s, %nan : f32
    attn.yield %r : f32
  }
  %s0 = attn.score dot %q, %k scale 0.25 : !x, !x
  %m0 = attn.mask %s0 where window(20, 3, top_left) and prefix(101) : !map
  %p0 = attn.normalize softmax %m0 : !map
  %window = attn.combine %p0, %k : !map, !x

  %s1 = attn.score dot %q, %k scale 0.125 : !x, !x
  %m1 = attn.mask %s1 where prefix(101) : !map
  %p1 = attn.normalize softmax %m1 : !map
  %n1 = attn.mask %p1 where window(30, 0, top_left) : !map
  %twice = attn.combine %n1, %k : !map, !x

  %s2 = attn.score dot %q, %k scale 0.5 : !x, !x
  %m2 = attn.mask %s2 where prefix(101) and causal(top_left) : !map
  %c2 = attn.map_conv %m2, %w : !map, tensor<2x2x3x3xf32>
  %n2 = attn.mask %c2 where prefix(80) and causal(top_left) : !map
  %p2 = attn.normalize softmax %n2 : !map
  %convolved = attn.combine %p2, %k : !map, !x

  %s3 = attn.score dot %q, %k scale 0.0625 : !x, !x
  %m3 = attn.mask %s3 where prefix(101) and causal(top_left) : !map
  %p3 = attn.normalize relu_sum %m3 : !map
  %g3 = attn.mix_heads %p3, %mix : !map, tensor<2x2xf32>
  %mixed = attn.combine %g3, %k : !map, !x
  %map = attn.fill %g3 value -1.0 : !map
  return %window, %twice, %convolved, %mixed, %map : !x, !x, !x, !x, !map
}
