// Everything becomes f64 but the ports' storage; constants keep their values.
// RUN: attn-opt %s --attn-widen-f32 --split-input-file --verify-roundtrip | FileCheck %s

// CHECK-LABEL: func.func @ports
// CHECK-SAME: (%[[X:.*]]: tensor<?x4xf64> {attn.name = "x", attn.storage = "f32"}, %{{.*}}: tensor<?xi32> {attn.name = "n"})
// CHECK-SAME: -> (tensor<?x4xf64> {attn.name = "y", attn.storage = "f32"})
func.func @ports(%x: tensor<?x4xf32> {attn.name = "x"}, %n: tensor<?xi32> {attn.name = "n"})
    -> (tensor<?x4xf32> {attn.name = "y"}) {
  // CHECK: %[[W:.*]] = attn.weight "w" {attn.storage = "f32"} : tensor<4x4xf64>
  // CHECK: %[[B:.*]] = attn.weight "b" {attn.storage = "bf16"} : tensor<4xf64>
  // CHECK: %[[Y:.*]] = attn.linear %[[X]], %[[W]], %[[B]] : tensor<?x4xf64>, tensor<4x4xf64>, tensor<4xf64>
  // CHECK: return %[[Y]] : tensor<?x4xf64>
  %w = attn.weight "w" : tensor<4x4xf32>
  %b = attn.weight "b" {attn.storage = "bf16"} : tensor<4xf32>
  %y = attn.linear %x, %w, %b : tensor<?x4xf32>, tensor<4x4xf32>, tensor<4xf32>
  return %y : tensor<?x4xf32>
}

// -----

// 0.1 in f32 is 0.100000001490116...
// CHECK-LABEL: func.func @formula
func.func @formula(%x: tensor<4xf32>, %z: tensor<4xf64>) -> (tensor<4xf32>, tensor<4xf64>) {
  // CHECK: attn.pointwise %{{.*}} : tensor<4xf64> {
  // CHECK-NEXT: ^bb0(%[[A:.*]]: f64):
  // CHECK-NEXT: %[[TENTH:.*]] = arith.constant 0.10000000149011612 : f64
  // CHECK-NEXT: %[[P:.*]] = arith.mulf %[[A]], %[[TENTH]] : f64
  // CHECK-NEXT: %[[E:.*]] = math.exp %[[P]] : f64
  // CHECK-NEXT: attn.yield %[[E]] : f64
  %y = attn.pointwise %x : tensor<4xf32> {
  ^bb0(%a: f32):
    %tenth = arith.constant 1.000000e-01 : f32
    %p = arith.mulf %a, %tenth : f32
    %wide = arith.extf %p : f32 to f64
    %e = math.exp %wide : f64
    %r = arith.truncf %e : f64 to f32
    attn.yield %r : f32
  }
  return %y, %z : tensor<4xf32>, tensor<4xf64>
}

// -----

// CHECK-LABEL: func.func @negative_f64
// CHECK-NOT: attn.storage
func.func @negative_f64(%x: tensor<4xf64>, %n: tensor<4xi32>) -> (tensor<4xf64>, tensor<4xi32>) {
  return %x, %n : tensor<4xf64>, tensor<4xi32>
}
