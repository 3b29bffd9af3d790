// States of the function are pairs of ports; caches are where rows are appended at places that a state says.
// RUN: attn-opt %s --pass-pipeline='builtin.module(attn-build-interface{prefix=toy targets=x86-64 cpu-features=0})' | FileCheck %s

func.func @model(%rows: tensor<?x2x?x8xf32> {attn.name = "rows", attn.dims = ["B", "H", "N", "D"]},
                 %at: tensor<?xi32> {attn.name = "at", attn.dims = ["B"]},
                 %keys: tensor<?x2x?x8xf32> {attn.name = "keys", attn.dims = ["B", "H", "S", "D"], attn.state = "keys"},
                 %values: tensor<?x2x?x8xf32> {attn.name = "values", attn.dims = ["B", "H", "S", "D"], attn.state = "values"},
                 %n: tensor<?xi32> {attn.name = "n", attn.dims = ["B"], attn.state = "length"})
    -> (tensor<?x2x?x8xf32> {attn.name = "other"}, tensor<?xi32> {attn.name = "m", attn.state = "length"},
        tensor<?x2x?x8xf32> {attn.name = "k", attn.state = "keys"}, tensor<?x2x?x8xf32> {attn.name = "v", attn.state = "values"})
    attributes {attn.slots = [], attn.scratch = [], attn.in_place = array<i1: false, false, true, true>} {
  %y:3 = attn.kernel (%r = %rows : tensor<?x2x?x8xf32>, %a = %at : tensor<?xi32>, %k = %keys : tensor<?x2x?x8xf32>,
                      %v = %values : tensor<?x2x?x8xf32>, %i = %n : tensor<?xi32>)
      -> (tensor<?x2x?x8xf32>, tensor<?x2x?x8xf32>, tensor<?x2x?x8xf32>) code(@code) attributes {attn.slots = array<i64: -1, -1, -1>} {
    %1 = attn.cache_append %k, %r at %i : tensor<?x2x?x8xf32>, tensor<?x2x?x8xf32>, tensor<?xi32>
    %2 = attn.cache_append %v, %r at %i : tensor<?x2x?x8xf32>, tensor<?x2x?x8xf32>, tensor<?xi32>
    %3 = attn.cache_append %v, %r at %a : tensor<?x2x?x8xf32>, tensor<?x2x?x8xf32>, tensor<?xi32>
    attn.yield %1, %2, %3 : tensor<?x2x?x8xf32>, tensor<?x2x?x8xf32>, tensor<?x2x?x8xf32>
  }
  return %y#2, %n, %y#0, %y#1 : tensor<?x2x?x8xf32>, tensor<?xi32>, tensor<?x2x?x8xf32>, tensor<?x2x?x8xf32>
}
func.func private @code(!llvm.ptr, !llvm.ptr, !llvm.ptr, !llvm.ptr, !llvm.ptr, !llvm.ptr, !llvm.ptr, !llvm.ptr, !llvm.ptr, !llvm.ptr, !llvm.ptr)

// Symbols are B, N and S: an extent of S is -3. Ports 1 and 4 lie in [0, S].
// CHECK-LABEL: llvm.mlir.global internal constant @toy_inputs
// CHECK-COUNT-2: llvm.mlir.constant(-3 : i64) : i64
// Keys are input 2 and output 2, values 3 and 3, which may stay where they are, lengths 4 and 1.
// CHECK-LABEL: llvm.mlir.global internal constant @toy_states
// CHECK-SAME: !llvm.array<3 x struct<(i32, i32, i32, i32)>>
// CHECK: llvm.mlir.constant(2 : i32)
// CHECK-NEXT: llvm.mlir.constant(2 : i32)
// CHECK-NEXT: llvm.mlir.constant(1 : i32)
// CHECK: llvm.mlir.constant(4 : i32)
// CHECK-NEXT: llvm.mlir.constant(1 : i32)
// CHECK-NEXT: llvm.mlir.constant(0 : i32)
// Both caches are one: lengths in input 4, a capacity of S, N more.
// CHECK-LABEL: llvm.mlir.global internal constant @toy_caches
// CHECK-SAME: !llvm.array<1 x struct<(i32, i32, i64, i64)>>
// CHECK: llvm.mlir.constant(4 : i32)
// CHECK: llvm.mlir.constant(-3 : i64)
// CHECK-NEXT: llvm.mlir.constant(-2 : i64)
// CHECK: llvm.call @attn_context_step(
// CHECK: llvm.call @attn_context_reset(
// CHECK: llvm.call @attn_context_state(
// CHECK: llvm.call @attn_context_cache_length(
// CHECK: llvm.call @attn_context_truncate(
// CHECK: llvm.call @attn_context_generate(
