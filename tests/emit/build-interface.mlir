// DEFINE: %{interface} = attn-build-interface{prefix=toy targets=x86-64-v4,x86-64-v3 cpu-features=31,15
// RUN: attn-opt %s --pass-pipeline='builtin.module(attn-plan-memory,attn-build-entry{prefix=toy target=x86-64-v3},%{interface}})' | FileCheck %s
// RUN: attn-opt %s --pass-pipeline='builtin.module(attn-plan-memory,attn-build-entry{prefix=toy target=x86-64-v3},%{interface} program=1 embed-weights=1})' | FileCheck %s --check-prefix=PROGRAM

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

// CHECK: llvm.mlir.global internal constant @{{.*}}("ids\00")
// Tokens lie in [0, 15]; lengths in [0, S], and S is symbol 1, written -2.
// CHECK-LABEL: llvm.mlir.global internal constant @toy_inputs
// CHECK: llvm.mlir.constant(15 : i64)
// CHECK: llvm.mlir.constant(-2 : i64)
// CHECK-LABEL: llvm.mlir.global internal constant @toy_symbols
// CHECK: llvm.mlir.constant(64 : i64)
// A variant is a name and what its processor must have, in the order given.
// CHECK: llvm.mlir.global internal constant @[[$V4:.*]]("x86-64-v4\00")
// CHECK: llvm.mlir.global internal constant @[[$V3:.*]]("x86-64-v3\00")
// CHECK-LABEL: llvm.mlir.global internal constant @toy_variants
// CHECK: llvm.mlir.addressof @[[$V4]]
// CHECK-NEXT: llvm.mlir.constant(31 : i64)
// CHECK: llvm.mlir.addressof @[[$V3]]
// CHECK-NEXT: llvm.mlir.constant(15 : i64)
// CHECK: llvm.mlir.global external hidden constant @toy_weights_id
// Code that is not here is in another object.
// CHECK: llvm.func hidden @"toy_arena_bytes.x86-64-v4"(!llvm.ptr, i64) -> i64
// CHECK: llvm.func hidden @"toy_main.x86-64-v4"(!llvm.ptr)
// CHECK-NOT: llvm.func hidden @"toy_main.x86-64-v3"
// CHECK-LABEL: llvm.mlir.global internal constant @toy_variant_code
// CHECK: llvm.mlir.addressof @"toy_arena_bytes.x86-64-v4"
// CHECK: llvm.mlir.addressof @"toy_main.x86-64-v4"
// CHECK: llvm.mlir.addressof @"toy_arena_bytes.x86-64-v3"
// CHECK: llvm.mlir.addressof @"toy_main.x86-64-v3"
// CHECK-LABEL: llvm.mlir.global internal constant @toy_code

// The exported functions forward to the runtime.
// CHECK: llvm.func hidden @attn_model_open(!llvm.ptr, !llvm.ptr, !llvm.ptr, !llvm.ptr) -> i32
// CHECK-LABEL: llvm.func @toy_open(
// CHECK: %[[CODE:.*]] = llvm.mlir.addressof @toy_code
// CHECK: llvm.call @attn_model_open(%{{.*}}, %[[CODE]], %{{.*}}, %{{.*}})
// CHECK: llvm.func @toy_close(
// CHECK: llvm.func hidden @attn_model_variant(!llvm.ptr, !llvm.ptr) -> !llvm.ptr
// CHECK: llvm.func @toy_variant(
// CHECK: llvm.func @toy_context_create(
// CHECK: llvm.func @toy_context_destroy(
// CHECK: llvm.func @toy_output_shapes(
// CHECK: llvm.func @toy_run(
// CHECK: llvm.func @toy_last_error(
// CHECK: llvm.func @toy_arena_bytes_planned(
// CHECK: llvm.func @toy_metadata(

// PROGRAM: llvm.mlir.global external hidden constant @toy_weights()
// PROGRAM: llvm.mlir.alias external hidden @attn_program_code
// PROGRAM: llvm.mlir.addressof @toy_code
