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
