// Text forms of modify, mask, normalize, fill, mix_heads, map_conv, combine and attention; precedence and parentheses of masks.
// RUN: attn-opt %s --verify-roundtrip | FileCheck %s

// CHECK-LABEL: @modify
func.func @modify(%s: tensor<?x8x?x?xf32>, %bias: tensor<8xf32>) -> tensor<?x8x?x?xf32> {
  // CHECK: attn.modify %{{.*}} captures(%{{.*}}) : tensor<?x8x?x?xf32>, tensor<8xf32> {
  // CHECK-NEXT: ^bb0(%[[X:.*]]: f32, %{{.*}}: index, %[[H:.*]]: index, %{{.*}}: index, %{{.*}}: index, %[[TABLE:.*]]: tensor<8xf32>):
  // CHECK-NEXT: tensor.extract %[[TABLE]][%[[H]]]
  %t = attn.modify %s captures(%bias) : tensor<?x8x?x?xf32>, tensor<8xf32> {
  ^bb0(%x: f32, %b: index, %h: index, %i: index, %j: index, %table: tensor<8xf32>):
    %v = tensor.extract %table[%h] : tensor<8xf32>
    %r = arith.addf %x, %v : f32
    attn.yield %r : f32
  }
  return %t : tensor<?x8x?x?xf32>
}

// `not` binds tightest, then `and`; only the parentheses that are needed are printed.
// CHECK-LABEL: @mask
// CHECK-SAME: (%[[S:.*]]: tensor<?x8x?x?xf32>, %[[N:.*]]: tensor<?xi32>, %[[M:.*]]: tensor<?xi32>)
func.func @mask(%s: tensor<?x8x?x?xf32>, %n: tensor<?xi32>, %m: tensor<?xi32>) {
  // CHECK: attn.mask %[[S]] where causal(bottom_right) and lengths(%[[N]]) : tensor<?x8x?x?xf32>, tensor<?xi32>
  %a = attn.mask %s where causal(bottom_right) and lengths(%n) : tensor<?x8x?x?xf32>, tensor<?xi32>
  // CHECK: attn.mask %[[S]] where window(4, 0, top_left) or prefix(2) and not causal(top_left) : tensor<?x8x?x?xf32>
  %b = attn.mask %s where (window(4, 0, top_left)) or ((prefix(2)) and (not causal(top_left))) : tensor<?x8x?x?xf32>
  // CHECK: attn.mask %[[S]] where (window(4, 4, bottom_right) or prefix(2)) and not (causal(top_left) or prefix(1)) :
  %c = attn.mask %s where (window(4, 4, bottom_right) or prefix(2)) and not (causal(top_left) or prefix(1))
      : tensor<?x8x?x?xf32>
  // One value named twice is one operand.
  // CHECK: attn.mask %[[S]] where lengths(%[[M]]) or lengths(%[[N]]) and lengths(%[[M]]) : tensor<?x8x?x?xf32>, tensor<?xi32>, tensor<?xi32>
  %d = attn.mask %s where lengths(%m) or lengths(%n) and lengths(%m)
      : tensor<?x8x?x?xf32>, tensor<?xi32>, tensor<?xi32>
  return
}

