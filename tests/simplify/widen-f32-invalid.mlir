// RUN: attn-opt %s --attn-widen-f32 --split-input-file --verify-diagnostics

func.func @bits_of(%x: tensor<4xf32>) -> tensor<4xf32> {
  %y = attn.pointwise %x : tensor<4xf32> {
  ^bb0(%a: f32):
    // expected-error @+1 {{expected no bits of 'f32', which is computed in 'f64', got 'f32' to 'i32'}}
    %bits = arith.bitcast %a : f32 to i32
    %r = arith.sitofp %bits : i32 to f32
    attn.yield %r : f32
  }
  return %y : tensor<4xf32>
}

// -----

// expected-error @+1 {{expected arguments and results of f32 or f64 for precision f64, got bf16 for "x"}}
func.func @argument(%x: tensor<4xf32> {attn.name = "x", attn.storage = "bf16"}) -> tensor<4xf32> {
  return %x : tensor<4xf32>
}

// -----

// expected-error @+1 {{expected arguments and results of f32 or f64 for precision f64, got bf16 for "out"}}
func.func @result(%x: tensor<4xf32>) -> (tensor<4xf32> {attn.storage = "bf16"}) {
  return %x : tensor<4xf32>
}
