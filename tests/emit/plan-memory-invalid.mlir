// RUN: attn-opt %s --attn-plan-memory --split-input-file --verify-diagnostics

// expected-error @+1 {{expected one public function with a body, the model, got none}}
module {
  func.func private @helper(%x: tensor<4xf32>) -> tensor<4xf32> { return %x : tensor<4xf32> }
}

// -----

// expected-note @+1 {{the other one; make what is not the model private}}
func.func @model(%x: tensor<4xf32>) -> tensor<4xf32> { return %x : tensor<4xf32> }
// expected-error @+1 {{expected one public function, the model, got '@other' beside '@model'}}
func.func @other(%x: tensor<4xf32>) -> tensor<4xf32> { return %x : tensor<4xf32> }

// -----

func.func @model(%x: tensor<4xf32>) -> tensor<4xf32> {
  // expected-error @+1 {{'attn.activation' op is not part of a kernel; run the fuse stage before emit}}
  %y = attn.activation relu %x : tensor<4xf32>
  return %y : tensor<4xf32>
}

// -----

func.func @model(%x: tensor<4xf32>) -> tensor<4xf32> {
  // expected-error @+1 {{'attn.kernel' op has no code; run the lower stage before emit}}
  %y = attn.kernel (%i = %x : tensor<4xf32>) -> tensor<4xf32> {
    %r = attn.activation relu %i : tensor<4xf32>
    attn.yield %r : tensor<4xf32>
  }
  return %y : tensor<4xf32>
}

// -----

func.func @model() -> tensor<3x5xf32, #attn.layout<weight_panels, width = 8>> {
  %w = attn.weight "w" : tensor<3x5xf32, #attn.layout<weight_panels, width = 8>>
  // expected-error @+1 {{result 0 is stored as 'tensor<3x5xf32, #attn.layout<weight_panels, width = 8>>'; results are row-major}}
  return %w : tensor<3x5xf32, #attn.layout<weight_panels, width = 8>>
}
