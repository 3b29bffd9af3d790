// Text forms and result types of the ops that order rows.
// RUN: attn-opt %s --verify-roundtrip | FileCheck %s

// CHECK-LABEL: @hashed
func.func @hashed(%x: tensor<?x8x?x64xf32>, %rotations: tensor<8x64x4x16xf32>, %n: tensor<?xi32>, %v: tensor<?x8x?x32xf32>) {
  // CHECK: %[[ALL:.*]] = attn.bucket %{{.*}}, %{{.*}} : tensor<?x8x?x64xf32>, tensor<8x64x4x16xf32>
  %all = attn.bucket %x, %rotations : tensor<?x8x?x64xf32>, tensor<8x64x4x16xf32>
  // CHECK: %[[IDS:.*]] = attn.bucket %{{.*}}, %{{.*}} lengths %{{.*}} : tensor<?x8x?x64xf32>, tensor<8x64x4x16xf32>, tensor<?xi32>
  %ids = attn.bucket %x, %rotations lengths %n : tensor<?x8x?x64xf32>, tensor<8x64x4x16xf32>, tensor<?xi32>
  // CHECK: %[[ORDER:.*]] = attn.sort %[[IDS]] : tensor<?x32x?xi32>
  %order = attn.sort %ids : tensor<?x32x?xi32>
  // CHECK: attn.invert %[[ORDER]] : tensor<?x32x?xi32>
  %places = attn.invert %order : tensor<?x32x?xi32>
  // CHECK: %[[KEYS:.*]] = attn.wrap %[[ORDER]] rounds 4 chunk 64 before 1 after 0 : tensor<?x32x?xi32>
  %keys = attn.wrap %order rounds 4 chunk 64 before 1 after 0 : tensor<?x32x?xi32>
  // CHECK: %[[V:.*]] = attn.gather %{{.*}}, %[[KEYS]] : tensor<?x8x?x32xf32>, tensor<?x32x?xi32>
  %vs = attn.gather %v, %keys : tensor<?x8x?x32xf32>, tensor<?x32x?xi32>
  // CHECK: attn.gather %[[IDS]], %[[KEYS]] : tensor<?x32x?xi32>, tensor<?x32x?xi32>
  %sorted = attn.gather %ids, %keys : tensor<?x32x?xi32>, tensor<?x32x?xi32>
  return
}

// CHECK-LABEL: @wrap_static
func.func @wrap_static(%x: tensor<1x2x8xi32>) -> tensor<1x2x20xi32> {
  // CHECK: attn.wrap %{{.*}} rounds 2 chunk 4 before 1 after 2 : tensor<1x2x8xi32>
  %y = attn.wrap %x rounds 2 chunk 4 before 1 after 2 : tensor<1x2x8xi32>
  return %y : tensor<1x2x20xi32>
}

// CHECK-LABEL: @rows
func.func @rows(%base: tensor<?x8x?x64xf32>, %index: tensor<?x1x?xi32>, %rows: tensor<?x8x?x64xf32>, %l: tensor<?x8x?xf32>)
    -> tensor<?x2x?x64xf32> {
  // CHECK: %[[Y:.*]] = attn.scatter %{{.*}}, %{{.*}}, %{{.*}} : tensor<?x8x?x64xf32>, tensor<?x1x?xi32>, tensor<?x8x?x64xf32>
  %y = attn.scatter %base, %index, %rows : tensor<?x8x?x64xf32>, tensor<?x1x?xi32>, tensor<?x8x?x64xf32>
  // CHECK: attn.merge_parts %[[Y]], %{{.*}} parts 4 : tensor<?x8x?x64xf32>, tensor<?x8x?xf32>
  %z = attn.merge_parts %y, %l parts 4 : tensor<?x8x?x64xf32>, tensor<?x8x?xf32>
  return %z : tensor<?x2x?x64xf32>
}

// CHECK-LABEL: @blocks
func.func @blocks(%x: tensor<2x12x6xf32>) -> (tensor<2x12x6xf32>, tensor<2x4x6xf32>, tensor<2x4x24xf32>) {
  // CHECK: %[[G:.*]] = attn.group_rows %{{.*}} by 3 : tensor<2x12x6xf32>
  %g = attn.group_rows %x by 3 : tensor<2x12x6xf32>
  // CHECK: attn.ungroup_rows %[[G]] by 3 : tensor<2x4x18xf32>
  %u = attn.ungroup_rows %g by 3 : tensor<2x4x18xf32>
  // CHECK: %[[S:.*]] = attn.block_sum %{{.*}} by 3 : tensor<2x12x6xf32>
  %s = attn.block_sum %x by 3 : tensor<2x12x6xf32>
  // CHECK: attn.block_sum %{{.*}} by 3 running : tensor<2x12x6xf32>
  %r = attn.block_sum %x by 3 running : tensor<2x12x6xf32>
  // CHECK: attn.concat %[[G]], %[[S]] : tensor<2x4x18xf32>, tensor<2x4x6xf32>
  %c = attn.concat %g, %s : tensor<2x4x18xf32>, tensor<2x4x6xf32>
  return %u, %r, %c : tensor<2x12x6xf32>, tensor<2x4x6xf32>, tensor<2x4x24xf32>
}