// Every mask with its numbers and operands; what is not written of a window is a step of 1.
// CHECK-LABEL: @masks
// CHECK-SAME: (%[[S:.*]]: tensor<?x8x15x15xf32>, %[[N:.*]]: tensor<?x15xi32>, %[[M:.*]]: tensor<15x1xi1>, %[[K:.*]]: tensor<8xi32>, %{{.*}}: tensor<8x?x3xi32>)
func.func @masks(%s: tensor<?x8x15x15xf32>, %n: tensor<?x15xi32>, %m: tensor<15x1xi1>, %k: tensor<8xi32>,
                 %t: tensor<8x?x3xi32>) {
  // CHECK: attn.mask %[[S]] where window(2, 3, top_left, 4) and window(2, 3, bottom_right) : tensor
  %a = attn.mask %s where window(2, 3, top_left, 4) and window(2, 3, bottom_right, 1) : tensor<?x8x15x15xf32>
  // CHECK: attn.mask %[[S]] where blocks(4) or strided(3) or fixed(4, 2) or global(1) : tensor
  %b = attn.mask %s where blocks(4) or strided(3) or fixed(4, 2) or global(1) : tensor<?x8x15x15xf32>
  // Blocks without neighbours and no last tokens are not written.
  // CHECK: attn.mask %[[S]] where blocks(4, 8, 1, 0) or blocks(4) or blocks(4, 4, 0, 1) or global(1, 2) or global(3) : tensor
  %b1 = attn.mask %s where blocks(4, 8, 1, 0) or blocks(4, 4, 0, 0) or blocks(4, 4, 0, 1) or global(1, 2) or global(3, 0)
      : tensor<?x8x15x15xf32>
  // CHECK: attn.mask %[[S]] where listed(%{{.*}}, 4) : tensor<?x8x15x15xf32>, tensor<8x?x3xi32>
  %b2 = attn.mask %s where listed(%t, 4) : tensor<?x8x15x15xf32>, tensor<8x?x3xi32>
  // CHECK: attn.mask %[[S]] where grid(3, 5, 3) and not axial(5, 3, 1) : tensor
  %c = attn.mask %s where grid(3, 5, 3) and not axial(5, 3, 1) : tensor<?x8x15x15xf32>
  // CHECK: attn.mask %[[S]] where global(%[[N]]) and segments(%[[N]]) or segments(%[[N]], %[[N]]) and dense(%[[M]]) : tensor<?x8x15x15xf32>, tensor<?x15xi32>, tensor<15x1xi1>
  %d = attn.mask %s where global(%n) and segments(%n) or segments(%n, %n) and dense(%m)
      : tensor<?x8x15x15xf32>, tensor<?x15xi32>, tensor<15x1xi1>
  // CHECK: attn.mask %[[S]] where not predicate : tensor<?x8x15x15xf32> {
  // CHECK-NEXT: ^bb0(%{{.*}}: index, %{{.*}}: index, %[[I:.*]]: index, %[[J:.*]]: index):
  // CHECK-NEXT: arith.cmpi slt, %[[I]], %[[J]] : index
  %e = attn.mask %s where not predicate : tensor<?x8x15x15xf32> {
  ^bb0(%b0: index, %h: index, %i: index, %j: index):
    %r = arith.cmpi slt, %i, %j : index
    attn.yield %r : i1
  }
  // CHECK: attn.mask %[[S]] where causal(top_left) and predicate(%[[K]], %[[N]]) : tensor<?x8x15x15xf32>, tensor<8xi32>, tensor<?x15xi32> {
  // CHECK-NEXT: ^bb0(%{{.*}}: index, %{{.*}}: index, %{{.*}}: index, %{{.*}}: index, %{{.*}}: tensor<8xi32>, %{{.*}}: tensor<?x15xi32>):
  %f = attn.mask %s where causal(top_left) and predicate(%k, %n)
      : tensor<?x8x15x15xf32>, tensor<8xi32>, tensor<?x15xi32> {
  ^bb0(%b0: index, %h: index, %i: index, %j: index, %limits: tensor<8xi32>, %ids: tensor<?x15xi32>):
    %x = tensor.extract %limits[%h] : tensor<8xi32>
    %y = tensor.extract %ids[%b0, %j] : tensor<?x15xi32>
    %r = arith.cmpi slt, %x, %y : i32
    attn.yield %r : i1
  }
  return
}

// CHECK-LABEL: @chain
func.func @chain(%s: tensor<?x8x?x?xf32>, %v: tensor<?x2x?x16xf32>) -> tensor<?x8x?x16xf32> {
  // CHECK: %[[P:.*]] = attn.normalize softmax %{{.*}} : tensor<?x8x?x?xf32>
  %p = attn.normalize softmax %s : tensor<?x8x?x?xf32>
  // CHECK: attn.combine %[[P]], %{{.*}} : tensor<?x8x?x?xf32>, tensor<?x2x?x16xf32>
  %o = attn.combine %p, %v : tensor<?x8x?x?xf32>, tensor<?x2x?x16xf32>
  return %o : tensor<?x8x?x16xf32>
}

