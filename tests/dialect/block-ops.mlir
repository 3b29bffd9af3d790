// Text forms of pointwise, activation, add, blend, layer_norm, rms_norm, l2_normalize, pool.
// RUN: attn-opt %s --verify-roundtrip | FileCheck %s

// A missing dimension and a static 1 repeat.
// CHECK-LABEL: @pointwise
func.func @pointwise(%x: tensor<?x?x8xf32>, %y: tensor<1x8xf32>, %gate: tensor<8xf32>) -> tensor<?x?x8xf32> {
  // CHECK: attn.pointwise %{{.*}}, %{{.*}}, %{{.*}} : tensor<?x?x8xf32>, tensor<1x8xf32>, tensor<8xf32> {
  // CHECK: math.tanh
  // CHECK: attn.yield %{{.*}} : f32
  %z = attn.pointwise %x, %y, %gate : tensor<?x?x8xf32>, tensor<1x8xf32>, tensor<8xf32> {
  ^bb0(%a: f32, %b: f32, %g: f32):
    %t = math.tanh %a : f32
    %u = arith.addf %t, %b : f32
    %r = arith.mulf %u, %g : f32
    attn.yield %r : f32
  }
  return %z : tensor<?x?x8xf32>
}

// The place and whole tensors; reals of integers.
// CHECK-LABEL: @pointwise_indexed
func.func @pointwise_indexed(%x: tensor<?x8xi32>, %y: tensor<8xf32>, %table: tensor<?xi1>) -> tensor<?x8xf32> {
  // CHECK: attn.pointwise %{{.*}}, %{{.*}} indexed captures(%{{.*}}) to f32 : tensor<?x8xi32>, tensor<8xf32>, tensor<?xi1> {
  %z = attn.pointwise %x, %y indexed captures(%table) to f32 : tensor<?x8xi32>, tensor<8xf32>, tensor<?xi1> {
  ^bb0(%a: i32, %b: f32, %n: index, %c: index, %flags: tensor<?xi1>):
    %is = tensor.extract %flags[%n] : tensor<?xi1>
    %t = arith.sitofp %a : i32 to f32
    %r = arith.select %is, %t, %b : f32
    attn.yield %r : f32
  }
  return %z : tensor<?x8xf32>
}

// CHECK-LABEL: @activation
func.func @activation(%x: tensor<?x8xf32>) {
  // CHECK: attn.activation relu
  %a = attn.activation relu %x : tensor<?x8xf32>
  // CHECK: attn.activation gelu %
  %b = attn.activation gelu %x : tensor<?x8xf32>
  // CHECK: attn.activation gelu_tanh
  %c = attn.activation gelu_tanh %x : tensor<?x8xf32>
  // CHECK: attn.activation tanh
  %d = attn.activation tanh %x : tensor<?x8xf32>
  // CHECK: attn.activation sigmoid
  %e = attn.activation sigmoid %x : tensor<?x8xf32>
  // CHECK: attn.activation silu
  %f = attn.activation silu %x : tensor<?x8xf32>
  return
}

// CHECK-LABEL: @add
func.func @add(%x: tensor<?x?x8xf32>, %bias: tensor<8xf32>) -> tensor<?x?x8xf32> {
  // CHECK: attn.add %{{.*}}, %{{.*}} : tensor<?x?x8xf32>, tensor<8xf32>
  %y = attn.add %x, %bias : tensor<?x?x8xf32>, tensor<8xf32>
  return %y : tensor<?x?x8xf32>
}

// CHECK-LABEL: @blend
func.func @blend(%x: tensor<?x?x8xf32>, %y: tensor<4x1x8xf32>) -> tensor<4x?x8xf32> {
  // CHECK: attn.blend %{{.*}}, %{{.*}} alpha 2.500000e-01 : tensor<?x?x8xf32>, tensor<4x1x8xf32>
  %z = attn.blend %x, %y alpha 0.25 : tensor<?x?x8xf32>, tensor<4x1x8xf32>
  return %z : tensor<4x?x8xf32>
}

// CHECK-LABEL: @norms
func.func @norms(%x: tensor<?x8xf32>, %gamma: tensor<8xf32>, %beta: tensor<8xf32>) {
  // CHECK: attn.layer_norm %{{.*}}, %{{.*}}, %{{.*}} eps {{1.*E-0?5|1.*e-05}} : tensor<?x8xf32>, tensor<8xf32>, tensor<8xf32>
  %a = attn.layer_norm %x, %gamma, %beta eps 1.0e-5 : tensor<?x8xf32>, tensor<8xf32>, tensor<8xf32>
  // CHECK: attn.rms_norm %{{.*}}, %{{.*}} eps {{.*}} : tensor<?x8xf32>, tensor<8xf32>
  %b = attn.rms_norm %x, %gamma eps 0.0 : tensor<?x8xf32>, tensor<8xf32>
  // CHECK: attn.l2_normalize %{{.*}} eps {{.*}} : tensor<?x8xf32>
  %c = attn.l2_normalize %x eps 1.0e-12 : tensor<?x8xf32>
  return
}

// CHECK-LABEL: @pool
func.func @pool(%x: tensor<?x?x8xf32>, %lengths: tensor<?xi32>) -> tensor<?x8xf32> {
  // CHECK: attn.pool mean %{{.*}} lengths %{{.*}} : tensor<?x?x8xf32>, tensor<?xi32>
  %y = attn.pool mean %x lengths %lengths : tensor<?x?x8xf32>, tensor<?xi32>
  return %y : tensor<?x8xf32>
}
