// Weights at offsets, results in slots of the arena, caches where they are.
// RUN: attn-opt %s --split-input-file --attn-plan-memory | FileCheck %s

// %b is dead when %c is written, and %a is not: %c takes the slot of %b. %d is an output. The scratch of kernels is shared.
// CHECK-DAG: #[[$ONE:.*]] = affine_map<()[s0, s1] -> (100)>
// CHECK-DAG: #[[$TWO:.*]] = affine_map<()[s0, s1] -> (s1 * 8)>
// CHECK-DAG: #[[$BS:.*]] = affine_map<()[s0, s1] -> ((s0 * s1) * 4)>
// CHECK-LABEL: func.func @model
// CHECK-SAME: attn.packed_bytes = 320 : i64, attn.scratch = [#[[$ONE]], #[[$TWO]]], attn.slots = [#[[$BS]], #[[$BS]]]
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

// -----

// A chain of appends updates the carried cache where it is: both results are output 0. One that is read later is not
// updated, nor is what is returned in another's place.
// CHECK-LABEL: func.func @loops
func.func @loops(%cache: tensor<?x6x4xf32> {attn.dims = ["B", "M", "C"]}, %n: tensor<?xi32> {attn.dims = ["B"]},
                 %x: tensor<?x?x1x4xf32> {attn.dims = ["B", "T", "One", "C"]}) -> (tensor<?x6x4xf32>, tensor<?x6x4xf32>, tensor<?x?x4xf32>) {
  // What is updated in place needs no second place; the sequence has one for its part, the collected sum one for its.
  // CHECK: attn.loop @append {{.*}} {attn.buffers = array<i64: -1, 0, 1>, attn.slots = array<i64: -1, -3>}
  %a:2 = attn.loop @append carried(%cache) each(%x) with(%n)
      : (tensor<?x6x4xf32>, tensor<?x?x1x4xf32>, tensor<?xi32>) -> (tensor<?x6x4xf32>, tensor<?x?x4xf32>)
  // CHECK: attn.loop @keep {{.*}} {attn.buffers = array<i64: {{[0-9]+}}, {{[0-9]+}}>, attn.slots = array<i64: -2>}
  %b = attn.loop @keep carried(%cache) each(%x) with(%n)
      : (tensor<?x6x4xf32>, tensor<?x?x1x4xf32>, tensor<?xi32>) -> tensor<?x6x4xf32>
  return %a#0, %b, %a#1 : tensor<?x6x4xf32>, tensor<?x6x4xf32>, tensor<?x?x4xf32>
}

// CHECK: func.func private @append
// CHECK-SAME: attn.in_place = array<i1: true, false>
func.func private @append(%cache: tensor<?x6x4xf32> {attn.dims = ["B", "M", "C"]}, %row: tensor<?x1x4xf32> {attn.dims = ["B", "One", "C"]},
                          %n: tensor<?xi32> {attn.dims = ["B"]})
    -> (tensor<?x6x4xf32> {attn.dims = ["B", "M", "C"]}, tensor<?x4xf32> {attn.dims = ["B", "C"]}) attributes {attn.step} {
  // CHECK: attn.slots = array<i64: -1>
  %one = attn.kernel (%c = %cache : tensor<?x6x4xf32>, %r = %row : tensor<?x1x4xf32>, %i = %n : tensor<?xi32>) -> tensor<?x6x4xf32> code(@code3) {
    %y = attn.cache_append %c, %r at %i : tensor<?x6x4xf32>, tensor<?x1x4xf32>, tensor<?xi32>
    attn.yield %y : tensor<?x6x4xf32>
  }
  // CHECK: attn.slots = array<i64: -2>
  %sum = attn.kernel (%c = %one : tensor<?x6x4xf32>) -> tensor<?x4xf32> code(@code1) {
    %y = attn.pool sum %c : tensor<?x6x4xf32>
    attn.yield %y : tensor<?x4xf32>
  }
  // CHECK: attn.slots = array<i64: -1>
  %two = attn.kernel (%c = %one : tensor<?x6x4xf32>, %r = %row : tensor<?x1x4xf32>, %i = %n : tensor<?xi32>) -> tensor<?x6x4xf32> code(@code3) {
    %y = attn.cache_append %c, %r at %i : tensor<?x6x4xf32>, tensor<?x1x4xf32>, tensor<?xi32>
    attn.yield %y : tensor<?x6x4xf32>
  }
  return %two, %sum : tensor<?x6x4xf32>, tensor<?x4xf32>
}

