// Weights of dense kernels become panels; so do keys and values of score maps, in their producer when nobody else reads
// them, else for strips by a copy.
// RUN: attn-opt %s --attn-fuse --attn-choose-schedules=vector-bits=256 --attn-assign-layouts | FileCheck %s
// RUN: attn-opt %s --attn-fuse --attn-choose-schedules="vector-bits=256 backend=halide" --attn-assign-layouts | FileCheck %s --check-prefix=HALIDE
// RUN: attn-opt %s --attn-fuse --attn-choose-schedules="vector-bits=512 precision=bf16" --attn-assign-layouts | FileCheck %s --check-prefix=BF16
// RUN: attn-opt %s --attn-fuse --attn-choose-schedules="vector-bits=128 precision=int8" --attn-assign-layouts | FileCheck %s --check-prefix=INT8
// Weights of linears are stored as they are multiplied, in panels as wide for every processor; nothing else is.
// BF16: attn.weight "w" : tensor<8x4xf32, #attn.layout<weight_panels, width = 16, storage = bf16>>
// BF16: attn.weight "b" : tensor<8xf32>{{$}}
// BF16-NOT: {{(key|value)_panels.*storage}}
// INT8: attn.weight "w" : tensor<8x4xf32, #attn.layout<weight_panels, width = 16, storage = int8>>
// INT8: attn.weight "b" : tensor<8xf32>{{$}}
// INT8-NOT: {{(key|value)_panels.*storage}}
// What Halide computes reads values in rows.
// HALIDE: backend = halide
// HALIDE-NOT: value_panels

// CHECK-LABEL: func.func @weight
func.func @weight(%x: tensor<?x4xf32>) -> tensor<?x8xf32> {
  // CHECK: %[[W:.*]] = attn.weight "w" : tensor<8x4xf32, #attn.layout<weight_panels, width = 16>>
  // CHECK: %[[B:.*]] = attn.weight "b" : tensor<8xf32>{{$}}
  // CHECK: attn.kernel ({{.*}}, %{{.*}} = %[[W]] : tensor<8x4xf32, #attn.layout<weight_panels, width = 16>>, %{{.*}} = %[[B]] : tensor<8xf32>)
  // CHECK-NEXT: attn.linear {{.*}} : tensor<?x4xf32>, tensor<8x4xf32, #attn.layout<weight_panels, width = 16>>, tensor<8xf32>
  %w = attn.weight "w" : tensor<8x4xf32>
  %b = attn.weight "b" : tensor<8xf32>
  %y = attn.linear %x, %w, %b : tensor<?x4xf32>, tensor<8x4xf32>, tensor<8xf32>
  return %y : tensor<?x8xf32>
}

// The weight is also a result: that stays in rows.
// CHECK-LABEL: func.func @negative_returned_weight
func.func @negative_returned_weight(%x: tensor<?x4xf32>) -> (tensor<?x4xf32>, tensor<4x4xf32>) {
  // CHECK-DAG: %[[PACKED:.*]] = attn.weight "w" : tensor<4x4xf32, #attn.layout<weight_panels, width = 16>>
  // CHECK-DAG: %[[W:.*]] = attn.weight "w" : tensor<4x4xf32>{{$}}
  // CHECK: attn.kernel ({{.*}}, %{{.*}} = %[[PACKED]] :
  // CHECK: return %{{.*}}, %[[W]]
  %w = attn.weight "w" : tensor<4x4xf32>
  %y = attn.linear %x, %w : tensor<?x4xf32>, tensor<4x4xf32>
  return %y, %w : tensor<?x4xf32>, tensor<4x4xf32>
}

// The linear writes its rows as panels of 2 heads.
// CHECK-LABEL: func.func @key_of_linear
func.func @key_of_linear(%x: tensor<?x?x8xf32> {attn.dims = ["B", "N", "C"]}) -> tensor<?x?x8xf32> {
  // CHECK: %[[K:.*]] = attn.kernel {{.*}} -> tensor<?x?x8xf32, #attn.layout<key_panels, width = 16, heads = 2>> schedule
  // CHECK: attn.linear
  // CHECK-NEXT: attn.yield %{{.*}} : tensor<?x?x8xf32>
  // CHECK: attn.kernel ({{.*}} = %[[K]] : tensor<?x?x8xf32, #attn.layout<key_panels, width = 16, heads = 2>>{{.*}} : tensor<?x?x8xf32>)
  // CHECK-SAME: strategy = stream
  // CHECK: attn.split_heads %{{.*}} into 2 : tensor<?x?x8xf32, #attn.layout<key_panels, width = 16, heads = 2>>
  %w = attn.weight "w" : tensor<8x8xf32>
  %kp = attn.linear %x, %w : tensor<?x?x8xf32>, tensor<8x8xf32>
  %k = attn.split_heads %kp into 2 : tensor<?x?x8xf32>
  %q = attn.split_heads %x into 2 : tensor<?x?x8xf32>
  %s = attn.score dot %q, %k : tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>
  %p = attn.normalize softmax %s : tensor<?x2x?x?xf32>
  %o = attn.combine %p, %q : tensor<?x2x?x?xf32>, tensor<?x2x?x4xf32>
  %m = attn.merge_heads %o : tensor<?x2x?x4xf32>
  return %m : tensor<?x?x8xf32>
}

