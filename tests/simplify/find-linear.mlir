// RUN: attn-opt %s --attn-find-linear --cse | FileCheck %s

// A product of features divided by its sum, under the masks that a running state can follow.
// CHECK-LABEL: @plain
func.func @plain(%q: tensor<?x4x?x8xf32>, %k: tensor<?x2x?x8xf32>, %v: tensor<?x2x?x6xf32>, %n: tensor<?xi32>) -> tensor<?x4x?x6xf32> {
  // CHECK-NEXT: %[[O:[a-z0-9]+]], %{{.*}}, %{{.*}} = attn.linear_attention %arg0, %arg1, %arg2 causal bottom_right lengths %arg3 divided clamp eps 2.500000e-01
  // CHECK-NEXT: return %[[O]]
  %s = attn.score dot %q, %k : tensor<?x4x?x8xf32>, tensor<?x2x?x8xf32>
  %m = attn.mask %s where lengths(%n) and causal(bottom_right) : tensor<?x4x?x?xf32>, tensor<?xi32>
  %p = attn.normalize sum %m eps 0.25 : tensor<?x4x?x?xf32>
  %o = attn.combine %p, %v : tensor<?x4x?x?xf32>, tensor<?x2x?x6xf32>
  return %o : tensor<?x4x?x6xf32>
}

// The factor of a score belongs to the features of queries; weights that are the scores are divided by nothing.
// CHECK-LABEL: @scaled
func.func @scaled(%q: tensor<?x4x?x8xf32>, %k: tensor<?x4x?x8xf32>) -> tensor<?x4x?x8xf32> {
  // CHECK: %[[F:.*]] = attn.features %arg0 : tensor<?x4x?x8xf32> {
  // CHECK-NEXT: ^bb0(%[[X:.*]]: f32, %{{.*}}: index, %{{.*}}: index, %{{.*}}: index, %{{.*}}: index):
  // CHECK: %[[C:.*]] = arith.constant 5.000000e-01 : f32
  // CHECK: %[[Y:.*]] = arith.mulf %[[X]], %[[C]] : f32
  // CHECK: attn.yield %[[Y]] : f32
  // CHECK: attn.linear_attention %[[F]], %arg1, %arg1 : tensor
  %s = attn.score dot %q, %k scale 0.5 : tensor<?x4x?x8xf32>, tensor<?x4x?x8xf32>
  %p = attn.normalize none %s : tensor<?x4x?x?xf32>
  %o = attn.combine %p, %k : tensor<?x4x?x?xf32>, tensor<?x4x?x8xf32>
  return %o : tensor<?x4x?x8xf32>
}

// cos(a (i - j) / M) = cos cos + sin sin, by Ptolemy's identity.
// CHECK-LABEL: @cosine
func.func @cosine(%q: tensor<?x4x?x8xf32>, %k: tensor<?x4x?x8xf32>, %v: tensor<?x4x?x6xf32>) -> tensor<?x4x?x6xf32> {
  // CHECK: %[[F:.*]] = attn.features %arg0 terms 2 captures(%arg1)
  // CHECK-NEXT: ^bb0(%[[X:.*]]: f32, %{{.*}}: index, %{{.*}}: index, %[[N:.*]]: index, %{{.*}}: index, %[[T:.*]]: tensor<?x4x?x8xf32>):
  // CHECK: arith.index_cast %[[N]] : index to i32
  // CHECK: %[[P:.*]] = arith.divf
  // CHECK-NEXT: %[[COS:.*]] = math.cos %[[P]] : f32
  // CHECK-NEXT: %[[A:.*]] = arith.mulf %[[X]], %[[COS]] : f32
  // CHECK: %[[SIN:.*]] = math.sin
  // CHECK: %[[B:.*]] = arith.mulf %{{.*}}, %[[SIN]] : f32
  // CHECK: attn.yield %[[A]], %[[B]] : f32, f32
  // CHECK: %[[G:.*]] = attn.features %arg1 terms 2 captures(%arg1)
  // CHECK: arith.subi
  // CHECK: attn.linear_attention %[[F]], %[[G]], %arg2 divided clamp eps
  %s = attn.score dot %q, %k : tensor<?x4x?x8xf32>, tensor<?x4x?x8xf32>
  %t = attn.modify %s captures(%k) : tensor<?x4x?x?xf32>, tensor<?x4x?x8xf32> {
  ^bb0(%x: f32, %b: index, %h: index, %i: index, %j: index, %keys: tensor<?x4x?x8xf32>):
    %two = arith.constant 2 : index
    %m = tensor.dim %keys, %two : tensor<?x4x?x8xf32>
    %m32 = arith.index_cast %m : index to i32
    %length = arith.sitofp %m32 : i32 to f32
    %d = arith.subi %i, %j : index
    %d32 = arith.index_cast %d : index to i32
    %distance = arith.sitofp %d32 : i32 to f32
    %angle = arith.divf %distance, %length : f32
    %weight = math.cos %angle : f32
    %r = arith.mulf %x, %weight : f32
    attn.yield %r : f32
  }
  %p = attn.normalize sum %t : tensor<?x4x?x?xf32>
  %o = attn.combine %p, %v : tensor<?x4x?x?xf32>, tensor<?x4x?x6xf32>
  return %o : tensor<?x4x?x6xf32>
}

