// RUN: attn-opt %s --attn-plan-memory | FileCheck %s

// %b is dead when %c is written, and %a is not: %c takes the slot of %b. %d is an output. The scratch of kernels is shared.
// CHECK-DAG: #[[$SCRATCH:.*]] = affine_map<()[s0, s1] -> (100, s1 * 8)>
// CHECK-DAG: #[[$BS:.*]] = affine_map<()[s0, s1] -> ((s0 * s1) * 4)>
// CHECK-LABEL: func.func @model
// CHECK-SAME: attn.packed_bytes = 320 : i64, attn.scratch = #[[$SCRATCH]], attn.slots = [#[[$BS]], #[[$BS]]]
func.func @model(%x: tensor<?x?xf32> {attn.dims = ["B", "S"]}) -> (tensor<?x?xf32>, tensor<?x?xf32>) {
  // Equal weights are stored once; a different layout is a different weight.
  // CHECK: attn.weight "w" {attn.offset = 0 : i64}
  // CHECK: attn.weight "w" {attn.offset = 0 : i64}
  // CHECK: attn.weight "w" {attn.offset = 64 : i64}
  // CHECK: attn.weight "v"[1] {attn.offset = 256 : i64}
  %w0 = attn.weight "w" : tensor<3x5xf32>
  %w1 = attn.weight "w" : tensor<3x5xf32>
  %w2 = attn.weight "w" : tensor<3x5xf32, #attn.layout<weight_panels, width = 8>>
  %w3 = attn.weight "v"[1] : tensor<4xf32>
  // CHECK: attn.slots = array<i64: 0>
  %a = attn.kernel (%i = %x : tensor<?x?xf32>) -> tensor<?x?xf32> code(@one)
      attributes {scratch = affine_map<()[s0, s1] -> (100)>} {
    %r = attn.activation relu %i : tensor<?x?xf32>
    attn.yield %r : tensor<?x?xf32>
  }
  // CHECK: attn.slots = array<i64: 1>
  %b = attn.kernel (%i = %a : tensor<?x?xf32>) -> tensor<?x?xf32> code(@one)
      attributes {scratch = affine_map<()[s0, s1] -> (s1 * 8)>} {
    %r = attn.activation relu %i : tensor<?x?xf32>
    attn.yield %r : tensor<?x?xf32>
  }
  // CHECK: attn.slots = array<i64: -2>
  %o = attn.kernel (%i = %b : tensor<?x?xf32>) -> tensor<?x?xf32> code(@one) {
    %r = attn.activation relu %i : tensor<?x?xf32>
    attn.yield %r : tensor<?x?xf32>
  }
  // CHECK: attn.slots = array<i64: 1>
  %c = attn.kernel (%i = %a : tensor<?x?xf32>) -> tensor<?x?xf32> code(@one) {
    %r = attn.activation relu %i : tensor<?x?xf32>
    attn.yield %r : tensor<?x?xf32>
  }
  // CHECK: attn.slots = array<i64: -1>
  %d = attn.kernel (%i = %c : tensor<?x?xf32>) -> tensor<?x?xf32> code(@one) {
    %r = attn.activation relu %i : tensor<?x?xf32>
    attn.yield %r : tensor<?x?xf32>
  }
  return %d, %o : tensor<?x?xf32>, tensor<?x?xf32>
}

func.func private @one(!llvm.ptr, !llvm.ptr, !llvm.ptr, !llvm.ptr, !llvm.ptr)
