// RUN: attn-opt %s --attn-fuse --attn-choose-schedules="vector-bits=256 precision=int8" --split-input-file --verify-diagnostics

func.func @reduced(%x: tensor<?x8xf64>) -> tensor<?x4xf64> {
  %w = attn.weight "w" : tensor<4x8xf64>
  // expected-error @+1 {{expected linears of f32 for precision int8, got linears of f64}}
  %y = attn.linear %x, %w : tensor<?x8xf64>, tensor<4x8xf64>
  return %y : tensor<?x4xf64>
}

// -----

func.func @mixed(%q: tensor<?x2x?x4xf64> {attn.dims = ["B", "H", "N", "D"]}, %bias: tensor<2xf32>) -> tensor<?x2x?x4xf64> {
  // expected-error @+1 {{no back end can compile this: llvm: its tensors are of several types of reals; expected one, which it computes in}}
  %s = attn.score dot %q, %q : tensor<?x2x?x4xf64>, tensor<?x2x?x4xf64>
  %t = attn.modify %s captures(%bias) : tensor<?x2x?x?xf64>, tensor<2xf32> {
  ^bb0(%x: f64, %b: index, %h: index, %i: index, %j: index, %table: tensor<2xf32>):
    %v = tensor.extract %table[%h] : tensor<2xf32>
    %wide = arith.extf %v : f32 to f64
    %r = arith.addf %x, %wide : f64
    attn.yield %r : f64
  }
  %p = attn.normalize softmax %t : tensor<?x2x?x?xf64>
  %o = attn.combine %p, %q : tensor<?x2x?x?xf64>, tensor<?x2x?x4xf64>
  return %o : tensor<?x2x?x4xf64>
}

// -----

func.func @narrow_formula(%x: tensor<?x4xf64>) -> tensor<?x4xf64> {
  // expected-error @+1 {{no back end can compile this: llvm: a formula computes in arith.truncf with a type other than f64, i32, i1 or index}}
  %y = attn.pointwise %x : tensor<?x4xf64> {
  ^bb0(%a: f64):
    %n = arith.truncf %a : f64 to f32
    %r = arith.extf %n : f32 to f64
    attn.yield %r : f64
  }
  return %y : tensor<?x4xf64>
}
