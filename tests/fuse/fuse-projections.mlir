// Linears of one input share a kernel, each with its pointwise ops; a lone linear also takes row normalisations along.
// RUN: attn-opt %s --attn-fuse-projections | FileCheck %s

// The second linear moves up to the first, before the op in between.
// CHECK-LABEL: func.func @one_input
// CHECK-SAME: (%[[X:.*]]: tensor<?x4xf32>, %[[W:.*]]: tensor<8x4xf32>, %[[V:.*]]: tensor<4x4xf32>)
func.func @one_input(%x: tensor<?x4xf32>, %w: tensor<8x4xf32>, %v: tensor<4x4xf32>) -> (tensor<?x8xf32>, tensor<?x4xf32>) {
  // CHECK-NEXT: %[[R:.*]]:2 = attn.kernel (%[[A:.*]] = %[[X]] : {{.*}}, %[[B:.*]] = %[[W]] : {{.*}}, %[[C:.*]] = %[[V]] : {{.*}})
  // CHECK-NEXT: %[[Y:.*]] = attn.linear %[[A]], %[[B]]
  // CHECK-NEXT: %[[Z:.*]] = attn.linear %[[A]], %[[C]]
  // CHECK: %[[T:.*]] = attn.pointwise %[[Y]]
  // CHECK: attn.yield %[[Z]], %[[T]]
  // CHECK: return %[[R]]#1, %[[R]]#0
  %y = attn.linear %x, %w : tensor<?x4xf32>, tensor<8x4xf32>
  %t = attn.pointwise %y : tensor<?x8xf32> {
  ^bb0(%a: f32):
    %r = math.tanh %a : f32
    attn.yield %r : f32
  }
  %z = attn.linear %x, %v : tensor<?x4xf32>, tensor<4x4xf32>
  return %t, %z : tensor<?x8xf32>, tensor<?x4xf32>
}

// The sum is also read elsewhere: the kernel gives it beside the normalised row.
// CHECK-LABEL: func.func @residual
// CHECK-SAME: (%[[X:.*]]: tensor<?x4xf32>, %[[W:.*]]: tensor<4x4xf32>, %[[G:.*]]: tensor<4xf32>)
func.func @residual(%x: tensor<?x4xf32>, %w: tensor<4x4xf32>, %g: tensor<4xf32>) -> (tensor<?x4xf32>, tensor<?x4xf32>) {
  // CHECK-NEXT: %[[R:.*]]:2 = attn.kernel
  // CHECK: %[[S:.*]] = attn.pointwise
  // CHECK: %[[N:.*]] = attn.rms_norm %[[S]]
  // CHECK: attn.yield %[[S]], %[[N]]
  // CHECK: return %[[R]]#0, %[[R]]#1
  %y = attn.linear %x, %w : tensor<?x4xf32>, tensor<4x4xf32>
  %s = attn.pointwise %y, %x : tensor<?x4xf32>, tensor<?x4xf32> {
  ^bb0(%a: f32, %b: f32):
    %r = arith.addf %a, %b : f32
    attn.yield %r : f32
  }
  %n = attn.rms_norm %s, %g eps 1.0e-6 : tensor<?x4xf32>, tensor<4xf32>
  return %s, %n : tensor<?x4xf32>, tensor<?x4xf32>
}

// Silu(x W1) * (x W3): the linears share a kernel, but a tile of one has no columns of the other.
// CHECK-LABEL: func.func @negative_gated
func.func @negative_gated(%x: tensor<?x4xf32>, %w1: tensor<8x4xf32>, %w3: tensor<8x4xf32>) -> tensor<?x8xf32> {
  // CHECK-NEXT: %[[R:.*]]:2 = attn.kernel
  // CHECK-COUNT-2: attn.linear
  // CHECK: attn.pointwise %{{.*}} : tensor<?x8xf32> {
  // CHECK: attn.yield %{{.*}}, %{{.*}} : tensor<?x8xf32>, tensor<?x8xf32>
  // CHECK-NEXT: }
  // CHECK-NEXT: attn.pointwise %[[R]]#{{.}}, %[[R]]#{{.}}
  %g = attn.linear %x, %w1 : tensor<?x4xf32>, tensor<8x4xf32>
  %u = attn.linear %x, %w3 : tensor<?x4xf32>, tensor<8x4xf32>
  %s = attn.pointwise %g : tensor<?x8xf32> {
  ^bb0(%a: f32):
    %r = math.tanh %a : f32
    attn.yield %r : f32
  }
  %h = attn.pointwise %s, %u : tensor<?x8xf32>, tensor<?x8xf32> {
  ^bb0(%a: f32, %b: f32):
    %r = arith.mulf %a, %b : f32
    attn.yield %r : f32
  }
  return %h : tensor<?x8xf32>
}

