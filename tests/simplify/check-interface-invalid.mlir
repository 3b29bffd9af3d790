// What cannot be a model in C.
// RUN: attn-opt %s --split-input-file --attn-check-interface --verify-diagnostics

// expected-error @+1 {{expected a public function, the model; found none}}
module {}

// -----

// expected-note @+1 {{the first is @one}}
func.func @one(%x: tensor<4xf32>) -> tensor<4xf32> {
  return %x : tensor<4xf32>
}
// expected-error @+1 {{'func.func' op is a second public function; a model is exactly one}}
func.func @two(%x: tensor<4xf32>) -> tensor<4xf32> {
  return %x : tensor<4xf32>
}

// -----

// expected-error @+1 {{'builtin.module' op can not stand beside a model; expected functions only}}
module {}
func.func @beside(%x: tensor<4xf32>) -> tensor<4xf32> {
  return %x : tensor<4xf32>
}

// -----

// expected-error @+1 {{expected a C identifier as name, since C functions start with it}}
func.func @"mini-lm"(%x: tensor<4xf32>) -> tensor<4xf32> {
  return %x : tensor<4xf32>
}

// -----

// expected-error @+1 {{'func.func' op expected a body}}
func.func private @declared(%x: tensor<4xf32>) -> tensor<4xf32>

// -----

// expected-error @+1 {{'func.func' op expected at least one result}}
func.func @no_result(%x: tensor<4xf32>) {
  return
}

// -----

// expected-error @+1 {{expected "arg0" to be a tensor of rank 8 or less, got 'f32'}}
func.func @scalar(%x: f32) -> f32 {
  return %x : f32
}

// -----

// expected-error @+1 {{has two arguments or results of the name "x"}}
func.func @same_name(%x: tensor<4xf32> {attn.name = "x"}) -> (tensor<4xf32> {attn.name = "x"}) {
  return %x : tensor<4xf32>
}

// -----

// expected-error @+1 {{dimension "B" has one size in every call, got ? and, for "y", 4}}
func.func @one_size(%x: tensor<?xf32> {attn.name = "x", attn.dims = ["B"]},
                    %y: tensor<4xf32> {attn.name = "y", attn.dims = ["B"]}) -> tensor<?xf32> {
  return %x : tensor<?xf32>
}

// -----

// expected-error @+1 {{expected elements f32, f64, bf16, i32 or i1, got 'tensor<4xf16>'}}
func.func @element(%x: tensor<4xf16>) -> tensor<4xf16> {
  return %x : tensor<4xf16>
}

// -----

// expected-error @+1 {{expected a tensor without a layout, which the tile stage chooses, got}}
func.func @layout(%x: tensor<8x8xf32, #attn.layout<weight_panels, width = 8>>) -> tensor<8x8xf32, #attn.layout<weight_panels, width = 8>> {
  return %x : tensor<8x8xf32, #attn.layout<weight_panels, width = 8>>
}

// -----

// expected-error @+1 {{expected no dimension of size 0, got 'tensor<?x0xf32>'}}
func.func @empty(%x: tensor<?x0xf32>) -> tensor<?x0xf32> {
  return %x : tensor<?x0xf32>
}

// -----

// 2^45 elements of 4 bytes; and a size that does not fit into 64 bits.
func.func @large(%x: tensor<4xf32>) -> tensor<4xf32> {
  // expected-error @+1 {{'attn.weight' op expected less than 2^47 bytes, got 'tensor<1048576x33554432xf32>'}}
  %w = attn.weight "w" : tensor<1048576x33554432xf32>
  return %x : tensor<4xf32>
}

// -----

// expected-error @+1 {{expected less than 2^47 bytes, got 'tensor<?x4611686018427387904x8xf32>'}}
func.func @overflow(%x: tensor<?x4611686018427387904x8xf32>) -> tensor<4xf32> {
  %w = attn.weight "w" : tensor<4xf32>
  return %w : tensor<4xf32>
}

// -----

// expected-error @+1 {{expected states to stand behind all other arguments, got 'x' behind one}}
func.func @state_first(%h: tensor<4xf32> {attn.state = "h"}, %x: tensor<4xf32> {attn.name = "x"})
    -> (tensor<4xf32> {attn.state = "h"}) {
  return %x : tensor<4xf32>
}

// -----

// expected-error @+1 {{expected states to stand behind all other results, got 'y' behind one}}
func.func @new_state_first(%h: tensor<4xf32> {attn.state = "h"})
    -> (tensor<4xf32> {attn.state = "h"}, tensor<4xf32> {attn.name = "y"}) {
  return %h, %h : tensor<4xf32>, tensor<4xf32>
}

// -----

// expected-error @+1 {{has two results of the state "h"}}
func.func @state_twice(%h: tensor<4xf32> {attn.state = "h"})
    -> (tensor<4xf32> {attn.state = "h"}, tensor<4xf32> {attn.state = "h"}) {
  return %h, %h : tensor<4xf32>, tensor<4xf32>
}

// -----

// expected-error @+1 {{expected an argument and a result of the state "h", got no result}}
func.func @state_lost(%h: tensor<4xf32> {attn.state = "h"}) -> tensor<4xf32> {
  return %h : tensor<4xf32>
}

// -----

// expected-error @+1 {{expected the state "h" to keep its type, got 'tensor<4xf32>' and 'tensor<4xi32>'}}
func.func @state_type(%n: tensor<4xi32>, %h: tensor<4xf32> {attn.state = "h"}) -> (tensor<4xi32> {attn.state = "h"}) {
  return %n : tensor<4xi32>
}

// -----

// expected-error @+1 {{expected the state "h" to have one attn.storage}}
func.func @state_storage(%h: tensor<4xf32> {attn.state = "h", attn.storage = "bf16"}) -> (tensor<4xf32> {attn.state = "h"}) {
  return %h : tensor<4xf32>
}

// -----

// expected-note @+1 {{the first is @model}}
func.func @model(%x: tensor<4xf32>) -> tensor<4xf32> {
  return %x : tensor<4xf32>
}
// Only what a loop steps through may stand beside a model.
// expected-error @+1 {{'func.func' op is a second public function; a model is exactly one}}
func.func private @no_step(%x: tensor<4xf32>) -> tensor<4xf32> {
  return %x : tensor<4xf32>
}
