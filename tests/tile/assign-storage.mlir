// Who reads and writes ports of bf16: kernels that can, and copies for those that can not.
// RUN: attn-opt %s --attn-fuse --attn-choose-schedules=vector-bits=256 --attn-assign-layouts \
// RUN:   --attn-assign-storage=vector-bits=256 --verify-roundtrip | FileCheck %s
// RUN: attn-opt %s --attn-fuse --attn-choose-schedules="vector-bits=256 backend=halide" --attn-assign-layouts \
// RUN:   --attn-assign-storage=vector-bits=256 | FileCheck %s --check-prefix=HALIDE

// A kernel of rows reads and writes itself.
// CHECK-LABEL: func.func @rows
// CHECK-SAME: (%[[X:.*]]: tensor<?x4xf32, #attn.layout<rows, storage = bf16>> {attn.storage = "bf16"}) -> (tensor<?x4xf32, #attn.layout<rows, storage = bf16>> {attn.storage = "bf16"})
func.func @rows(%x: tensor<?x4xf32> {attn.storage = "bf16"}) -> (tensor<?x4xf32> {attn.storage = "bf16"}) {
  // CHECK: %[[Y:.*]] = attn.kernel ({{.*}} = %[[X]] : tensor<?x4xf32, #attn.layout<rows, storage = bf16>>) -> tensor<?x4xf32, #attn.layout<rows, storage = bf16>> schedule
  // CHECK-NEXT: attn.l2_normalize %{{.*}} : tensor<?x4xf32, #attn.layout<rows, storage = bf16>>
  // CHECK-NOT: attn.kernel
  // CHECK: return %[[Y]]
  %y = attn.l2_normalize %x eps 1.0e-6 : tensor<?x4xf32>
  return %y : tensor<?x4xf32>
}

// Keys and values are widened where they become panels, queries by a copy.
// CHECK-LABEL: func.func @attention
// CHECK-SAME: (%[[Q:.*]]: tensor<{{.*}}, %[[K:.*]]: tensor<{{.*}}, %[[V:.*]]: tensor<
// CHECK: attn.kernel ({{.*}} = %[[Q]] : {{.*}}storage = bf16>>) -> tensor<{{.*}}strategy = rows
// CHECK-NOT: strategy = rows
// CHECK: attn.kernel ({{.*}}= %[[K]] : {{.*}}storage = bf16>>, {{.*}}= %[[V]] : {{.*}}strategy = stream
// HALIDE-LABEL: func.func @attention
// HALIDE-COUNT-3: backend = llvm, strategy = rows
// HALIDE: attn.kernel ({{.*}} -> tensor<?x2x?x4xf32> schedule(#attn.schedule<backend = halide
// HALIDE: attn.kernel ({{.*}} -> tensor<?x2x?x4xf32, #attn.layout<rows, storage = bf16>> schedule(#attn.schedule<backend = llvm, strategy = rows
func.func @attention(%q: tensor<?x2x?x4xf32> {attn.storage = "bf16", attn.dims = ["B", "H", "N", "D"]},
                     %k: tensor<?x2x?x4xf32> {attn.storage = "bf16", attn.dims = ["B", "H", "M", "D"]},
                     %v: tensor<?x2x?x4xf32> {attn.storage = "bf16", attn.dims = ["B", "H", "M", "D"]})
    -> (tensor<?x2x?x4xf32> {attn.storage = "bf16"}) {
  %s = attn.score dot %q, %k scale 0.5 : tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>
  %p = attn.normalize softmax %s : tensor<?x2x?x?xf32>
  %o = attn.combine %p, %v : tensor<?x2x?x?xf32>, tensor<?x2x?x4xf32>
  return %o : tensor<?x2x?x4xf32>
}

// A value that others read stays f32; only the result is rounded.
// CHECK-LABEL: func.func @read_twice
func.func @read_twice(%x: tensor<?x4xf32>) -> (tensor<?x4xf32> {attn.storage = "bf16"}, tensor<?x4xf32>) {
  // CHECK: %[[Y:.*]] = attn.kernel {{.*}} -> tensor<?x4xf32> schedule
  // CHECK: %[[R:.*]] = attn.kernel ({{.*}} = %[[Y]] : tensor<?x4xf32>) -> tensor<?x4xf32, #attn.layout<rows, storage = bf16>>
  // CHECK: return %[[R]], %[[Y]]
  %y = attn.l2_normalize %x eps 1.0e-6 : tensor<?x4xf32>
  return %y, %y : tensor<?x4xf32>, tensor<?x4xf32>
}