// The bias of the second is not known yet at the place of the first.
// CHECK-LABEL: func.func @negative_later_bias
func.func @negative_later_bias(%x: tensor<4xf32>, %w: tensor<4x4xf32>) -> (tensor<4xf32>, tensor<4xf32>) {
  // CHECK-NEXT: attn.kernel
  // CHECK-NEXT: attn.linear
  // CHECK-NEXT: attn.yield
  // CHECK: %[[B:.*]] = attn.l2_normalize
  // CHECK: attn.kernel
  %y = attn.linear %x, %w : tensor<4xf32>, tensor<4x4xf32>
  %b = attn.l2_normalize %x eps 1.0e-6 : tensor<4xf32>
  %z = attn.linear %x, %w, %b : tensor<4xf32>, tensor<4x4xf32>, tensor<4xf32>
  return %y, %z : tensor<4xf32>, tensor<4xf32>
}

// The second linear takes what the first makes as its bias, or as its weight.
// CHECK-LABEL: func.func @negative_bias_of_sibling
func.func @negative_bias_of_sibling(%x: tensor<4xf32>, %w: tensor<4x4xf32>) -> tensor<4xf32> {
  // CHECK-NEXT: %[[Y:.*]] = attn.kernel
  // CHECK: attn.kernel ({{.*}} = %[[Y]] : tensor<4xf32>)
  %y = attn.linear %x, %w : tensor<4xf32>, tensor<4x4xf32>
  %z = attn.linear %x, %w, %y : tensor<4xf32>, tensor<4x4xf32>, tensor<4xf32>
  return %z : tensor<4xf32>
}

// CHECK-LABEL: func.func @negative_weight_of_sibling
func.func @negative_weight_of_sibling(%x: tensor<4x4xf32>, %w: tensor<4x4xf32>) -> tensor<4x4xf32> {
  // CHECK-NEXT: %[[Y:.*]] = attn.kernel
  // CHECK: attn.kernel ({{.*}} = %[[Y]] : tensor<4x4xf32>)
  %y = attn.linear %x, %w : tensor<4x4xf32>, tensor<4x4xf32>
  %z = attn.linear %x, %y : tensor<4x4xf32>, tensor<4x4xf32>
  return %z : tensor<4x4xf32>
}

// Once packed, the weight is no tensor of rows any more.
// CHECK-LABEL: func.func @negative_reads_weight
func.func @negative_reads_weight(%x: tensor<4x4xf32>, %w: tensor<4x4xf32>) -> tensor<4x4xf32> {
  // CHECK-NEXT: %[[Y:.*]] = attn.kernel
  // CHECK: attn.yield
  // CHECK: attn.pointwise %[[Y]]
  %y = attn.linear %x, %w : tensor<4x4xf32>, tensor<4x4xf32>
  %s = attn.pointwise %y, %w : tensor<4x4xf32>, tensor<4x4xf32> {
  ^bb0(%a: f32, %b: f32):
    %r = arith.addf %a, %b : f32
    attn.yield %r : f32
  }
  return %s : tensor<4x4xf32>
}

// A normalised row that two read leaves the kernel complete.
// CHECK-LABEL: func.func @negative_norm_read_twice
func.func @negative_norm_read_twice(%x: tensor<?x4xf32>, %w: tensor<4x4xf32>) -> (tensor<?x4xf32>, tensor<?x4xf32>) {
  // CHECK-NEXT: %[[N:.*]] = attn.kernel
  // CHECK: attn.l2_normalize
  // CHECK-NEXT: attn.yield
  // CHECK: attn.pointwise %[[N]]
  %y = attn.linear %x, %w : tensor<?x4xf32>, tensor<4x4xf32>
  %n = attn.l2_normalize %y eps 1.0e-6 : tensor<?x4xf32>
  %t = attn.pointwise %n : tensor<?x4xf32> {
  ^bb0(%a: f32):
    %r = math.tanh %a : f32
    attn.yield %r : f32
  }
  return %n, %t : tensor<?x4xf32>, tensor<?x4xf32>
}