// The linear writes its rows as panels of values.
// CHECK-LABEL: func.func @value_of_linear
func.func @value_of_linear(%x: tensor<?x?x8xf32> {attn.dims = ["B", "N", "C"]}, %q: tensor<?x2x?x4xf32> {attn.dims = ["B", "H", "N", "D"]}) -> tensor<?x2x?x4xf32> {
  // CHECK: %[[V:.*]] = attn.kernel {{.*}} -> tensor<?x?x8xf32, #attn.layout<value_panels, width = 8, heads = 2>> schedule({{.*}}strategy = dense
  // CHECK: attn.kernel ({{.*}} = %[[V]] : tensor<?x?x8xf32, #attn.layout<value_panels, width = 8, heads = 2>>
  // CHECK: attn.combine %{{.*}}, %{{.*}} : tensor<?x2x?x?xf32>, tensor<?x2x?x4xf32>
  %w = attn.weight "w" : tensor<8x8xf32>
  %vp = attn.linear %x, %w : tensor<?x?x8xf32>, tensor<8x8xf32>
  %v = attn.split_heads %vp into 2 : tensor<?x?x8xf32>
  %s = attn.score dot %q, %q : tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>
  %p = attn.normalize softmax %s : tensor<?x2x?x?xf32>
  %o = attn.combine %p, %v : tensor<?x2x?x?xf32>, tensor<?x2x?x4xf32>
  return %o : tensor<?x2x?x4xf32>
}

// An argument comes in rows and is query, key and value: each panel is a copy, the query stays.
// CHECK-LABEL: func.func @negative_argument
// CHECK-SAME: (%[[X:.*]]: tensor<?x2x?x4xf32>
func.func @negative_argument(%x: tensor<?x2x?x4xf32> {attn.dims = ["B", "H", "N", "D"]}) -> (tensor<?x2x?x4xf32>, tensor<?x2x?x?xf32>) {
  // CHECK-NEXT: %[[KEYS:.*]] = attn.kernel (%[[A:.*]] = %[[X]] : tensor<?x2x?x4xf32>) -> tensor<?x2x?x4xf32, #attn.layout<key_panels, width = 16>> schedule({{.*}}strategy = rows,
  // CHECK-NEXT: attn.yield %[[A]]
  // CHECK: %[[VALUES:.*]] = attn.kernel (%{{.*}} = %[[X]] : tensor<?x2x?x4xf32>) -> tensor<?x2x?x4xf32, #attn.layout<value_panels, width = 8>> schedule({{.*}}strategy = rows,
  // CHECK: attn.kernel (%[[B:.*]] = %[[X]] : tensor<?x2x?x4xf32>, %[[C:.*]] = %[[KEYS]] : {{.*}}, %[[D:.*]] = %[[VALUES]] :
  // CHECK-NEXT: attn.score dot %[[B]], %[[C]]
  // CHECK: attn.combine %{{.*}}, %[[D]]
  %s = attn.score dot %x, %x : tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>
  %p = attn.normalize softmax %s : tensor<?x2x?x?xf32>
  %o = attn.combine %p, %x : tensor<?x2x?x?xf32>, tensor<?x2x?x4xf32>
  return %o, %s : tensor<?x2x?x4xf32>, tensor<?x2x?x?xf32>
}

