// RUN: attn-opt %s --pass-pipeline='builtin.module(attn-plan-memory,attn-build-entry{prefix=toy target=znver3})' | FileCheck %s

// The model's meaning stays; beside it stand the functions of one processor's code.
// CHECK-LABEL: func.func @model
func.func @model(%ids: tensor<?x?xi32> {attn.name = "ids", attn.dims = ["B", "S"]},
                 %lengths: tensor<?xi32> {attn.name = "lengths", attn.dims = ["B"]})
    -> (tensor<?x8xf32> {attn.name = "embedding"}, tensor<16x8xf32> {attn.name = "table"})
    attributes {attn.bounds = {S = array<i64: 1, 64>}} {
  %w = attn.weight "table" : tensor<16x8xf32>
  %x = attn.kernel (%t = %w : tensor<16x8xf32>, %i = %ids : tensor<?x?xi32>) -> tensor<?x?x8xf32> code(@lookup)
      attributes {scratch = affine_map<()[s0, s1] -> (s1 * 4)>} {
    %r = attn.embed %t, %i : tensor<16x8xf32>, tensor<?x?xi32>
    attn.yield %r : tensor<?x?x8xf32>
  }
  %y = attn.kernel (%a = %x : tensor<?x?x8xf32>, %n = %lengths : tensor<?xi32>) -> tensor<?x8xf32> code(@pool) {
    %r = attn.pool mean %a lengths %n : tensor<?x?x8xf32>, tensor<?xi32>
    attn.yield %r : tensor<?x8xf32>
  }
  return %y, %w : tensor<?x8xf32>, tensor<16x8xf32>
}
func.func private @lookup(!llvm.ptr, !llvm.ptr, !llvm.ptr, !llvm.ptr, !llvm.ptr, !llvm.ptr)
func.func private @pool(!llvm.ptr, !llvm.ptr, !llvm.ptr, !llvm.ptr, !llvm.ptr, !llvm.ptr)

// Sizes never wrap: products that overflow become the largest number, sums saturate.
// CHECK-LABEL: llvm.func hidden @toy_memory.model.znver3(%{{.*}}: !llvm.ptr) -> i64
// CHECK: "llvm.intr.umul.with.overflow"
// CHECK: llvm.select
// CHECK: llvm.return %{{.*}} : i64

// CHECK-LABEL: llvm.func hidden @toy_scratch.model.znver3(%{{.*}}: !llvm.ptr) -> i64
// CHECK: llvm.return %{{.*}} : i64

// What the kernels do, in the order of the program, with the places of their operands.
// CHECK-LABEL: llvm.func hidden @toy_body.model.znver3(
// CHECK-SAME: !llvm.ptr, %{{.*}}: !llvm.ptr, %{{.*}}: !llvm.ptr, %{{.*}}: !llvm.ptr, %{{.*}}: !llvm.ptr, %{{.*}}: !llvm.ptr)
// CHECK: call @lookup
// CHECK: call @pool
// A returned weight is copied: 16 x 8 x 4 bytes.
// CHECK: "llvm.intr.memmove"
// CHECK: llvm.return

// The arena: what the functions need, and scratch for each worker.
// CHECK-LABEL: llvm.func hidden @toy_arena_bytes.znver3(%{{.*}}: !llvm.ptr, %{{.*}}: i64) -> i64
// CHECK: %[[MEMORY:.*]] = llvm.call @toy_memory.model.znver3
// CHECK: %[[SCRATCH:.*]] = llvm.call @toy_scratch.model.znver3
// CHECK: llvm.intr.uadd.sat(%[[MEMORY]],
// CHECK: llvm.return %{{.*}} : i64

// CHECK-LABEL: llvm.func hidden @toy_main.znver3(%{{.*}}: !llvm.ptr)
// CHECK: llvm.call @toy_memory.model.znver3
// CHECK: llvm.call @toy_body.model.znver3
// CHECK: llvm.return
