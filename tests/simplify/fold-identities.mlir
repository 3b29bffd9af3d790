// Ops that do nothing go, ops that can be one are joined.
// RUN: attn-opt %s --attn-fold-identities | FileCheck %s

// CHECK-LABEL: func.func @pointwise
// CHECK-SAME: (%[[X:.*]]: tensor<?x4xf32>,
func.func @pointwise(%x: tensor<?x4xf32>, %y: tensor<4xf32>) -> tensor<?x4xf32> {
  // CHECK-NEXT: return %[[X]]
  %z = attn.pointwise %x, %y : tensor<?x4xf32>, tensor<4xf32> {
  ^bb0(%a: f32, %b: f32):
    attn.yield %a : f32
  }
  return %z : tensor<?x4xf32>
}

// This one repeats %y, so it is no identity.
// CHECK-LABEL: func.func @negative_pointwise_broadcast
func.func @negative_pointwise_broadcast(%x: tensor<?x4xf32>, %y: tensor<4xf32>) -> tensor<?x4xf32> {
  // CHECK: attn.pointwise
  %z = attn.pointwise %x, %y : tensor<?x4xf32>, tensor<4xf32> {
  ^bb0(%a: f32, %b: f32):
    attn.yield %b : f32
  }
  return %z : tensor<?x4xf32>
}

// CHECK-LABEL: func.func @merge_of_split
// CHECK-SAME: (%[[X:.*]]: tensor<?x?x8xf32>)
func.func @merge_of_split(%x: tensor<?x?x8xf32>) -> tensor<?x?x8xf32> {
  // CHECK-NEXT: return %[[X]]
  %h = attn.split_heads %x into 2 : tensor<?x?x8xf32>
  %y = attn.merge_heads %h : tensor<?x2x?x4xf32>
  return %y : tensor<?x?x8xf32>
}

// CHECK-LABEL: func.func @split_of_merge
// CHECK-SAME: (%[[X:.*]]: tensor<?x2x?x4xf32>)
func.func @split_of_merge(%x: tensor<?x2x?x4xf32>) -> tensor<?x2x?x4xf32> {
  // CHECK-NEXT: return %[[X]]
  %m = attn.merge_heads %x : tensor<?x2x?x4xf32>
  %y = attn.split_heads %m into 2 : tensor<?x?x8xf32>
  return %y : tensor<?x2x?x4xf32>
}

// CHECK-LABEL: func.func @negative_other_heads
func.func @negative_other_heads(%x: tensor<?x2x?x4xf32>) -> tensor<?x4x?x2xf32> {
  // CHECK: attn.merge_heads
  // CHECK: attn.split_heads
  %m = attn.merge_heads %x : tensor<?x2x?x4xf32>
  %y = attn.split_heads %m into 4 : tensor<?x?x8xf32>
  return %y : tensor<?x4x?x2xf32>
}

// The joined mask names each operand once.
// CHECK-LABEL: func.func @masks
// CHECK-SAME: (%[[S:.*]]: tensor<?x2x?x?xf32>, %[[N:.*]]: tensor<?xi32>, %[[M:.*]]: tensor<?xi32>)
func.func @masks(%s: tensor<?x2x?x?xf32>, %n: tensor<?xi32>, %m: tensor<?xi32>) -> tensor<?x2x?x?xf32> {
  // CHECK-NEXT: attn.mask %[[S]] where causal(top_left) and lengths(%[[N]]) and (lengths(%[[M]]) or lengths(%[[N]]))
  // CHECK-SAME: : tensor<?x2x?x?xf32>, tensor<?xi32>, tensor<?xi32>
  %t = attn.mask %s where causal(top_left) and lengths(%n) : tensor<?x2x?x?xf32>, tensor<?xi32>
  %u = attn.mask %t where lengths(%m) or lengths(%n) : tensor<?x2x?x?xf32>, tensor<?xi32>, tensor<?xi32>
  return %u : tensor<?x2x?x?xf32>
}

// The joined mask keeps the predicate of either.
// CHECK-LABEL: func.func @masks_predicate
// CHECK-SAME: (%[[S:.*]]: tensor<?x2x?x?xf32>, %[[N:.*]]: tensor<?xi32>)
func.func @masks_predicate(%s: tensor<?x2x?x?xf32>, %n: tensor<?xi32>) -> tensor<?x2x?x?xf32> {
  // CHECK-NEXT: attn.mask %[[S]] where lengths(%[[N]]) and predicate(%[[N]]) : tensor<?x2x?x?xf32>, tensor<?xi32> {
  // CHECK: arith.cmpi sle
  // CHECK-NOT: attn.mask
  %t = attn.mask %s where lengths(%n) : tensor<?x2x?x?xf32>, tensor<?xi32>
  %u = attn.mask %t where predicate(%n) : tensor<?x2x?x?xf32>, tensor<?xi32> {
  ^bb0(%b: index, %h: index, %i: index, %j: index, %lengths: tensor<?xi32>):
    %x = tensor.extract %lengths[%b] : tensor<?xi32>
    %y = arith.index_cast %j : index to i32
    %r = arith.cmpi sle, %x, %y : i32
    attn.yield %r : i1
  }
  return %u : tensor<?x2x?x?xf32>
}