// Terms of a sum, with signs, quotients and numbers of one place.
// CHECK-LABEL: @terms
func.func @terms(%q: tensor<?x4x?x8xf32>, %k: tensor<?x4x?x8xf32>, %c: tensor<?xf32>) -> tensor<?x4x?x8xf32> {
  // CHECK: attn.features %arg0 terms 2 captures(%arg2)
  // CHECK: arith.constant -1.0
  // CHECK: attn.features %arg1 terms 2 captures(%arg2)
  // CHECK: arith.divf
  // CHECK: attn.linear_attention
  %s = attn.score dot %q, %k : tensor<?x4x?x8xf32>, tensor<?x4x?x8xf32>
  %t = attn.modify %s captures(%c) : tensor<?x4x?x?xf32>, tensor<?xf32> {
  ^bb0(%x: f32, %b: index, %h: index, %i: index, %j: index, %numbers: tensor<?xf32>):
    %u = tensor.extract %numbers[%i] : tensor<?xf32>
    %w = tensor.extract %numbers[%j] : tensor<?xf32>
    %y = arith.divf %x, %w : f32
    %z = arith.mulf %x, %u : f32
    %r = arith.subf %y, %z : f32
    attn.yield %r : f32
  }
  %p = attn.normalize none %t : tensor<?x4x?x?xf32>
  %o = attn.combine %p, %k : tensor<?x4x?x?xf32>, tensor<?x4x?x8xf32>
  return %o : tensor<?x4x?x8xf32>
}

// What is no sum over features stays a map; why is told by --explain (tests/driver/require-linear.test).
// CHECK-LABEL: @softmax
func.func @softmax(%q: tensor<?x4x?x8xf32>, %k: tensor<?x4x?x8xf32>) -> tensor<?x4x?x8xf32> {
  // CHECK-NOT: linear_attention
  // CHECK: attn.combine
  %s = attn.score dot %q, %k : tensor<?x4x?x8xf32>, tensor<?x4x?x8xf32>
  %p = attn.normalize softmax %s : tensor<?x4x?x?xf32>
  %o = attn.combine %p, %k : tensor<?x4x?x?xf32>, tensor<?x4x?x8xf32>
  return %o : tensor<?x4x?x8xf32>
}

// The exponential of a distance would have to be split into numbers that no float holds.
// CHECK-LABEL: @decay
func.func @decay(%q: tensor<?x4x?x8xf32>, %k: tensor<?x4x?x8xf32>) -> tensor<?x4x?x8xf32> {
  // CHECK-NOT: linear_attention
  // CHECK: attn.combine
  %s = attn.score dot %q, %k : tensor<?x4x?x8xf32>, tensor<?x4x?x8xf32>
  %t = attn.modify %s : tensor<?x4x?x?xf32> {
  ^bb0(%x: f32, %b: index, %h: index, %i: index, %j: index):
    %d = arith.subi %j, %i : index
    %d32 = arith.index_cast %d : index to i32
    %distance = arith.sitofp %d32 : i32 to f32
    %e = math.exp %distance : f32
    %r = arith.mulf %x, %e : f32
    attn.yield %r : f32
  }
  %p = attn.normalize sum %t : tensor<?x4x?x?xf32>
  %o = attn.combine %p, %k : tensor<?x4x?x?xf32>, tensor<?x4x?x8xf32>
  return %o : tensor<?x4x?x8xf32>
}

