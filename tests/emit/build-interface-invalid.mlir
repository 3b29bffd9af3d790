// RUN: attn-opt %s --pass-pipeline='builtin.module(attn-build-interface{targets=x86-64 cpu-features=0})' --split-input-file --verify-diagnostics
// RUN: not attn-opt %s --pass-pipeline='builtin.module(attn-build-interface{targets=x86-64-v4,x86-64-v3 cpu-features=31})' --split-input-file 2>&1 | FileCheck %s
// CHECK: error: expected at least one target and the features of each, got 2 and 1

// expected-error @+1 {{input 'x' has element type 'i4', which the C interface has no name for}}
func.func @model(%x: tensor<4xi4> {attn.name = "x"}) -> tensor<4xi4>
    attributes {attn.slots = [], attn.scratch = []} {
  return %x : tensor<4xi4>
}

// -----

// expected-error @+1 {{input 'arg0' is 'f32'; expected a tensor}}
func.func @model(%x: f32) -> f32 attributes {attn.slots = [], attn.scratch = []} {
  return %x : f32
}

// -----

// expected-error @+1 {{input 'x' has rank 9, the maximum is 8}}
func.func @model(%x: tensor<1x1x1x1x1x1x1x1x1xf32> {attn.name = "x"}) -> tensor<1x1x1x1x1x1x1x1x1xf32>
    attributes {attn.slots = [], attn.scratch = []} {
  return %x : tensor<1x1x1x1x1x1x1x1x1xf32>
}

// -----

// expected-error @+1 {{has two inputs named 'x'; give each its own attn.name}}
func.func @model(%x: tensor<4xf32> {attn.name = "x"}, %y: tensor<4xf32> {attn.name = "x"}) -> tensor<4xf32>
    attributes {attn.slots = [], attn.scratch = []} {
  return %x : tensor<4xf32>
}

// -----

// A token and a length at once, where nothing tells which limit is smaller.
func.func @model(%n: tensor<?xi32> {attn.name = "n", attn.dims = ["B"]},
                 %x: tensor<?x?x8xf32> {attn.name = "x", attn.dims = ["B", "S", "C"]})
    -> (tensor<?x8xf32>, tensor<?x8xf32>)
    attributes {attn.slots = [], attn.scratch = []} {
  %w = attn.weight "w" : tensor<16x8xf32>
  %y:2 = attn.kernel (%t = %w : tensor<16x8xf32>, %i = %n : tensor<?xi32>, %a = %x : tensor<?x?x8xf32>)
      -> (tensor<?x8xf32>, tensor<?x8xf32>) code(@code) attributes {attn.slots = array<i64: -1, -2>} {
    // expected-error @+1 {{limits input 'n' by}}
    %e = attn.embed %t, %i : tensor<16x8xf32>, tensor<?xi32>
    %p = attn.pool mean %a lengths %i : tensor<?x?x8xf32>, tensor<?xi32>
    attn.yield %e, %p : tensor<?x8xf32>, tensor<?x8xf32>
  }
  return %y#0, %y#1 : tensor<?x8xf32>, tensor<?x8xf32>
}
func.func private @code(!llvm.ptr, !llvm.ptr, !llvm.ptr, !llvm.ptr, !llvm.ptr, !llvm.ptr, !llvm.ptr, !llvm.ptr)

// -----

// expected-error @+1 {{dimension S can not be bound to 64: a table limits it to 32}}
func.func @model(%ids: tensor<?x?xi32> {attn.name = "ids", attn.dims = ["B", "S"]}) -> tensor<?x8xf32>
    attributes {attn.bounds = {S = array<i64: 1, 64>}, attn.slots = [], attn.scratch = []} {
  %w = attn.weight "w" : tensor<32x8xf32>
  %y = attn.kernel (%t = %w : tensor<32x8xf32>, %i = %ids : tensor<?x?xi32>) -> tensor<?x8xf32> code(@code)
      attributes {attn.slots = array<i64: -1>} {
    %p = attn.positions %t, %i : tensor<32x8xf32>, tensor<?x?xi32>
    attn.yield %p : tensor<?x8xf32>
  }
  return %y : tensor<?x8xf32>
}
func.func private @code(!llvm.ptr, !llvm.ptr, !llvm.ptr, !llvm.ptr, !llvm.ptr, !llvm.ptr)