// Every kind and axis; what is not written is what it is by default, and is not printed.
// CHECK-LABEL: @normalize
func.func @normalize(%s: tensor<?x8x?x?xf32>, %sinks: tensor<8xf32>) {
  // CHECK: attn.normalize softmax_one %{{.*}} : tensor<?x8x?x?xf32>{{$}}
  %a = attn.normalize softmax_one %s over keys : tensor<?x8x?x?xf32>
  // CHECK: attn.normalize softmax_one %{{.*}} sink %{{.*}} : tensor<?x8x?x?xf32>, tensor<8xf32>
  %b = attn.normalize softmax_one %s sink %sinks : tensor<?x8x?x?xf32>, tensor<8xf32>
  // CHECK: attn.normalize sum %{{.*}} over heads : tensor<?x8x?x?xf32>
  %c = attn.normalize sum %s over heads : tensor<?x8x?x?xf32>
  // CHECK: attn.normalize relu_sum %{{.*}} over queries eps 0.000000e+00 : tensor<?x8x?x?xf32>
  %d = attn.normalize relu_sum %s over queries eps 0.0 : tensor<?x8x?x?xf32>
  // CHECK: attn.normalize relu_mean %{{.*}} : tensor<?x8x?x?xf32>
  %e = attn.normalize relu_mean %s : tensor<?x8x?x?xf32>
  // CHECK: attn.normalize relu2_mean
  %f = attn.normalize relu2_mean %s : tensor<?x8x?x?xf32>
  // CHECK: attn.normalize sigmoid
  %g = attn.normalize sigmoid %s : tensor<?x8x?x?xf32>
  // CHECK: attn.normalize none
  %h = attn.normalize none %s : tensor<?x8x?x?xf32>
  // CHECK: attn.normalize sparsemax %{{.*}} : tensor<?x8x?x?xf32>
  %i = attn.normalize sparsemax %s : tensor<?x8x?x?xf32>
  // CHECK: attn.normalize sinkhorn %{{.*}} iterations 8 : tensor<?x8x?x?xf32>
  %j = attn.normalize sinkhorn %s iterations 8 : tensor<?x8x?x?xf32>
  return
}

// CHECK-LABEL: @fill
func.func @fill(%s: tensor<?x8x?x?xf32>) -> tensor<?x8x?x?xf32> {
  // CHECK: attn.fill %{{.*}} value -1.000000e+00 : tensor<?x8x?x?xf32>
  %t = attn.fill %s value -1.0 : tensor<?x8x?x?xf32>
  return %t : tensor<?x8x?x?xf32>
}

// CHECK-LABEL: @mix_heads
func.func @mix_heads(%s: tensor<?x8x?x?xf32>, %w: tensor<6x8xf32>) -> tensor<?x6x?x?xf32> {
  // CHECK: attn.mix_heads %{{.*}}, %{{.*}} : tensor<?x8x?x?xf32>, tensor<6x8xf32>
  %t = attn.mix_heads %s, %w : tensor<?x8x?x?xf32>, tensor<6x8xf32>
  return %t : tensor<?x6x?x?xf32>
}

// CHECK-LABEL: @map_conv
func.func @map_conv(%s: tensor<?x8x?x?xf32>, %w: tensor<6x8x3x5xf32>, %b: tensor<6xf32>) -> tensor<?x6x?x?xf32> {
  // CHECK: attn.map_conv %{{.*}}, %{{.*}} : tensor<?x8x?x?xf32>, tensor<6x8x3x5xf32>{{$}}
  %a = attn.map_conv %s, %w : tensor<?x8x?x?xf32>, tensor<6x8x3x5xf32>
  // CHECK: attn.map_conv %{{.*}}, %{{.*}} shift [0, 1] : tensor<?x8x?x?xf32>, tensor<6x8x3x5xf32>
  %c = attn.map_conv %s, %w shift [0, 1] : tensor<?x8x?x?xf32>, tensor<6x8x3x5xf32>
  // CHECK: attn.map_conv %{{.*}}, %{{.*}}, %{{.*}} shift [1, 1] : tensor<?x8x?x?xf32>, tensor<6x8x3x5xf32>, tensor<6xf32>
  %t = attn.map_conv %s, %w, %b shift [1, 1] : tensor<?x8x?x?xf32>, tensor<6x8x3x5xf32>, tensor<6xf32>
  return %t : tensor<?x6x?x?xf32>
}

