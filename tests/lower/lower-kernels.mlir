// Each kernel names code that stands beside the model; equal kernels of equal extents share it.
// RUN: attn-opt %s --attn-fuse --attn-choose-schedules=vector-bits=256 --attn-assign-layouts \
// RUN:   --attn-lower-kernels=isa=avx2 | FileCheck %s

// CHECK-LABEL: func.func @shared
// CHECK-SAME: (%[[X:.*]]: tensor<?x8xf32> {{.*}}, %[[Y:.*]]: tensor<?x8xf32> {{.*}})
func.func @shared(%x: tensor<?x8xf32> {attn.dims = ["N", "C"]}, %y: tensor<?x8xf32> {attn.dims = ["M", "C"]})
    -> (tensor<?x8xf32>, tensor<?x8xf32>, tensor<?x8xf32>, tensor<?x8xf32>) {
  // The region stays: it is what the code means.
  // CHECK: %[[A:.*]] = attn.kernel (%{{.*}} = %[[X]] : {{.*}} code(@[[$FIRST:shared_k[0-9]+]]) {{.*}}{
  // CHECK-NEXT: attn.l2_normalize
  // CHECK: %[[B:.*]] = attn.kernel (%{{.*}} = %[[A]] : {{.*}} code(@[[$FIRST]]) {{.*}}{
  // negative: M rows are not N rows.
  // CHECK: attn.kernel (%{{.*}} = %[[Y]] : {{.*}} code(@[[$OTHER:shared_k[0-9]+]]) {{.*}}{
  // negative: another eps.
  // CHECK: attn.kernel (%{{.*}} = %[[B]] : {{.*}} code(@[[$THIRD:shared_k[0-9]+]]) {{.*}}{
  // CHECK: return
  %a = attn.l2_normalize %x eps 1.0e-6 : tensor<?x8xf32>
  %b = attn.l2_normalize %a eps 1.0e-6 : tensor<?x8xf32>
  %c = attn.l2_normalize %y eps 1.0e-6 : tensor<?x8xf32>
  %d = attn.l2_normalize %b eps 1.0e-5 : tensor<?x8xf32>
  return %a, %b, %c, %d : tensor<?x8xf32>, tensor<?x8xf32>, tensor<?x8xf32>, tensor<?x8xf32>
}

// Code that is already named stays.
// CHECK-LABEL: func.func @negative_named
func.func @negative_named(%x: tensor<?x8xf32>) -> tensor<?x8xf32> {
  // CHECK: code(@mine) {{.*}}{
  %y = attn.kernel (%a = %x : tensor<?x8xf32>) -> tensor<?x8xf32>
      schedule(#attn.schedule<backend = llvm, strategy = rows, lanes = 8, rows = 6, cols = 16>) code(@mine) {
    %r = attn.l2_normalize %a eps 1.0e-6 : tensor<?x8xf32>
    attn.yield %r : tensor<?x8xf32>
  }
  return %y : tensor<?x8xf32>
}

// Not a model: nothing to lower.
// CHECK-LABEL: func.func private @negative_private
func.func private @negative_private(%x: tensor<?x8xf32>) -> tensor<?x8xf32> {
  // CHECK: attn.kernel
  // CHECK-NOT: code(
  // CHECK: return
  %y = attn.kernel (%a = %x : tensor<?x8xf32>) -> tensor<?x8xf32>
      schedule(#attn.schedule<backend = llvm, strategy = rows, lanes = 8, rows = 6, cols = 16>) {
    %r = attn.l2_normalize %a eps 1.0e-6 : tensor<?x8xf32>
    attn.yield %r : tensor<?x8xf32>
  }
  return %y : tensor<?x8xf32>
}

// No code for the other two. The pool, the symbols, scratch, one operand, one result; tasks take a frame, an index and a worker.
// CHECK: func.func private @[[$FIRST]]_rows(%{{.*}}: !llvm.ptr, %{{.*}}: i64, %{{.*}}: i64) attributes {attn.code}
// CHECK: math.sqrt
// CHECK: func.func private @[[$FIRST]](%{{.*}}: !llvm.ptr, %{{.*}}: !llvm.ptr, %{{.*}}: !llvm.ptr, %{{.*}}: !llvm.ptr, %{{.*}}: !llvm.ptr) attributes {attn.code}
// CHECK: call @attn_parallel
// CHECK: func.func private @[[$OTHER]]_rows(
// CHECK: func.func private @[[$OTHER]](
// CHECK: func.func private @[[$THIRD]]_rows(
// CHECK: func.func private @[[$THIRD]](
// CHECK-NOT: func.func
