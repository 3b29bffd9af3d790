// What a loop's function does with its arguments and needs of its dimensions is checked at the entry of the model.
// RUN: attn-opt %s --pass-pipeline='builtin.module(attn-plan-memory,attn-build-interface{prefix=toy targets=x86-64-v3 cpu-features=15})' | FileCheck %s

// Tokens lie in [0, 15], also those of a later step; lengths in [0, N], where N is symbol 2, written -3, and at most the
// 7 rows of a table that the inner function reads by place.
// CHECK-LABEL: llvm.mlir.global internal constant @toy_inputs
// CHECK: llvm.mlir.constant(15 : i64)
// CHECK: llvm.mlir.constant(-3 : i64)
// CHECK-LABEL: llvm.mlir.global internal constant @toy_symbols
// CHECK: llvm.mlir.constant(7 : i64)
func.func @model(%ids: tensor<?x?xi32> {attn.name = "ids", attn.dims = ["B", "T"]},
                 %lengths: tensor<?xi32> {attn.name = "lengths", attn.dims = ["B"]},
                 %x: tensor<?x?x8xf32> {attn.name = "x", attn.dims = ["B", "N", "C"]}) -> (tensor<?x?x8xf32> {attn.name = "y"})
    attributes {attn.in_place = array<i1: false>} {
  %y = attn.loop @outer each(%ids) with(%lengths, %x) : (tensor<?x?xi32>, tensor<?xi32>, tensor<?x?x8xf32>) -> tensor<?x?x8xf32>
  return %y : tensor<?x?x8xf32>
}
func.func private @outer(%id: tensor<?xi32> {attn.dims = ["B"]}, %n: tensor<?xi32> {attn.dims = ["B"]}, %x: tensor<?x?x8xf32> {attn.dims = ["B", "M", "C"]})
    -> (tensor<?x8xf32> {attn.dims = ["B", "C"]}) attributes {attn.step} {
  %y = attn.loop @inner carried(%x) with(%id, %n) steps 3
      : (tensor<?x?x8xf32>, tensor<?xi32>, tensor<?xi32>) -> tensor<?x?x8xf32>
  %p = attn.kernel (%a = %y : tensor<?x?x8xf32>, %l = %n : tensor<?xi32>) -> tensor<?x8xf32> code(@code2) {
    %r = attn.pool mean %a lengths %l : tensor<?x?x8xf32>, tensor<?xi32>
    attn.yield %r : tensor<?x8xf32>
  }
  return %p : tensor<?x8xf32>
}
func.func private @inner(%x: tensor<?x?x8xf32> {attn.dims = ["R", "M", "C"]}, %id: tensor<?xi32> {attn.dims = ["R"]}, %n: tensor<?xi32> {attn.dims = ["R"]})
    -> (tensor<?x?x8xf32> {attn.dims = ["R", "M", "C"]}) attributes {attn.step} {
  %w = attn.weight "table" : tensor<16x8xf32>
  %v = attn.weight "places" : tensor<7x8xf32>
  %e = attn.kernel (%t = %w : tensor<16x8xf32>, %i = %id : tensor<?xi32>) -> tensor<?x8xf32> code(@code2) {
    %r = attn.embed %t, %i : tensor<16x8xf32>, tensor<?xi32>
    attn.yield %r : tensor<?x8xf32>
  }
  %y = attn.kernel (%a = %x : tensor<?x?x8xf32>, %t = %v : tensor<7x8xf32>) -> tensor<?x?x8xf32> code(@code2) {
    %p = attn.positions %t, %a : tensor<7x8xf32>, tensor<?x?x8xf32>
    %r = attn.add %a, %p : tensor<?x?x8xf32>, tensor<?x8xf32>
    attn.yield %r : tensor<?x?x8xf32>
  }
  return %y : tensor<?x?x8xf32>
}
func.func private @code2(!llvm.ptr, !llvm.ptr, !llvm.ptr, !llvm.ptr, !llvm.ptr, !llvm.ptr)
