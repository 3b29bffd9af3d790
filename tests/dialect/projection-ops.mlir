// Text forms of weight, linear, split_heads, merge_heads, embed, positions, and the types they infer.
// RUN: attn-opt %s --verify-roundtrip | FileCheck %s

// CHECK-LABEL: @weight
func.func @weight() {
  // CHECK: attn.weight "layer.0.weight" : tensor<4x8xf32>
  %w = attn.weight "layer.0.weight" : tensor<4x8xf32>
  // CHECK: attn.weight "table"[1, 0] : tensor<8xf32>
  %row = attn.weight "table"[1, 0] : tensor<8xf32>
  // CHECK: attn.weight "index" : tensor<8xi32>
  %index = attn.weight "index" : tensor<8xi32>
  return
}

// CHECK-LABEL: @linear
// CHECK-SAME: (%[[X:.*]]: tensor<?x?x8xf32>, %[[W:.*]]: tensor<4x8xf32>, %[[B:.*]]: tensor<4xf32>)
func.func @linear(%x: tensor<?x?x8xf32>, %w: tensor<4x8xf32>, %b: tensor<4xf32>) -> tensor<?x?x4xf32> {
  // CHECK: attn.linear %[[X]], %[[W]] : tensor<?x?x8xf32>, tensor<4x8xf32>
  %y = attn.linear %x, %w : tensor<?x?x8xf32>, tensor<4x8xf32>
  // CHECK: attn.linear %[[X]], %[[W]], %[[B]] : tensor<?x?x8xf32>, tensor<4x8xf32>, tensor<4xf32>
  %z = attn.linear %x, %w, %b : tensor<?x?x8xf32>, tensor<4x8xf32>, tensor<4xf32>
  return %z : tensor<?x?x4xf32>
}

// CHECK-LABEL: @heads
func.func @heads(%x: tensor<?x?x12xf64>) -> tensor<?x?x12xf64> {
  // CHECK: %[[Q:.*]] = attn.split_heads %{{.*}} into 3 : tensor<?x?x12xf64>
  %q = attn.split_heads %x into 3 : tensor<?x?x12xf64>
  // CHECK: attn.merge_heads %[[Q]] : tensor<?x3x?x4xf64>
  %y = attn.merge_heads %q : tensor<?x3x?x4xf64>
  return %y : tensor<?x?x12xf64>
}

// CHECK-LABEL: @embed
func.func @embed(%table: tensor<16x8xf32>, %ids: tensor<?x?xi32>) -> (tensor<?x?x8xf32>, tensor<?x8xf32>) {
  // CHECK: attn.embed %{{.*}}, %{{.*}} : tensor<16x8xf32>, tensor<?x?xi32>
  %x = attn.embed %table, %ids : tensor<16x8xf32>, tensor<?x?xi32>
  // CHECK: attn.positions %{{.*}}, %{{.*}} : tensor<16x8xf32>, tensor<?x?xi32>
  %p = attn.positions %table, %ids : tensor<16x8xf32>, tensor<?x?xi32>
  return %x, %p : tensor<?x?x8xf32>, tensor<?x8xf32>
}
