// Dimensions of one name are equal, so these are in order; what nobody uses is dropped.
// RUN: attn-opt %s --attn-check-extents | FileCheck %s

// CHECK-LABEL: func.func @negative_equal_names
// CHECK-NOT: arith.constant
// CHECK: attn.score
// CHECK: attn.add
func.func @negative_equal_names(%q: tensor<?x2x?x4xf32> {attn.dims = ["B", "H", "N", "D"]},
                                %k: tensor<?x2x?x4xf32> {attn.dims = ["B", "H", "M", "D"]}) -> tensor<?x2x?x?xf32> {
  %unused = arith.constant 1.0 : f32
  %s = attn.score dot %q, %k : tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>
  %t = attn.add %s, %s : tensor<?x2x?x?xf32>, tensor<?x2x?x?xf32>
  return %t : tensor<?x2x?x?xf32>
}

// What a loop steps through says of its sizes what follows from them outside: a quarter of 4 B is B.
// CHECK-LABEL: func.func @negative_loop
// CHECK: attn.add
func.func private @quarters(%h: tensor<?x4xf32> {attn.dims = ["4 * B", "C"]}, %n: tensor<?xi32> {attn.dims = ["B"]})
    -> (tensor<?x4xf32> {attn.dims = ["4 * B", "C"]}, tensor<?xi32> {attn.dims = ["B"]}) {
  return %h, %n : tensor<?x4xf32>, tensor<?xi32>
}
func.func @negative_loop(%x: tensor<?x4xf32> {attn.dims = ["B", "C"]}, %n: tensor<?xi32> {attn.dims = ["B"]}) -> tensor<?x5xf32> {
  %h = attn.rearrange %x sizes affine_map<(b, c) -> (b * 4, c)> from affine_map<(r, c) -> (r floordiv 4, c)> : tensor<?x4xf32>
  %y:2 = attn.loop @quarters carried(%h) with(%n) steps 5 : (tensor<?x4xf32>, tensor<?xi32>) -> (tensor<?x4xf32>, tensor<?x5xi32>)
  %z = attn.pointwise %y#1 to f32 : tensor<?x5xi32> {
  ^bb0(%a: i32):
    %r = arith.sitofp %a : i32 to f32
    attn.yield %r : f32
  }
  %sum = attn.add %z, %z : tensor<?x5xf32>, tensor<?x5xf32>
  return %sum : tensor<?x5xf32>
}
