// Whatever is left gets a kernel, with the row-local ops that only it needs.
// RUN: attn-opt %s --attn-fuse-rows | FileCheck %s

// CHECK-LABEL: func.func @embedding
// CHECK-SAME: (%[[IDS:.*]]: tensor<?x?xi32> {{.*}}, %[[G:.*]]: tensor<4xf32>)
func.func @embedding(%ids: tensor<?x?xi32> {attn.dims = ["B", "S"]}, %g: tensor<4xf32>) -> tensor<?x?x4xf32> {
  // CHECK: %[[R:.*]] = attn.kernel
  // CHECK: %[[E:.*]] = attn.embed
  // CHECK: %[[P:.*]] = attn.positions
  // CHECK: %[[S:.*]] = attn.pointwise %[[E]], %[[P]]
  // CHECK: %[[N:.*]] = attn.rms_norm %[[S]]
  // CHECK-NEXT: attn.yield %[[N]]
  // CHECK: return %[[R]]
  %words = attn.weight "words" : tensor<9x4xf32>
  %places = attn.weight "places" : tensor<7x4xf32>
  %e = attn.embed %words, %ids : tensor<9x4xf32>, tensor<?x?xi32>
  %p = attn.positions %places, %ids : tensor<7x4xf32>, tensor<?x?xi32>
  %s = attn.pointwise %e, %p : tensor<?x?x4xf32>, tensor<?x4xf32> {
  ^bb0(%a: f32, %b: f32):
    %r = arith.addf %a, %b : f32
    attn.yield %r : f32
  }
  %n = attn.rms_norm %s, %g eps 1.0e-6 : tensor<?x?x4xf32>, tensor<4xf32>
  return %n : tensor<?x?x4xf32>
}

// CHECK-LABEL: func.func @pool
func.func @pool(%x: tensor<?x?x4xf32>, %n: tensor<?xi32>) -> tensor<?x4xf32> {
  // CHECK-NEXT: attn.kernel
  // CHECK-NEXT: attn.pool mean
  // CHECK-NEXT: attn.l2_normalize
  %p = attn.pool mean %x lengths %n : tensor<?x?x4xf32>, tensor<?xi32>
  %y = attn.l2_normalize %p eps 1.0e-6 : tensor<?x4xf32>
  return %y : tensor<?x4xf32>
}

// An op that nobody reads is not computed.
// CHECK-LABEL: func.func @dead
// CHECK-NEXT: return
func.func @dead(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %n = attn.l2_normalize %x eps 1.0e-6 : tensor<?x4xf32>
  %m = attn.l2_normalize %n eps 1.0e-6 : tensor<?x4xf32>
  return %x : tensor<?x4xf32>
}

// Both need the first: it gets a kernel of its own.
// CHECK-LABEL: func.func @negative_two_readers
func.func @negative_two_readers(%x: tensor<?x4xf32>, %g: tensor<4xf32>) -> (tensor<?x4xf32>, tensor<?x4xf32>) {
  // CHECK: %[[N:.*]] = attn.kernel
  // CHECK-NEXT: attn.l2_normalize
  // CHECK-NEXT: attn.yield
  // CHECK: attn.kernel ({{.*}}%[[N]]
  // CHECK-NEXT: attn.rms_norm
  // CHECK-NEXT: attn.yield
  // CHECK: return
  %n = attn.l2_normalize %x eps 1.0e-6 : tensor<?x4xf32>
  %m = attn.rms_norm %n, %g eps 1.0e-6 : tensor<?x4xf32>, tensor<4xf32>
  return %n, %m : tensor<?x4xf32>, tensor<?x4xf32>
}

// The mean needs all rows of what it reads.
// CHECK-LABEL: func.func @negative_pool_input
func.func @negative_pool_input(%x: tensor<?x?x4xf32>, %n: tensor<?xi32>) -> tensor<?x4xf32> {
  // CHECK-NEXT: attn.kernel
  // CHECK-NEXT: attn.l2_normalize
  // CHECK-NEXT: attn.yield
  // CHECK: attn.kernel
  // CHECK-NEXT: attn.pool mean
  %y = attn.l2_normalize %x eps 1.0e-6 : tensor<?x?x4xf32>
  %p = attn.pool mean %y lengths %n : tensor<?x?x4xf32>, tensor<?xi32>
  return %p : tensor<?x4xf32>
}

// The first has other rows than the sum.
// CHECK-LABEL: func.func @negative_other_rows
func.func @negative_other_rows(%x: tensor<?x?x4xf32>, %y: tensor<4xf32>) -> tensor<?x?x4xf32> {
  // CHECK-COUNT-2: attn.kernel
  %n = attn.l2_normalize %y eps 1.0e-6 : tensor<4xf32>
  %s = attn.pointwise %x, %n : tensor<?x?x4xf32>, tensor<4xf32> {
  ^bb0(%a: f32, %b: f32):
    %r = arith.addf %a, %b : f32
    attn.yield %r : f32
  }
  return %s : tensor<?x?x4xf32>
}

// The one position of the tokens is repeated over those of %x.
// CHECK-LABEL: func.func @negative_one_position
func.func @negative_one_position(%x: tensor<?x?x4xf32>, %first: tensor<?x1xi32>) -> tensor<?x?x4xf32> {
  // CHECK: attn.kernel
  // CHECK-NEXT: attn.positions
  // CHECK-NEXT: attn.yield
  // CHECK: attn.kernel
  %places = attn.weight "places" : tensor<7x4xf32>
  %p = attn.positions %places, %first : tensor<7x4xf32>, tensor<?x1xi32>
  %s = attn.pointwise %x, %p : tensor<?x?x4xf32>, tensor<1x4xf32> {
  ^bb0(%a: f32, %b: f32):
    %r = arith.addf %a, %b : f32
    attn.yield %r : f32
  }
  return %s : tensor<?x?x4xf32>
}

// An op that is not row-local takes nothing along.
// CHECK-LABEL: func.func @negative_not_rows
func.func @negative_not_rows(%x: tensor<?x?x8xf32>) -> tensor<?x2x?x4xf32> {
  // CHECK-NEXT: attn.kernel
  // CHECK-NEXT: attn.l2_normalize
  // CHECK-NEXT: attn.yield
  // CHECK: attn.kernel
  // CHECK-NEXT: attn.split_heads
  %n = attn.l2_normalize %x eps 1.0e-6 : tensor<?x?x8xf32>
  %h = attn.split_heads %n into 2 : tensor<?x?x8xf32>
  return %h : tensor<?x2x?x4xf32>
}
