// RUN: attn-opt %s --attn-fuse-linear | FileCheck %s

// What makes rows of features joins, and so do the splits and the merge around it.
// CHECK-LABEL: @joined
func.func @joined(%q: tensor<?x?x32xf32>, %k: tensor<?x?x32xf32>, %v: tensor<?x?x24xf32>, %w: tensor<16x8xf32>) -> tensor<?x?x24xf32> {
  // CHECK-NEXT: %[[O:.*]] = attn.kernel (%{{.*}} = %arg2 : tensor<?x?x24xf32>, %{{.*}} = %arg3 : {{.*}}) -> tensor<?x?x24xf32> {
  // CHECK: attn.split_heads
  // CHECK: attn.pointwise
  // CHECK: attn.features
  // CHECK: attn.random_features
  // CHECK: attn.linear_attention
  // CHECK: attn.merge_heads
  // CHECK: }
  // CHECK-NEXT: return %[[O]]
  %qh = attn.split_heads %q into 4 : tensor<?x?x32xf32>
  %kh = attn.split_heads %k into 4 : tensor<?x?x32xf32>
  %vh = attn.split_heads %v into 4 : tensor<?x?x24xf32>
  %a = attn.pointwise %qh : tensor<?x4x?x8xf32> {
  ^bb0(%x: f32):
    %r = math.absf %x : f32
    attn.yield %r : f32
  }
  %f = attn.features %a terms 2 : tensor<?x4x?x8xf32> {
  ^bb0(%x: f32, %b: index, %h: index, %n: index, %d: index):
    attn.yield %x, %x : f32, f32
  }
  %g = attn.random_features %kh, %w of head eps 0.0 : tensor<?x4x?x8xf32>, tensor<16x8xf32>
  %o, %s, %z = attn.linear_attention %f, %g, %vh : tensor<?x4x?x16xf32>, tensor<?x4x?x16xf32>, tensor<?x4x?x6xf32>
  %m = attn.merge_heads %o : tensor<?x4x?x6xf32>
  return %m : tensor<?x?x24xf32>
}

// Rows that are values too, that a formula captures or that others read are made before.
// CHECK-LABEL: @apart
func.func @apart(%q: tensor<?x4x?x8xf32>, %k: tensor<?x4x?x8xf32>) -> (tensor<?x4x?x8xf32>, tensor<?x4x?x8xf32>) {
  // CHECK: %[[A:.*]] = attn.pointwise %arg0
  // CHECK: %[[B:.*]] = attn.pointwise %arg1
  // CHECK: %[[F:.*]] = attn.features %arg0
  // CHECK: attn.kernel (%{{.*}} = %arg0 : {{.*}}, %{{.*}} = %[[A]] : {{.*}}, %{{.*}} = %[[B]] : {{.*}}) ->
  // CHECK: attn.features
  // CHECK: attn.linear_attention
  %a = attn.pointwise %q : tensor<?x4x?x8xf32> {
  ^bb0(%x: f32):
    %r = math.absf %x : f32
    attn.yield %r : f32
  }
  %c = attn.pointwise %k : tensor<?x4x?x8xf32> {
  ^bb0(%x: f32):
    %r = math.absf %x : f32
    attn.yield %r : f32
  }
  %read = attn.features %q : tensor<?x4x?x8xf32> {
  ^bb0(%x: f32, %b: index, %h: index, %n: index, %d: index):
    attn.yield %x : f32
  }
  %f = attn.features %q captures(%a) : tensor<?x4x?x8xf32>, tensor<?x4x?x8xf32> {
  ^bb0(%x: f32, %b: index, %h: index, %n: index, %d: index, %t: tensor<?x4x?x8xf32>):
    %y = tensor.extract %t[%b, %h, %n, %d] : tensor<?x4x?x8xf32>
    %r = arith.mulf %x, %y : f32
    attn.yield %r : f32
  }
  %o, %s, %z = attn.linear_attention %f, %c, %c : tensor<?x4x?x8xf32>, tensor<?x4x?x8xf32>, tensor<?x4x?x8xf32>
  return %o, %read : tensor<?x4x?x8xf32>, tensor<?x4x?x8xf32>
}
