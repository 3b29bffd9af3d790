// Every constraint of repeat.
// RUN: attn-opt %s --split-input-file --verify-diagnostics

func.func private @layer(%x: tensor<4xf32>) -> tensor<4xf32>

func.func @repeat_c1(%x: tensor<4xf32>) {
  // expected-error @+1 {{'attn.repeat' op expected a count from 1 to 1024, got 0}}
  %y = attn.repeat 0 @layer(%x) prefix "" : (tensor<4xf32>) -> tensor<4xf32>
  return
}

// -----

func.func private @layer(%x: tensor<4xf32>) -> tensor<4xf32>

func.func @repeat_c1_large(%x: tensor<4xf32>) {
  // expected-error @+1 {{'attn.repeat' op expected a count from 1 to 1024, got 1025}}
  %y = attn.repeat 1025 @layer(%x) prefix "" : (tensor<4xf32>) -> tensor<4xf32>
  return
}

// -----

func.func private @layer() -> tensor<4xf32>

func.func @repeat_c2() {
  // expected-error @+1 {{'attn.repeat' op expected no more results than operands, got 1 and 0}}
  %y = attn.repeat 2 @layer() prefix "" : () -> tensor<4xf32>
  return
}

// -----

func.func private @layer(%x: tensor<4xf32>) -> tensor<8xf32>

func.func @repeat_c3(%x: tensor<4xf32>) {
  // expected-error @+1 {{expected the results to have the types of the first operands, which they replace}}
  %y = attn.repeat 2 @layer(%x) prefix "" : (tensor<4xf32>) -> tensor<8xf32>
  return
}

// -----

func.func @repeat_c4(%x: tensor<4xf32>) {
  // expected-error @+1 {{'attn.repeat' op refers to @layer, which is not a function of this module}}
  %y = attn.repeat 2 @layer(%x) prefix "" : (tensor<4xf32>) -> tensor<4xf32>
  return
}

// -----

func.func private @layer(%x: tensor<8xf32>) -> tensor<8xf32>

func.func @repeat_c5(%x: tensor<4xf32>) {
  // expected-error @+1 {{'attn.repeat' op expected the type of @layer, '(tensor<8xf32>) -> tensor<8xf32>'}}
  %y = attn.repeat 2 @layer(%x) prefix "" : (tensor<4xf32>) -> tensor<4xf32>
  return
}

// -----

func.func @repeat_c6(%x: tensor<4xf32>) -> tensor<4xf32> {
  // expected-error @+1 {{'attn.repeat' op repeats the function it stands in}}
  %y = attn.repeat 2 @repeat_c6(%x) prefix "" : (tensor<4xf32>) -> tensor<4xf32>
  return %y : tensor<4xf32>
}