// -----

func.func @model(%n: tensor<?xi32> {attn.name = "n", attn.dims = ["B"]}) -> tensor<?x8xf32>
    attributes {attn.slots = [], attn.scratch = []} {
  %w = attn.weight "w" : tensor<0x8xf32>
  %y = attn.kernel (%t = %w : tensor<0x8xf32>, %i = %n : tensor<?xi32>) -> tensor<?x8xf32> code(@code)
      attributes {attn.slots = array<i64: -1>} {
    // expected-error @+1 {{looks up input 'n' in a table without rows}}
    %e = attn.embed %t, %i : tensor<0x8xf32>, tensor<?xi32>
    attn.yield %e : tensor<?x8xf32>
  }
  return %y : tensor<?x8xf32>
}
func.func private @code(!llvm.ptr, !llvm.ptr, !llvm.ptr, !llvm.ptr, !llvm.ptr, !llvm.ptr)

// -----

// expected-error @+1 {{output 'out' has the extent N floordiv 2; expected a number or a dimension of an input}}
func.func @model(%x: tensor<?x4xf32> {attn.name = "x", attn.dims = ["N", "D"]}) -> tensor<?x8xf32>
    attributes {attn.slots = [], attn.scratch = []} {
  %y = attn.kernel (%a = %x : tensor<?x4xf32>) -> tensor<?x8xf32> code(@code) attributes {attn.slots = array<i64: -1>} {
    %g = attn.group_rows %a by 2 : tensor<?x4xf32>
    attn.yield %g : tensor<?x8xf32>
  }
  return %y : tensor<?x8xf32>
}
func.func private @code(!llvm.ptr, !llvm.ptr, !llvm.ptr, !llvm.ptr, !llvm.ptr)

// -----

func.func @model(%x: tensor<?x?x4xf32> {attn.name = "x", attn.dims = ["B", "N", "D"]},
                 %n: tensor<?xi32> {attn.name = "n", attn.dims = ["B"]}) -> tensor<?x8xf32>
    attributes {attn.slots = [], attn.scratch = []} {
  %g = attn.kernel (%a = %x : tensor<?x?x4xf32>) -> tensor<?x?x8xf32> code(@code)
      attributes {attn.slots = array<i64: -1>} {
    %r = attn.group_rows %a by 2 : tensor<?x?x4xf32>
    attn.yield %r : tensor<?x?x8xf32>
  }
  %y = attn.kernel (%a = %g : tensor<?x?x8xf32>, %i = %n : tensor<?xi32>) -> tensor<?x8xf32> code(@other)
      attributes {attn.slots = array<i64: -1>} {
    // expected-error @+1 {{limits input 'n' by N floordiv 2; expected a number or a dimension of an input}}
    %p = attn.pool mean %a lengths %i : tensor<?x?x8xf32>, tensor<?xi32>
    attn.yield %p : tensor<?x8xf32>
  }
  return %y : tensor<?x8xf32>
}
func.func private @code(!llvm.ptr, !llvm.ptr, !llvm.ptr, !llvm.ptr, !llvm.ptr)
func.func private @other(!llvm.ptr, !llvm.ptr, !llvm.ptr, !llvm.ptr, !llvm.ptr, !llvm.ptr)

// -----

func.func @model(%x: tensor<?x?x8xf32> {attn.name = "x", attn.dims = ["B", "N", "D"]},
                 %past: tensor<?x?x8xf32> {attn.name = "past", attn.dims = ["B", "S", "D"]},
                 %n: tensor<?xi32> {attn.name = "n", attn.dims = ["B"], attn.state = "n"})
    -> (tensor<?x?x8xf32>, tensor<?xi32> {attn.name = "m", attn.state = "n"})
    attributes {attn.slots = [], attn.scratch = []} {
  %y = attn.kernel (%a = %x : tensor<?x?x8xf32>, %p = %past : tensor<?x?x8xf32>, %i = %n : tensor<?xi32>)
      -> tensor<?x?x8xf32> code(@code) attributes {attn.slots = array<i64: -1>} {
    %r = attn.block_sum %a by 2 : tensor<?x?x8xf32>
    // expected-error @+1 {{appends N floordiv 2 rows to a state; expected a number or a dimension of an input}}
    %c = attn.cache_append %p, %r at %i : tensor<?x?x8xf32>, tensor<?x?x8xf32>, tensor<?xi32>
    attn.yield %c : tensor<?x?x8xf32>
  }
  return %y, %n : tensor<?x?x8xf32>, tensor<?xi32>
}
func.func private @code(!llvm.ptr, !llvm.ptr, !llvm.ptr, !llvm.ptr, !llvm.ptr, !llvm.ptr, !llvm.ptr)