// CHECK: func.func private @keep
// CHECK-SAME: attn.in_place = array<i1: false>
func.func private @keep(%cache: tensor<?x6x4xf32> {attn.dims = ["B", "M", "C"]}, %row: tensor<?x1x4xf32> {attn.dims = ["B", "One", "C"]},
                        %n: tensor<?xi32> {attn.dims = ["B"]}) -> (tensor<?x6x4xf32> {attn.dims = ["B", "M", "C"]}) attributes {attn.step} {
  // CHECK: attn.slots = array<i64: 0>
  %one = attn.kernel (%c = %cache : tensor<?x6x4xf32>, %r = %row : tensor<?x1x4xf32>, %i = %n : tensor<?xi32>) -> tensor<?x6x4xf32> code(@code3) {
    %y = attn.cache_append %c, %r at %i : tensor<?x6x4xf32>, tensor<?x1x4xf32>, tensor<?xi32>
    attn.yield %y : tensor<?x6x4xf32>
  }
  // CHECK: attn.slots = array<i64: -1>
  %both = attn.kernel (%c = %one : tensor<?x6x4xf32>, %old = %cache : tensor<?x6x4xf32>) -> tensor<?x6x4xf32> code(@code2) {
    %y = attn.add %c, %old : tensor<?x6x4xf32>, tensor<?x6x4xf32>
    attn.yield %y : tensor<?x6x4xf32>
  }
  return %both : tensor<?x6x4xf32>
}

func.func private @code1(!llvm.ptr, !llvm.ptr, !llvm.ptr, !llvm.ptr, !llvm.ptr)
func.func private @code2(!llvm.ptr, !llvm.ptr, !llvm.ptr, !llvm.ptr, !llvm.ptr, !llvm.ptr)
func.func private @code3(!llvm.ptr, !llvm.ptr, !llvm.ptr, !llvm.ptr, !llvm.ptr, !llvm.ptr, !llvm.ptr)

// -----

// A state is updated where the caller has it; one that the old state is read from after is not.
// CHECK-LABEL: func.func @state
// CHECK-SAME: attn.in_place = array<i1: false, true>
func.func @state(%n: tensor<?xi32> {attn.dims = ["B"]}, %row: tensor<?x1x4xf32> {attn.dims = ["B", "One", "C"]},
                 %cache: tensor<?x6x4xf32> {attn.dims = ["B", "M", "C"], attn.state = "cache"})
    -> (tensor<?x4xf32>, tensor<?x6x4xf32> {attn.state = "cache"}) {
  // CHECK: attn.slots = array<i64: -2>
  %one = attn.kernel (%c = %cache : tensor<?x6x4xf32>, %r = %row : tensor<?x1x4xf32>, %i = %n : tensor<?xi32>) -> tensor<?x6x4xf32> code(@code3) {
    %y = attn.cache_append %c, %r at %i : tensor<?x6x4xf32>, tensor<?x1x4xf32>, tensor<?xi32>
    attn.yield %y : tensor<?x6x4xf32>
  }
  // CHECK: attn.slots = array<i64: -1>
  %sum = attn.kernel (%c = %one : tensor<?x6x4xf32>) -> tensor<?x4xf32> code(@code1) {
    %y = attn.pool sum %c : tensor<?x6x4xf32>
    attn.yield %y : tensor<?x4xf32>
  }
  return %sum, %one : tensor<?x4xf32>, tensor<?x6x4xf32>
}
func.func private @code1(!llvm.ptr, !llvm.ptr, !llvm.ptr, !llvm.ptr, !llvm.ptr)
func.func private @code3(!llvm.ptr, !llvm.ptr, !llvm.ptr, !llvm.ptr, !llvm.ptr, !llvm.ptr, !llvm.ptr)
