// Everything becomes f32 but the ports' storage; constants keep their values.
// RUN: attn-opt %s --attn-widen-bf16 --split-input-file --verify-roundtrip | FileCheck %s

// CHECK-LABEL: func.func @ports
// CHECK-SAME: (%[[X:.*]]: tensor<?x4xf32> {attn.name = "x", attn.storage = "bf16"}, %{{.*}}: tensor<?xi32> {attn.name = "n"})
// CHECK-SAME: -> (tensor<?x4xf32> {attn.name = "y", attn.storage = "bf16"})
func.func @ports(%x: tensor<?x4xbf16> {attn.name = "x"}, %n: tensor<?xi32> {attn.name = "n"})
    -> (tensor<?x4xbf16> {attn.name = "y"}) {
  // CHECK: %[[W:.*]] = attn.weight "w" {attn.storage = "bf16"} : tensor<4x4xf32>
  // CHECK: %[[Y:.*]] = attn.linear %[[X]], %[[W]] : tensor<?x4xf32>, tensor<4x4xf32>
  // CHECK: return %[[Y]] : tensor<?x4xf32>
  %w = attn.weight "w" : tensor<4x4xbf16>
  %y = attn.linear %x, %w : tensor<?x4xbf16>, tensor<4x4xbf16>
  return %y : tensor<?x4xbf16>
}

// -----

// 0.1 in bf16 is 0.10009765625.
// CHECK-LABEL: func.func @formula
func.func @formula(%x: tensor<4xbf16>) -> tensor<4xbf16> {
  // CHECK: attn.pointwise %{{.*}} : tensor<4xf32> {
  // CHECK-NEXT: ^bb0(%[[A:.*]]: f32):
  // CHECK-NEXT: %[[TENTH:.*]] = arith.constant 0.100097656 : f32
  // CHECK-NEXT: %[[P:.*]] = arith.mulf %[[A]], %[[TENTH]] : f32
  // CHECK-NEXT: %[[E:.*]] = math.exp %[[P]] : f32
  // CHECK-NEXT: attn.yield %[[E]] : f32
  %y = attn.pointwise %x : tensor<4xbf16> {
  ^bb0(%a: bf16):
    %tenth = arith.constant 1.000000e-01 : bf16
    %p = arith.mulf %a, %tenth : bf16
    %wide = arith.extf %p : bf16 to f32
    %e = math.exp %wide : f32
    %r = arith.truncf %e : f32 to bf16
    attn.yield %r : bf16
  }
  return %y : tensor<4xbf16>
}

// -----

// CHECK-LABEL: func.func @captures
func.func @captures(%s: tensor<?x2x?x?xbf16>, %t: tensor<2xbf16>) -> tensor<?x2x?x?xbf16> {
  // CHECK: attn.modify %{{.*}} captures(%{{.*}}) : tensor<?x2x?x?xf32>, tensor<2xf32> {
  // CHECK-NEXT: ^bb0(%{{.*}}: f32, {{.*}}: tensor<2xf32>):
  // CHECK-NEXT: tensor.extract %{{.*}}[%{{.*}}] : tensor<2xf32>
  %m = attn.modify %s captures(%t) : tensor<?x2x?x?xbf16>, tensor<2xbf16> {
  ^bb0(%x: bf16, %b: index, %h: index, %i: index, %j: index, %table: tensor<2xbf16>):
    %v = tensor.extract %table[%h] : tensor<2xbf16>
    %r = arith.addf %x, %v : bf16
    attn.yield %r : bf16
  }
  return %m : tensor<?x2x?x?xbf16>
}

// -----

// CHECK-LABEL: func.func @negative_f32
// CHECK-NOT: attn.storage
func.func @negative_f32(%x: tensor<4xf32>, %n: tensor<4xi32>) -> (tensor<4xf32>, tensor<4xi32>) {
  return %x, %n : tensor<4xf32>, tensor<4xi32>
}

// -----

// CHECK-LABEL: func.func @negative_f64
// CHECK-SAME: tensor<4xf64>
func.func @negative_f64(%x: tensor<4xf64>) -> tensor<4xf64> {
  // CHECK: arith.truncf %{{.*}} : f64 to f32
  %y = attn.pointwise %x : tensor<4xf64> {
  ^bb0(%a: f64):
    %n = arith.truncf %a : f64 to f32
    %r = arith.extf %n : f32 to f64
    attn.yield %r : f64
  }
  return %y : tensor<4xf64>
}

// -----

// What the user wrote with the attribute stays.
// CHECK-LABEL: func.func @negative_stored
// CHECK-SAME: %{{.*}}: tensor<4xf32> {attn.storage = "bf16"}) -> tensor<4xf32> {
func.func @negative_stored(%x: tensor<4xf32> {attn.storage = "bf16"}) -> tensor<4xf32> {
  return %x : tensor<4xf32>
}