// Rows that are normalised at the end are not written tile by tile.
// CHECK-LABEL: func.func @negative_normalised_key
func.func @negative_normalised_key(%x: tensor<?x?x8xf32> {attn.dims = ["B", "N", "C"]}) -> (tensor<?x?x8xf32>, tensor<?x2x?x?xf32>) {
  // CHECK: %[[K:.*]] = attn.kernel {{.*}} -> tensor<?x?x8xf32> schedule({{.*}}strategy = dense
  // CHECK: attn.l2_normalize
  // CHECK: attn.kernel (%{{.*}} = %[[K]] : tensor<?x?x8xf32>) -> tensor<?x?x8xf32, #attn.layout<key_panels, width = 16, heads = 2>>
  %w = attn.weight "w" : tensor<8x8xf32>
  %l = attn.linear %x, %w : tensor<?x?x8xf32>, tensor<8x8xf32>
  %n = attn.l2_normalize %l eps 1.0e-6 : tensor<?x?x8xf32>
  %k = attn.split_heads %n into 2 : tensor<?x?x8xf32>
  %q = attn.split_heads %x into 2 : tensor<?x?x8xf32>
  %s = attn.score dot %q, %k : tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>
  %p = attn.normalize softmax %s : tensor<?x2x?x?xf32>
  %o = attn.combine %p, %q : tensor<?x2x?x?xf32>, tensor<?x2x?x4xf32>
  %m = attn.merge_heads %o : tensor<?x2x?x4xf32>
  return %m, %s : tensor<?x?x8xf32>, tensor<?x2x?x?xf32>
}

// A linear of each head makes rows of one head.
// CHECK-LABEL: func.func @negative_linear_of_heads
func.func @negative_linear_of_heads(%x: tensor<?x2x?x8xf32> {attn.dims = ["B", "H", "N", "C"]}) -> (tensor<?x2x?x8xf32>, tensor<?x2x?x?xf32>) {
  // CHECK: %[[K:.*]] = attn.kernel {{.*}} -> tensor<?x2x?x8xf32> schedule({{.*}}strategy = dense
  // CHECK: attn.kernel (%{{.*}} = %[[K]] : tensor<?x2x?x8xf32>) -> tensor<?x2x?x8xf32, #attn.layout<key_panels, width = 16>>
  %w = attn.weight "w" : tensor<8x8xf32>
  %k = attn.linear %x, %w : tensor<?x2x?x8xf32>, tensor<8x8xf32>
  %s = attn.score dot %x, %k : tensor<?x2x?x8xf32>, tensor<?x2x?x8xf32>
  %p = attn.normalize softmax %s : tensor<?x2x?x?xf32>
  %o = attn.combine %p, %x : tensor<?x2x?x?xf32>, tensor<?x2x?x8xf32>
  return %o, %s : tensor<?x2x?x8xf32>, tensor<?x2x?x?xf32>
}

// A relative score takes the number of keys from them, nothing else.
// CHECK-LABEL: func.func @key_of_relative_score
func.func @key_of_relative_score(%x: tensor<?x?x8xf32> {attn.dims = ["B", "N", "C"]}, %t: tensor<7x4xf32>) -> tensor<?x?x8xf32> {
  // CHECK: %[[K:.*]] = attn.kernel {{.*}} -> tensor<?x?x8xf32, #attn.layout<key_panels, width = 16, heads = 2>> schedule
  // CHECK: attn.linear
  // CHECK: attn.kernel {{.*}} #attn.layout<value_panels, width = 8, heads = 2>>
  // CHECK: attn.kernel ({{.*}} = %[[K]] : tensor<?x?x8xf32, #attn.layout<key_panels, width = 16, heads = 2>>
  // CHECK-NOT: attn.kernel
  // CHECK: attn.relative_score
  %w = attn.weight "w" : tensor<8x8xf32>
  %kp = attn.linear %x, %w : tensor<?x?x8xf32>, tensor<8x8xf32>
  %k = attn.split_heads %kp into 2 : tensor<?x?x8xf32>
  %q = attn.split_heads %x into 2 : tensor<?x?x8xf32>
  %s = attn.score dot %q, %k : tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>
  %r = attn.relative_score %q, %t like %k aligned top_left : tensor<?x2x?x4xf32>, tensor<7x4xf32>, tensor<?x2x?x4xf32>
  %u = attn.pointwise %s, %r : tensor<?x2x?x?xf32>, tensor<?x2x?x?xf32> {
  ^bb0(%a: f32, %b: f32):
    %y = arith.addf %a, %b : f32
    attn.yield %y : f32
  }
  %p = attn.normalize softmax %u : tensor<?x2x?x?xf32>
  %o = attn.combine %p, %q : tensor<?x2x?x?xf32>, tensor<?x2x?x4xf32>
  %m = attn.merge_heads %o : tensor<?x2x?x4xf32>
  return %m : tensor<?x?x8xf32>
}

// CHECK-LABEL: func.func @negative_rows
func.func @negative_rows(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  // CHECK-NOT: #attn.layout
  // CHECK: return
  %g = attn.weight "g" : tensor<4xf32>
  %y = attn.rms_norm %x, %g eps 1.0e-6 : tensor<?x4xf32>, tensor<4xf32>
  return %y : tensor<?x4xf32>
}
