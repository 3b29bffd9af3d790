// Text forms of features, random_features, linear_attention.
// RUN: attn-opt %s --verify-roundtrip | FileCheck %s

// CHECK-LABEL: @features
func.func @features(%x: tensor<?x2x?x6xf32>, %t: tensor<2x?xf32>) -> tensor<?x2x?x12xf32> {
  // CHECK: attn.features %{{.*}} terms 2 captures(%{{.*}}) : tensor<?x2x?x6xf32>, tensor<2x?xf32> {
  // CHECK: tensor.dim
  // CHECK: attn.yield %{{.*}}, %{{.*}} : f32, f32
  %y = attn.features %x terms 2 captures(%t) : tensor<?x2x?x6xf32>, tensor<2x?xf32> {
  ^bb0(%a: f32, %b: index, %h: index, %n: index, %d: index, %table: tensor<2x?xf32>):
    %one = arith.constant 1 : index
    %m = tensor.dim %table, %one : tensor<2x?xf32>
    %i = arith.index_cast %m : index to i32
    %s = arith.sitofp %i : i32 to f32
    %r = arith.mulf %a, %s : f32
    attn.yield %a, %r : f32, f32
  }
  return %y : tensor<?x2x?x12xf32>
}

// CHECK-LABEL: @random_features
func.func @random_features(%x: tensor<?x2x?x6xf32>, %w: tensor<8x6xf32>, %n: tensor<?xi32>) {
  // CHECK: attn.random_features %{{.*}}, %{{.*}} of row eps 1.000000e-04 : tensor<?x2x?x6xf32>, tensor<8x6xf32>
  %a = attn.random_features %x, %w of row eps 1.0e-4 : tensor<?x2x?x6xf32>, tensor<8x6xf32>
  // CHECK: attn.random_features %{{.*}}, %{{.*}} of head lengths %{{.*}} eps 0.000000e+00 : tensor<?x2x?x6xf32>, tensor<8x6xf32>, tensor<?xi32>
  %b = attn.random_features %x, %w of head lengths %n eps 0.0 : tensor<?x2x?x6xf32>, tensor<8x6xf32>, tensor<?xi32>
  return
}

// CHECK-LABEL: @linear_attention
func.func @linear_attention(%q: tensor<?x4x?x6xf32>, %k: tensor<?x2x?x6xf32>, %v: tensor<?x2x?x5xf32>, %n: tensor<?xi32>,
                            %g: tensor<?x2x?x6xf32>, %r: tensor<?x2x?xf32>, %s0: tensor<?x2x6x5xf32>, %z0: tensor<?x2x6xf32>)
    -> (tensor<?x4x?x5xf32>, tensor<?x2x6x5xf32>, tensor<?x2x6xf32>) {
  // CHECK: attn.linear_attention %{{.*}}, %{{.*}}, %{{.*}} : tensor<?x4x?x6xf32>, tensor<?x2x?x6xf32>, tensor<?x2x?x5xf32>
  %a, %b, %c = attn.linear_attention %q, %k, %v : tensor<?x4x?x6xf32>, tensor<?x2x?x6xf32>, tensor<?x2x?x5xf32>
  // CHECK: attn.linear_attention %{{.*}}, %{{.*}}, %{{.*}} causal bottom_right lengths %{{.*}} from %{{.*}}, %{{.*}} divided clamp eps 9.{{.*}}E-7 :
  %d, %e, %f = attn.linear_attention %q, %k, %v causal bottom_right lengths %n from %s0, %z0 divided clamp eps 1.0e-6
      : tensor<?x4x?x6xf32>, tensor<?x2x?x6xf32>, tensor<?x2x?x5xf32>, tensor<?xi32>, tensor<?x2x6x5xf32>, tensor<?x2x6xf32>
  // CHECK: causal top_left update gated_delta decay %{{.*}} rate %{{.*}} from %{{.*}} :
  %h, %i, %j = attn.linear_attention %q, %k, %v causal top_left update gated_delta decay %g rate %r from %s0
      : tensor<?x4x?x6xf32>, tensor<?x2x?x6xf32>, tensor<?x2x?x5xf32>, tensor<?x2x?x6xf32>, tensor<?x2x?xf32>, tensor<?x2x6x5xf32>
  return %d, %e, %f : tensor<?x4x?x5xf32>, tensor<?x2x6x5xf32>, tensor<?x2x6xf32>
}
