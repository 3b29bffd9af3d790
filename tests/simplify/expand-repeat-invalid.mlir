// Programs that do not end, are too large, or call what has no body.
// RUN: attn-opt %s --attn-expand-repeat=max-ops=100 --split-input-file --verify-diagnostics

func.func private @a(%x: tensor<4xf32>) -> tensor<4xf32> {
  %y = func.call @b(%x) : (tensor<4xf32>) -> tensor<4xf32>
  return %y : tensor<4xf32>
}
func.func private @b(%x: tensor<4xf32>) -> tensor<4xf32> {
  // expected-error @+1 {{'func.call' op calls @a from itself; a model can not recurse}}
  %y = func.call @a(%x) : (tensor<4xf32>) -> tensor<4xf32>
  return %y : tensor<4xf32>
}
func.func @recursion(%x: tensor<4xf32>) -> tensor<4xf32> {
  // expected-note @* 0+ {{called from}}
  %y = func.call @a(%x) : (tensor<4xf32>) -> tensor<4xf32>
  return %y : tensor<4xf32>
}

// -----

func.func @recursion_of_model(%x: tensor<4xf32>) -> tensor<4xf32> {
  // expected-error @+1 {{'func.call' op calls @recursion_of_model from itself; a model can not recurse}}
  %y = func.call @recursion_of_model(%x) : (tensor<4xf32>) -> tensor<4xf32>
  return %y : tensor<4xf32>
}

// -----

func.func private @layer(%x: tensor<4xf32>) -> tensor<4xf32> {
  %y = attn.activation relu %x : tensor<4xf32>
  return %y : tensor<4xf32>
}
func.func @too_large(%x: tensor<4xf32>) -> tensor<4xf32> {
  // expected-error @+1 {{'attn.repeat' op makes the program larger than 100 ops}}
  %y = attn.repeat 50 @layer(%x) prefix "" : (tensor<4xf32>) -> tensor<4xf32>
  return %y : tensor<4xf32>
}

// -----

// expected-note @+1 {{declared here}}
func.func private @elsewhere(%x: tensor<4xf32>) -> tensor<4xf32>
func.func @no_body(%x: tensor<4xf32>) -> tensor<4xf32> {
  // expected-error @+1 {{'func.call' op calls @elsewhere, which has no body of one block}}
  %y = func.call @elsewhere(%x) : (tensor<4xf32>) -> tensor<4xf32>
  return %y : tensor<4xf32>
}

// -----

func.func private @layer(%x: tensor<4xf32>) -> tensor<4xf32> {
  return %x : tensor<4xf32>
}
func.func @other_use(%x: tensor<4xf32>) -> tensor<4xf32> {
  // expected-error @+1 {{'func.constant' op refers to @layer, but a function can only be called}}
  %f = func.constant @layer : (tensor<4xf32>) -> tensor<4xf32>
  return %x : tensor<4xf32>
}

// -----

func.func private @there(%x: tensor<4xf32>) -> tensor<4xf32> {
  %y = attn.loop @back carried(%x) steps 2 : (tensor<4xf32>) -> tensor<4xf32>
  return %y : tensor<4xf32>
}
func.func private @back(%x: tensor<4xf32>) -> tensor<4xf32> {
  // expected-error @+1 {{'func.call' op calls @there from itself; a model can not recurse}}
  %y = func.call @there(%x) : (tensor<4xf32>) -> tensor<4xf32>
  return %y : tensor<4xf32>
}
func.func @recursion_through_loop(%x: tensor<4xf32>) -> tensor<4xf32> {
  %y = attn.loop @there carried(%x) steps 2 : (tensor<4xf32>) -> tensor<4xf32>
  return %y : tensor<4xf32>
}

// -----

func.func private @there(%x: tensor<4xf32>) -> tensor<4xf32> {
  %y = attn.loop @back carried(%x) steps 2 : (tensor<4xf32>) -> tensor<4xf32>
  return %y : tensor<4xf32>
}
func.func private @back(%x: tensor<4xf32>) -> tensor<4xf32> {
  // expected-error @+1 {{'attn.loop' op calls @there from itself; a model can not recurse}}
  %y = attn.loop @there carried(%x) steps 2 : (tensor<4xf32>) -> tensor<4xf32>
  return %y : tensor<4xf32>
}
func.func @recursion_of_loops(%x: tensor<4xf32>) -> tensor<4xf32> {
  %y = attn.loop @there carried(%x) steps 2 : (tensor<4xf32>) -> tensor<4xf32>
  return %y : tensor<4xf32>
}

// -----

func.func private @cell(%x: tensor<4xf32>) -> tensor<4xf32> {
  %y = attn.activation relu %x : tensor<4xf32>
  return %y : tensor<4xf32>
}
func.func private @prefixed(%x: tensor<4xf32>) -> tensor<4xf32> {
  // expected-error @+1 {{'attn.loop' op makes the program larger than 100 ops}}
  %y = attn.loop @cell carried(%x) steps 2 : (tensor<4xf32>) -> tensor<4xf32>
  return %y : tensor<4xf32>
}
func.func @too_many_copies(%x: tensor<4xf32>) -> tensor<4xf32> {
  %y = attn.repeat 20 @prefixed(%x) prefix "#." : (tensor<4xf32>) -> tensor<4xf32>
  return %y : tensor<4xf32>
}
