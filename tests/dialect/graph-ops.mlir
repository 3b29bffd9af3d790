// Text forms and result types of the ops on graphs.
// RUN: attn-opt %s --verify-roundtrip | FileCheck %s

// CHECK-LABEL: @edges
func.func @edges(%values: tensor<4x?xf32>, %rowptr: tensor<?xi32>, %col: tensor<?xi32>, %map: tensor<2x4x?x?xf32>) {
  // CHECK: attn.edge_score %{{.*}} over %{{.*}}, %{{.*}} : tensor<4x?xf32>, tensor<?xi32>, tensor<?xi32>
  %s = attn.edge_score %values over %rowptr, %col : tensor<4x?xf32>, tensor<?xi32>, tensor<?xi32>
  // CHECK: attn.normalize softmax %{{.*}} : tensor<1x4x?x?xf32>
  %p = attn.normalize softmax %s : tensor<1x4x?x?xf32>
  // CHECK: attn.mask %{{.*}} where graph(%{{.*}}, %{{.*}}) or window(0, 0, top_left) : tensor<2x4x?x?xf32>, tensor<?xi32>, tensor<?xi32>
  %m = attn.mask %map where graph(%rowptr, %col) or window(0, 0, top_left)
      : tensor<2x4x?x?xf32>, tensor<?xi32>, tensor<?xi32>
  // CHECK: %[[VALUES:.*]] = attn.edge_values %{{.*}} over %{{.*}}, %{{.*}} : tensor<2x4x?x?xf32>, tensor<?xi32>, tensor<?xi32>
  %v = attn.edge_values %m over %rowptr, %col : tensor<2x4x?x?xf32>, tensor<?xi32>, tensor<?xi32>
  // CHECK: attn.pointwise %[[VALUES]] : tensor<2x4x?xf32>
  %y = attn.pointwise %v : tensor<2x4x?xf32> {
  ^bb0(%x: f32):
    attn.yield %x : f32
  }
  return
}

// CHECK-LABEL: @known_sizes
func.func @known_sizes(%values: tensor<1x9xf64>, %rowptr: tensor<6xi32>, %col: tensor<9xi32>) {
  %s = attn.edge_score %values over %rowptr, %col : tensor<1x9xf64>, tensor<6xi32>, tensor<9xi32>
  // CHECK: attn.reduce_map sum %{{.*}} over keys : tensor<1x1x5x5xf64>
  %d = attn.reduce_map sum %s over keys : tensor<1x1x5x5xf64>
  return
}

// CHECK-LABEL: @segments
func.func @segments(%x: tensor<?x64xf32>, %ids: tensor<?xi32>) -> tensor<16x64xf32> {
  // CHECK: attn.segment_pool sum %{{.*}} ids %{{.*}} groups 16 : tensor<?x64xf32>, tensor<?xi32>
  %y = attn.segment_pool sum %x ids %ids groups 16 : tensor<?x64xf32>, tensor<?xi32>
  return %y : tensor<16x64xf32>
}
