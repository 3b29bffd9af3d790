// RUN: attn-opt %s --attn-build-entry --split-input-file --verify-diagnostics

// expected-error @+1 {{has no memory plan; run attn-plan-memory before attn-build-entry}}
func.func @model(%x: tensor<4xf32>) -> tensor<4xf32> { return %x : tensor<4xf32> }

// -----

func.func @model(%x: tensor<4xf32>) -> tensor<4xf32>
    attributes {attn.slots = [], attn.scratch = []} {
  // expected-error @+1 {{expected code @missing to be a function of 5 pointers}}
  %y = attn.kernel (%i = %x : tensor<4xf32>) -> tensor<4xf32> code(@missing) attributes {attn.slots = array<i64: -1>} {
    %r = attn.activation relu %i : tensor<4xf32>
    attn.yield %r : tensor<4xf32>
  }
  return %y : tensor<4xf32>
}

// -----

// expected-error @+1 {{which may shrink as its dimensions grow}}
func.func @model(%x: tensor<?xf32> {attn.name = "x", attn.dims = ["B"]}) -> tensor<?xf32>
    attributes {attn.slots = [affine_map<()[s0] -> (s0 mod 8)>], attn.scratch = []} {
  return %x : tensor<?xf32>
}