// After a normalisation, what it was made of is gone.
// CHECK-LABEL: func.func @negative_reads_before_norm
func.func @negative_reads_before_norm(%x: tensor<?x4xf32>, %w: tensor<4x4xf32>) -> tensor<?x4xf32> {
  // CHECK-NEXT: %[[R:.*]]:2 = attn.kernel
  // CHECK: %[[Y:.*]] = attn.linear
  // CHECK-NEXT: %[[N:.*]] = attn.l2_normalize %[[Y]]
  // CHECK-NEXT: attn.yield %[[Y]], %[[N]]
  // CHECK: attn.pointwise %[[R]]#1, %[[R]]#0
  %y = attn.linear %x, %w : tensor<?x4xf32>, tensor<4x4xf32>
  %n = attn.l2_normalize %y eps 1.0e-6 : tensor<?x4xf32>
  %t = attn.pointwise %n, %y : tensor<?x4xf32>, tensor<?x4xf32> {
  ^bb0(%a: f32, %b: f32):
    %r = arith.addf %a, %b : f32
    attn.yield %r : f32
  }
  return %t : tensor<?x4xf32>
}

// Two linears: no task owns whole rows of both.
// CHECK-LABEL: func.func @negative_norm_of_two
func.func @negative_norm_of_two(%x: tensor<?x4xf32>, %w: tensor<4x4xf32>, %v: tensor<4x4xf32>) -> (tensor<?x4xf32>, tensor<?x4xf32>) {
  // CHECK-NEXT: %[[R:.*]]:2 = attn.kernel
  // CHECK-COUNT-2: attn.linear
  // CHECK-NEXT: attn.yield
  // CHECK: attn.l2_normalize %[[R]]#0
  %y = attn.linear %x, %w : tensor<?x4xf32>, tensor<4x4xf32>
  %z = attn.linear %x, %v : tensor<?x4xf32>, tensor<4x4xf32>
  %n = attn.l2_normalize %y eps 1.0e-6 : tensor<?x4xf32>
  return %n, %z : tensor<?x4xf32>, tensor<?x4xf32>
}

// The result has more rows than the linear.
// CHECK-LABEL: func.func @negative_broadcast
func.func @negative_broadcast(%x: tensor<4xf32>, %w: tensor<4x4xf32>, %m: tensor<?x4xf32>) -> tensor<?x4xf32> {
  // CHECK-NEXT: %[[Y:.*]] = attn.kernel
  // CHECK-NEXT: attn.linear
  // CHECK-NEXT: attn.yield
  // CHECK: attn.pointwise %{{.*}}, %[[Y]]
  %y = attn.linear %x, %w : tensor<4xf32>, tensor<4x4xf32>
  %s = attn.pointwise %m, %y : tensor<?x4xf32>, tensor<4xf32> {
  ^bb0(%a: f32, %b: f32):
    %r = arith.addf %a, %b : f32
    attn.yield %r : f32
  }
  return %s : tensor<?x4xf32>
}

// The pool stands between the linear and its sum, and needs the linear: the sum can not come before it.
// CHECK-LABEL: func.func @negative_read_in_between
func.func @negative_read_in_between(%x: tensor<1x1x4xf32>, %w: tensor<4x4xf32>, %n: tensor<1xi32>) -> tensor<1x1x4xf32> {
  // CHECK-NEXT: %[[Y:.*]] = attn.kernel
  // CHECK-NEXT: attn.linear
  // CHECK-NEXT: attn.yield
  // CHECK: %[[P:.*]] = attn.pool mean %[[Y]]
  // CHECK: attn.pointwise %[[Y]], %[[P]]
  %y = attn.linear %x, %w : tensor<1x1x4xf32>, tensor<4x4xf32>
  %p = attn.pool mean %y lengths %n : tensor<1x1x4xf32>, tensor<1xi32>
  %s = attn.pointwise %y, %p : tensor<1x1x4xf32>, tensor<1x4xf32> {
  ^bb0(%a: f32, %b: f32):
    %r = arith.addf %a, %b : f32
    attn.yield %r : f32
  }
  return %s : tensor<1x1x4xf32>
}
