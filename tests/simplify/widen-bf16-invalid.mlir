// RUN: attn-opt %s --attn-widen-bf16 --split-input-file --verify-diagnostics

func.func @bits_of(%x: tensor<4xbf16>) -> tensor<4xbf16> {
  %y = attn.pointwise %x : tensor<4xbf16> {
  ^bb0(%a: bf16):
    // expected-error @+1 {{expected no bits of 'bf16', which is computed in 'f32', got 'bf16' to 'i16'}}
    %bits = arith.bitcast %a : bf16 to i16
    %r = arith.sitofp %bits : i16 to bf16
    attn.yield %r : bf16
  }
  return %y : tensor<4xbf16>
}

// -----

func.func @from_bits(%x: tensor<4xf32>) -> tensor<4xf32> {
  %y = attn.pointwise %x : tensor<4xf32> {
  ^bb0(%a: f32):
    %one = arith.constant 16256 : i16
    // expected-error @+1 {{expected no bits of 'bf16', which is computed in 'f32', got 'i16' to 'bf16'}}
    %half = arith.bitcast %one : i16 to bf16
    %r = arith.extf %half : bf16 to f32
    attn.yield %r : f32
  }
  return %y : tensor<4xf32>
}