// A square of the score is one, a number added to it another: no products of the query and the key alone.
// CHECK-LABEL: @not_linear_in_score
func.func @not_linear_in_score(%q: tensor<?x4x?x8xf32>, %k: tensor<?x4x?x8xf32>) -> (tensor<?x4x?x8xf32>, tensor<?x4x?x8xf32>) {
  // CHECK-NOT: linear_attention
  // CHECK: attn.combine
  // CHECK: attn.combine
  %s = attn.score dot %q, %k : tensor<?x4x?x8xf32>, tensor<?x4x?x8xf32>
  %t = attn.modify %s : tensor<?x4x?x?xf32> {
  ^bb0(%x: f32, %b: index, %h: index, %i: index, %j: index):
    %r = arith.mulf %x, %x : f32
    attn.yield %r : f32
  }
  %p = attn.normalize sum %t : tensor<?x4x?x?xf32>
  %o = attn.combine %p, %k : tensor<?x4x?x?xf32>, tensor<?x4x?x8xf32>
  %u = attn.score dot %k, %q : tensor<?x4x?x8xf32>, tensor<?x4x?x8xf32>
  %w = attn.modify %u : tensor<?x4x?x?xf32> {
  ^bb0(%x: f32, %b: index, %h: index, %i: index, %j: index):
    %one = arith.constant 1.0 : f32
    %r = arith.addf %x, %one : f32
    attn.yield %r : f32
  }
  %y = attn.normalize sum %w : tensor<?x4x?x?xf32>
  %z = attn.combine %y, %k : tensor<?x4x?x?xf32>, tensor<?x4x?x8xf32>
  return %o, %z : tensor<?x4x?x8xf32>, tensor<?x4x?x8xf32>
}

// The map leaves; a mask that no state follows; a map that is smaller than the state.
// CHECK-LABEL: @kept
func.func @kept(%q: tensor<?x4x?x8xf32>, %k: tensor<?x4x?x8xf32>, %x: tensor<1x4x6x8xf32>)
    -> (tensor<?x4x?x8xf32>, tensor<?x4x?x?xf32>, tensor<?x4x?x8xf32>, tensor<1x4x6x8xf32>) {
  // CHECK-NOT: linear_attention
  // CHECK-COUNT-3: attn.combine
  %s = attn.score dot %q, %k : tensor<?x4x?x8xf32>, tensor<?x4x?x8xf32>
  %p = attn.normalize sum %s : tensor<?x4x?x?xf32>
  %o = attn.combine %p, %k : tensor<?x4x?x?xf32>, tensor<?x4x?x8xf32>
  %t = attn.score dot %k, %q : tensor<?x4x?x8xf32>, tensor<?x4x?x8xf32>
  %m = attn.mask %t where window(3, 3, top_left) : tensor<?x4x?x?xf32>
  %u = attn.normalize sum %m : tensor<?x4x?x?xf32>
  %w = attn.combine %u, %q : tensor<?x4x?x?xf32>, tensor<?x4x?x8xf32>
  %a = attn.score dot %x, %x : tensor<1x4x6x8xf32>, tensor<1x4x6x8xf32>
  %b = attn.normalize sum %a : tensor<1x4x6x6xf32>
  %c = attn.combine %b, %x : tensor<1x4x6x6xf32>, tensor<1x4x6x8xf32>
  return %o, %p, %w, %c : tensor<?x4x?x8xf32>, tensor<?x4x?x?xf32>, tensor<?x4x?x8xf32>, tensor<1x4x6x8xf32>
}

// With more tokens it is not.
// CHECK-LABEL: @long
func.func @long(%x: tensor<1x4x64x8xf32>) -> tensor<1x4x64x8xf32> {
  // CHECK: linear_attention
  %a = attn.score dot %x, %x : tensor<1x4x64x8xf32>, tensor<1x4x64x8xf32>
  %b = attn.normalize sum %a : tensor<1x4x64x64xf32>
  %c = attn.combine %b, %x : tensor<1x4x64x64xf32>, tensor<1x4x64x8xf32>
  return %c : tensor<1x4x64x8xf32>
}