// CHECK-LABEL: func.func @negative_masks_two_predicates
func.func @negative_masks_two_predicates(%s: tensor<?x2x?x?xf32>) -> tensor<?x2x?x?xf32> {
  // CHECK-COUNT-2: attn.mask
  %t = attn.mask %s where predicate : tensor<?x2x?x?xf32> {
  ^bb0(%b: index, %h: index, %i: index, %j: index):
    %r = arith.cmpi ne, %i, %j : index
    attn.yield %r : i1
  }
  %u = attn.mask %t where predicate : tensor<?x2x?x?xf32> {
  ^bb0(%b: index, %h: index, %i: index, %j: index):
    %r = arith.cmpi ne, %h, %j : index
    attn.yield %r : i1
  }
  return %u : tensor<?x2x?x?xf32>
}

// CHECK-LABEL: func.func @negative_masks_two_users
func.func @negative_masks_two_users(%s: tensor<?x2x?x?xf32>) -> (tensor<?x2x?x?xf32>, tensor<?x2x?x?xf32>) {
  // CHECK-COUNT-2: attn.mask
  %t = attn.mask %s where prefix(2) : tensor<?x2x?x?xf32>
  %u = attn.mask %t where causal(top_left) : tensor<?x2x?x?xf32>
  return %t, %u : tensor<?x2x?x?xf32>, tensor<?x2x?x?xf32>
}

// CHECK-LABEL: func.func @constant_factor
func.func @constant_factor(%q: tensor<?x2x?x4xf32>) -> tensor<?x2x?x?xf32> {
  // CHECK-NEXT: attn.score dot %{{.*}} scale 1.250000e-01
  // CHECK-NEXT: return
  %s = attn.score dot %q, %q scale 0.5 : tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>
  %t = attn.modify %s : tensor<?x2x?x?xf32> {
  ^bb0(%x: f32, %b: index, %h: index, %i: index, %j: index):
    %c = arith.constant 0.25 : f32
    %r = arith.mulf %c, %x : f32
    attn.yield %r : f32
  }
  return %t : tensor<?x2x?x?xf32>
}

// CHECK-LABEL: func.func @negative_square
func.func @negative_square(%q: tensor<?x2x?x4xf32>) -> tensor<?x2x?x?xf32> {
  // CHECK: attn.modify
  %s = attn.score dot %q, %q : tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>
  %t = attn.modify %s : tensor<?x2x?x?xf32> {
  ^bb0(%x: f32, %b: index, %h: index, %i: index, %j: index):
    %r = arith.mulf %x, %x : f32
    attn.yield %r : f32
  }
  return %t : tensor<?x2x?x?xf32>
}

// A formula that asks a tensor for its extents alone does not need its numbers.
// CHECK-LABEL: @capture_of_extents
func.func @capture_of_extents(%q: tensor<?x2x?x4xf32>, %k: tensor<?x2x?x4xf32>) -> (tensor<?x2x?x?xf32>, tensor<?x2x?x?xf32>) {
  // CHECK: %[[R:.*]] = attn.pointwise %arg1
  // CHECK: attn.modify %{{.*}} captures(%arg1)
  // CHECK: attn.modify %{{.*}} captures(%[[R]])
  %r = attn.pointwise %k : tensor<?x2x?x4xf32> {
  ^bb0(%x: f32):
    %y = math.absf %x : f32
    attn.yield %y : f32
  }
  %s = attn.score dot %q, %r : tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>
  %t = attn.modify %s captures(%r) : tensor<?x2x?x?xf32>, tensor<?x2x?x4xf32> {
  ^bb0(%x: f32, %b: index, %h: index, %i: index, %j: index, %keys: tensor<?x2x?x4xf32>):
    %two = arith.constant 2 : index
    %m = tensor.dim %keys, %two : tensor<?x2x?x4xf32>
    %m32 = arith.index_cast %m : index to i32
    %length = arith.sitofp %m32 : i32 to f32
    %y = arith.divf %x, %length : f32
    attn.yield %y : f32
  }
  %u = attn.modify %s captures(%r) : tensor<?x2x?x?xf32>, tensor<?x2x?x4xf32> {
  ^bb0(%x: f32, %b: index, %h: index, %i: index, %j: index, %keys: tensor<?x2x?x4xf32>):
    %zero = arith.constant 0 : index
    %y = tensor.extract %keys[%b, %zero, %j, %zero] : tensor<?x2x?x4xf32>
    attn.yield %y : f32
  }
  return %t, %u : tensor<?x2x?x?xf32>, tensor<?x2x?x?xf32>
}