// -----

// expected-error @+1 {{state "h" has another shape after a run than before it}}
func.func @model(%x: tensor<?x8xf32> {attn.name = "x", attn.dims = ["N", "D"]},
                 %h: tensor<?x8xf32> {attn.name = "h", attn.dims = ["M", "D"], attn.state = "h"})
    -> (tensor<?x8xf32> {attn.name = "next", attn.state = "h"}) attributes {attn.slots = [], attn.scratch = []} {
  return %x : tensor<?x8xf32>
}

// -----

func.func @model(%x: tensor<1x1x?x4xf32> {attn.name = "x", attn.dims = ["B", "H", "N", "D"]},
                 %t: tensor<9x8xf32> {attn.name = "t"},
                 %r: tensor<?xi32> {attn.name = "r", attn.dims = ["N + 1"]},
                 %c: tensor<?xi32> {attn.name = "c", attn.dims = ["E"]}) -> (tensor<1x1x?xf32>, tensor<?x8xf32>)
    attributes {attn.slots = [], attn.scratch = []} {
  %z = attn.kernel (%b = %t : tensor<9x8xf32>, %i = %r : tensor<?xi32>) -> tensor<?x8xf32> code(@other)
      attributes {attn.slots = array<i64: -2>} {
    // expected-error @+1 {{limits input 'r', whose elements rise; pass the tensor twice, as two inputs}}
    %e = attn.embed %b, %i : tensor<9x8xf32>, tensor<?xi32>
    attn.yield %e : tensor<?x8xf32>
  }
  %y = attn.kernel (%a = %x : tensor<1x1x?x4xf32>, %i = %r : tensor<?xi32>, %j = %c : tensor<?xi32>)
      -> tensor<1x1x?xf32> code(@code) attributes {attn.slots = array<i64: -1>} {
    %s = attn.score dot %a, %a : tensor<1x1x?x4xf32>, tensor<1x1x?x4xf32>
    %m = attn.mask %s where graph(%i, %j) : tensor<1x1x?x?xf32>, tensor<?xi32>, tensor<?xi32>
    %d = attn.reduce_map sum %m over keys : tensor<1x1x?x?xf32>
    attn.yield %d : tensor<1x1x?xf32>
  }
  return %y, %z : tensor<1x1x?xf32>, tensor<?x8xf32>
}
func.func private @code(!llvm.ptr, !llvm.ptr, !llvm.ptr, !llvm.ptr, !llvm.ptr, !llvm.ptr, !llvm.ptr)
func.func private @other(!llvm.ptr, !llvm.ptr, !llvm.ptr, !llvm.ptr, !llvm.ptr, !llvm.ptr)

// -----

