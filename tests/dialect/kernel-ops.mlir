// Text form of kernel, with what later stages decide about it.
// RUN: attn-opt %s --verify-roundtrip | FileCheck %s

// CHECK-LABEL: @kernel
// CHECK-SAME: (%[[X:.*]]: tensor<?x8xf32>, %[[W:.*]]: tensor<4x8xf32>)
func.func @kernel(%x: tensor<?x8xf32>, %w: tensor<4x8xf32>) -> tensor<?x4xf32> {
  // CHECK: attn.kernel (%[[A:.*]] = %[[X]] : tensor<?x8xf32>, %[[B:.*]] = %[[W]] : tensor<4x8xf32>) -> tensor<?x4xf32> {
  // CHECK-NEXT: %[[R:.*]] = attn.linear %[[A]], %[[B]]
  // CHECK-NEXT: attn.yield %[[R]] : tensor<?x4xf32>
  %y = attn.kernel (%a = %x : tensor<?x8xf32>, %b = %w : tensor<4x8xf32>) -> tensor<?x4xf32> {
    %r = attn.linear %a, %b : tensor<?x8xf32>, tensor<4x8xf32>
    attn.yield %r : tensor<?x4xf32>
  }
  return %y : tensor<?x4xf32>
}

func.func private @code()

// CHECK-LABEL: @decided
func.func @decided(%x: tensor<?x8xf32>, %w: tensor<4x8xf32, #attn.layout<weight_panels, width = 16>>) -> tensor<?x4xf32> {
  // CHECK: attn.kernel ({{.*}}tensor<4x8xf32, #attn.layout<weight_panels, width = 16>>) -> tensor<?x4xf32>
  // CHECK-SAME: schedule(#attn.schedule<backend = llvm, strategy = dense, lanes = 16, rows = 6, cols = 32, block_rows = 48>) code(@code)
  // CHECK-SAME: attributes {scratch = #{{.*}}} {
  %y = attn.kernel (%a = %x : tensor<?x8xf32>, %b = %w : tensor<4x8xf32, #attn.layout<weight_panels, width = 16>>)
      -> tensor<?x4xf32>
      schedule(#attn.schedule<backend = llvm, strategy = dense, lanes = 16, rows = 6, cols = 32, block_rows = 48>)
      code(@code) attributes {scratch = affine_map<()[s0] -> (s0 * 64)>} {
    %r = attn.linear %a, %b : tensor<?x8xf32>, tensor<4x8xf32, #attn.layout<weight_panels, width = 16>>
    attn.yield %r : tensor<?x4xf32>
  }
  return %y : tensor<?x4xf32>
}