// A row is normalised in the memory of its result: that is f32.
// CHECK-LABEL: func.func @norm_of_linear
func.func @norm_of_linear(%x: tensor<?x4xf32> {attn.storage = "bf16"}) -> (tensor<?x4xf32> {attn.storage = "bf16"}) {
  // CHECK: attn.kernel ({{.*}} : tensor<?x4xf32, #attn.layout<rows, storage = bf16>>, {{.*}}) -> tensor<?x4xf32> schedule({{.*}}strategy = dense
  // CHECK: attn.kernel ({{.*}} : tensor<?x4xf32>) -> tensor<?x4xf32, #attn.layout<rows, storage = bf16>>
  %w = attn.weight "w" : tensor<4x4xf32>
  %y = attn.linear %x, %w : tensor<?x4xf32>, tensor<4x4xf32>
  %u = attn.l2_normalize %y eps 1.0e-6 : tensor<?x4xf32>
  return %u : tensor<?x4xf32>
}

// An argument that leaves as it came is no one's work; as f32 it is copied.
// CHECK-LABEL: func.func @arguments
// CHECK-SAME: (%[[X:.*]]: tensor<4xf32, #attn.layout<rows, storage = bf16>> {attn.storage = "bf16"})
func.func @arguments(%x: tensor<4xf32> {attn.storage = "bf16"}) -> (tensor<4xf32> {attn.storage = "bf16"}, tensor<4xf32>) {
  // CHECK: %[[WIDE:.*]] = attn.kernel ({{.*}} = %[[X]] : {{.*}}) -> tensor<4xf32> schedule
  // CHECK: return %[[X]], %[[WIDE]] :
  return %x, %x : tensor<4xf32>, tensor<4xf32>
}

// A norm needs its row in f32 in memory: a long one has it in a result of its own.
// CHECK-LABEL: func.func @long_row
func.func @long_row(%x: tensor<?x20000xf32>) -> (tensor<?x20000xf32> {attn.storage = "bf16"}) {
  // CHECK: attn.kernel {{.*}} -> tensor<?x20000xf32> schedule
  // CHECK: attn.kernel {{.*}} -> tensor<?x20000xf32, #attn.layout<rows, storage = bf16>>
  %y = attn.l2_normalize %x eps 1.0e-6 : tensor<?x20000xf32>
  return %y : tensor<?x20000xf32>
}

// CHECK-LABEL: func.func @negative_f32
// CHECK-NOT: storage
// CHECK: return
func.func @negative_f32(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %y = attn.l2_normalize %x eps 1.0e-6 : tensor<?x4xf32>
  return %y : tensor<?x4xf32>
}

// f64 stored in f32: the same, but for what a copy or a kernel of rows converts.
// CHECK-LABEL: func.func @f32_of_f64
// CHECK-SAME: (%[[X:.*]]: tensor<?x4xf64, #attn.layout<rows, storage = f32>> {attn.storage = "f32"}) -> (tensor<?x4xf64, #attn.layout<rows, storage = f32>> {attn.storage = "f32"})
func.func @f32_of_f64(%x: tensor<?x4xf64> {attn.storage = "f32"}) -> (tensor<?x4xf64> {attn.storage = "f32"}) {
  // CHECK: attn.kernel ({{.*}} = %[[X]] : tensor<?x4xf64, #attn.layout<rows, storage = f32>>, {{.*}}) -> tensor<?x4xf64> schedule(#attn.schedule<backend = llvm, strategy = dense, lanes = 4
  // CHECK: attn.kernel ({{.*}} : tensor<?x4xf64>) -> tensor<?x4xf64, #attn.layout<rows, storage = f32>> schedule(#attn.schedule<backend = llvm, strategy = rows, lanes = 4
  %w = attn.weight "w" : tensor<4x4xf64>
  %y = attn.linear %x, %w : tensor<?x4xf64>, tensor<4x4xf64>
  %z = attn.l2_normalize %y eps 1.0e-6 : tensor<?x4xf64>
  return %z : tensor<?x4xf64>
}