// CHECK-LABEL: @combine
func.func @combine(%p: tensor<?x8x?x16xf32>, %v: tensor<4x2x16x64xf32>, %u: tensor<16x64xf32>, %r: tensor<7x64xf32>)
    -> (tensor<4x8x?x64xf32>, tensor<?x8x?x64xf32>) {
  // CHECK: attn.combine %{{.*}}, %{{.*}} relative %{{.*}} aligned bottom_right : tensor<?x8x?x16xf32>, tensor<4x2x16x64xf32>, tensor<7x64xf32>
  %a = attn.combine %p, %v relative %r aligned bottom_right
      : tensor<?x8x?x16xf32>, tensor<4x2x16x64xf32>, tensor<7x64xf32>
  // CHECK: attn.combine %{{.*}}, %{{.*}} : tensor<?x8x?x16xf32>, tensor<16x64xf32>
  %b = attn.combine %p, %u : tensor<?x8x?x16xf32>, tensor<16x64xf32>
  return %a, %b : tensor<4x8x?x64xf32>, tensor<?x8x?x64xf32>
}

// CHECK-LABEL: @reduce_map
func.func @reduce_map(%s: tensor<?x8x5x7xf32>) -> (tensor<?x8x5xf32>, tensor<?x8x7xf32>, tensor<?x5x7xf32>) {
  // CHECK: attn.reduce_map logsumexp %{{.*}} over keys : tensor<?x8x5x7xf32>
  %a = attn.reduce_map logsumexp %s over keys : tensor<?x8x5x7xf32>
  // CHECK: attn.reduce_map max %{{.*}} over queries : tensor<?x8x5x7xf32>
  %b = attn.reduce_map max %s over queries : tensor<?x8x5x7xf32>
  // CHECK: attn.reduce_map mean %{{.*}} over heads : tensor<?x8x5x7xf32>
  %c = attn.reduce_map mean %s over heads : tensor<?x8x5x7xf32>
  return %a, %b, %c : tensor<?x8x5xf32>, tensor<?x8x7xf32>, tensor<?x5x7xf32>
}

// CHECK-LABEL: @attention
func.func @attention(%q: tensor<?x8x?x64xf32>, %kv: tensor<?x2x?x64xf32>, %n: tensor<?xi32>) {
  // CHECK: attn.attention %{{.*}}, %{{.*}}, %{{.*}} : tensor<?x8x?x64xf32>, tensor<?x2x?x64xf32>, tensor<?x2x?x64xf32>
  %a = attn.attention %q, %kv, %kv : tensor<?x8x?x64xf32>, tensor<?x2x?x64xf32>, tensor<?x2x?x64xf32>
  // CHECK: attn.attention %{{.*}} scale 1.250000e-01 where causal(top_left) and lengths(%{{.*}}) : {{.*}}, tensor<?xi32> {
  // CHECK: math.tanh
  %b = attn.attention %q, %kv, %kv scale 0.125 where causal(top_left) and lengths(%n)
      : tensor<?x8x?x64xf32>, tensor<?x2x?x64xf32>, tensor<?x2x?x64xf32>, tensor<?xi32> {
  ^bb0(%x: f32, %b: index, %h: index, %i: index, %j: index):
    %t = math.tanh %x : f32
    attn.yield %t : f32
  }
  return
}

// CHECK-LABEL: @top_k
func.func @top_k(%s: tensor<?x8x?x?xf32>) -> tensor<?x8x?x?xf32> {
  // CHECK: attn.top_k %{{.*}} count 32 : tensor<?x8x?x?xf32>
  %t = attn.top_k %s count 32 : tensor<?x8x?x?xf32>
  return %t : tensor<?x8x?x?xf32>
}