func.func @model(%x: tensor<1x1x?x4xf32> {attn.name = "x", attn.dims = ["B", "H", "N", "D"]},
                 %t: tensor<9x8xf32> {attn.name = "t"},
                 %r: tensor<?xi32> {attn.name = "r", attn.dims = ["N + 1"]},
                 %c: tensor<?xi32> {attn.name = "c", attn.dims = ["E"]}) -> (tensor<1x1x?xf32>, tensor<?x8xf32>)
    attributes {attn.slots = [], attn.scratch = []} {
  %y = attn.kernel (%a = %x : tensor<1x1x?x4xf32>, %i = %r : tensor<?xi32>, %j = %c : tensor<?xi32>)
      -> tensor<1x1x?xf32> code(@code) attributes {attn.slots = array<i64: -1>} {
    %s = attn.score dot %a, %a : tensor<1x1x?x4xf32>, tensor<1x1x?x4xf32>
    // expected-error @+1 {{takes input 'r' as rising to E, another use limits it by 8; pass the tensor twice, as two inputs}}
    %m = attn.mask %s where graph(%i, %j) : tensor<1x1x?x?xf32>, tensor<?xi32>, tensor<?xi32>
    %d = attn.reduce_map sum %m over keys : tensor<1x1x?x?xf32>
    attn.yield %d : tensor<1x1x?xf32>
  }
  %z = attn.kernel (%b = %t : tensor<9x8xf32>, %i = %r : tensor<?xi32>) -> tensor<?x8xf32> code(@other)
      attributes {attn.slots = array<i64: -2>} {
    %e = attn.embed %b, %i : tensor<9x8xf32>, tensor<?xi32>
    attn.yield %e : tensor<?x8xf32>
  }
  return %y, %z : tensor<1x1x?xf32>, tensor<?x8xf32>
}
func.func private @code(!llvm.ptr, !llvm.ptr, !llvm.ptr, !llvm.ptr, !llvm.ptr, !llvm.ptr, !llvm.ptr)
func.func private @other(!llvm.ptr, !llvm.ptr, !llvm.ptr, !llvm.ptr, !llvm.ptr, !llvm.ptr)

// -----

// Row pointers that are checked when they are read, for as many edges as a run is given.
func.func @model(%x: tensor<1x1x3x4xf32> {attn.name = "x"}, %c: tensor<?xi32> {attn.name = "c", attn.dims = ["E"]}) -> tensor<1x1x3xf32>
    attributes {attn.slots = [], attn.scratch = []} {
  %r = attn.weight "graph.rowptr" : tensor<4xi32>
  %y = attn.kernel (%a = %x : tensor<1x1x3x4xf32>, %i = %r : tensor<4xi32>, %j = %c : tensor<?xi32>)
      -> tensor<1x1x3xf32> code(@code) attributes {attn.slots = array<i64: -1>} {
    %s = attn.score dot %a, %a : tensor<1x1x3x4xf32>, tensor<1x1x3x4xf32>
    // expected-error @+1 {{limits weight 'graph.rowptr' by a size that is known at run time only; expected weights for row pointers and columns, and a map of a static size}}
    %m = attn.mask %s where graph(%i, %j) : tensor<1x1x3x3xf32>, tensor<4xi32>, tensor<?xi32>
    %d = attn.reduce_map sum %m over keys : tensor<1x1x3x3xf32>
    attn.yield %d : tensor<1x1x3xf32>
  }
  return %y : tensor<1x1x3xf32>
}
func.func private @code(!llvm.ptr, !llvm.ptr, !llvm.ptr, !llvm.ptr, !llvm.ptr, !llvm.ptr, !llvm.ptr)

// -----

// Which of N and P is so small that 7 rows are enough for both?
func.func private @step(%x: tensor<?x?x4xf32> {attn.dims = ["B", "M", "C"]}) -> (tensor<?x4xf32> {attn.dims = ["M", "C"]}) attributes {attn.step} {
  %v = attn.weight "places" : tensor<7x4xf32>
  %p = attn.positions %v, %x : tensor<7x4xf32>, tensor<?x?x4xf32>
  return %p : tensor<?x4xf32>
}
func.func @model(%x: tensor<?x?x?x4xf32> {attn.name = "x", attn.dims = ["B", "T", "N", "C"]}, %z: tensor<?x?x?x4xf32> {attn.name = "z", attn.dims = ["B", "T", "P", "C"]}) -> tensor<4xf32>
    attributes {attn.slots = [], attn.scratch = []} {
  %both = attn.append_rows %x, %z : tensor<?x?x?x4xf32>, tensor<?x?x?x4xf32>
  // expected-error @+1 {{'attn.loop' op expected dimension M of @step to be at least 0 and at most 7, got N + P}}
  %y = attn.loop @step each(%both) : (tensor<?x?x?x4xf32>) -> tensor<?x?x4xf32>
  %w = attn.weight "w" : tensor<4xf32>
  return %w : tensor<4xf32>
}
