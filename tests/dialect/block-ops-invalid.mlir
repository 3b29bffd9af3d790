// Every constraint of pointwise, activation, add, blend, layer_norm, rms_norm, l2_normalize, pool; and of formulas.
// RUN: attn-opt %s --split-input-file --verify-diagnostics

func.func @pointwise_c1_empty() {
  // expected-error @+2 {{expected at least one operand}}
  // expected-error @+1 {{failed to infer returned types}}
  %y = "attn.pointwise"() ({
    %c = arith.constant 1.0 : f32
    attn.yield %c : f32
  }) : () -> tensor<4xf32>
  return
}

// -----

func.func @pointwise_c1(%x: tensor<2x4xf32>, %y: tensor<3x4xf32>) {
  // expected-error @+1 {{'attn.pointwise' op operands do not broadcast to one shape: tensor<2x4xf32> and tensor<3x4xf32>}}
  %z = attn.pointwise %x, %y : tensor<2x4xf32>, tensor<3x4xf32> {
  ^bb0(%a: f32, %b: f32):
    attn.yield %a : f32
  }
  return
}

// -----

func.func @pointwise_c1_types(%x: tensor<4xf32>, %y: tensor<4xf64>) {
  // expected-error @+1 {{'attn.pointwise' op expected one element type, got tensor<4xf32> and tensor<4xf64>}}
  %z = attn.pointwise %x, %y : tensor<4xf32>, tensor<4xf64> {
  ^bb0(%a: f32, %b: f64):
    attn.yield %a : f32
  }
  return
}

// -----

func.func @pointwise_c3(%x: tensor<4xf32>) {
  // expected-error @+1 {{'attn.pointwise' op expected elements of a real type or i32, got i16}}
  %z = attn.pointwise %x to i16 : tensor<4xf32> {
  ^bb0(%a: f32):
    %r = arith.fptosi %a : f32 to i16
    attn.yield %r : i16
  }
  return
}

// -----

func.func @pointwise_c2_indices(%x: tensor<?x4xf32>) {
  // expected-error @+1 {{'attn.pointwise' op expected a formula with arguments ('f32', 'index', 'index'), got ('f32', 'index')}}
  %z = attn.pointwise %x indexed : tensor<?x4xf32> {
  ^bb0(%a: f32, %n: index):
    attn.yield %a : f32
  }
  return
}

// -----

func.func @pointwise_c2(%x: tensor<4xf32>) {
  // expected-error @+1 {{'attn.pointwise' op expected a formula with arguments ('f32'), got ('f64')}}
  %z = attn.pointwise %x : tensor<4xf32> {
  ^bb0(%a: f64):
    attn.yield %a : f64
  }
  return
}

// -----

func.func private @f(f32) -> f32

func.func @pointwise_c2_index(%x: tensor<4xf32>) {
  // expected-error @+1 {{'attn.pointwise' op expected indices of 32 bits in a formula, got 2147483648}}
  %y = attn.pointwise %x : tensor<4xf32> {
  ^bb0(%a: f32):
    %c = arith.constant 2147483648 : index
    attn.yield %a : f32
  }
  return
}

// -----

func.func @pointwise_c2_call(%x: tensor<4xf32>) {
  // expected-error @+1 {{'attn.pointwise' op expected only arith, math, tensor.extract and tensor.dim ops in a formula}}
  %z = attn.pointwise %x : tensor<4xf32> {
  ^bb0(%a: f32):
    // expected-note @+1 {{found 'func.call' here}}
    %r = func.call @f(%a) : (f32) -> f32
    attn.yield %r : f32
  }
  return
}

// -----

func.func @pointwise_c2_scalars(%x: tensor<4xf32>) {
  // expected-error @+1 {{'attn.pointwise' op expected scalars in a formula, got 'vector<4xf32>'}}
  %z = attn.pointwise %x : tensor<4xf32> {
  ^bb0(%a: f32):
    %v = arith.constant dense<1.0> : vector<4xf32>
    attn.yield %a : f32
  }
  return
}

// -----

func.func @pointwise_c2_outside(%x: tensor<4xf32>) {
  %c = arith.constant 1.0 : f32
  // expected-error @+1 {{'attn.pointwise' op formula uses a value from outside; pass it as an operand or a capture}}
  %z = attn.pointwise %x : tensor<4xf32> {
  ^bb0(%a: f32):
    %r = arith.addf %a, %c : f32
    attn.yield %r : f32
  }
  return
}

// -----

func.func @pointwise_c2_yields_outside(%x: tensor<4xf32>) {
  %c = arith.constant 1.0 : f32
  // expected-error @+1 {{'attn.pointwise' op formula uses a value from outside; pass it as an operand or a capture}}
  %z = attn.pointwise %x : tensor<4xf32> {
  ^bb0(%a: f32):
    attn.yield %c : f32
  }
  return
}

// -----

func.func @pointwise_c2_yield(%x: tensor<4xf32>) {
  // expected-error @+1 {{'attn.pointwise' op expected the formula to yield one 'f32'}}
  %z = attn.pointwise %x : tensor<4xf32> {
  ^bb0(%a: f32):
    %r = arith.cmpf olt, %a, %a : f32
    attn.yield %r : i1
  }
  return
}

// -----

func.func @add_c1(%x: tensor<2x4xf32>, %y: tensor<2x8xf32>) {
  // expected-error @+1 {{'attn.add' op operands do not broadcast to one shape: tensor<2x4xf32> and tensor<2x8xf32>}}
  %z = attn.add %x, %y : tensor<2x4xf32>, tensor<2x8xf32>
  return
}

// -----

func.func @blend_c1(%x: tensor<2x4xf32>, %y: tensor<2x8xf32>) {
  // expected-error @+1 {{'attn.blend' op operands do not broadcast to one shape: tensor<2x4xf32> and tensor<2x8xf32>}}
  %z = attn.blend %x, %y alpha 0.5 : tensor<2x4xf32>, tensor<2x8xf32>
  return
}

// -----

func.func @activation_unknown(%x: tensor<4xf32>) {
  // expected-error @+2 {{to be one of: relu, gelu, gelu_tanh, tanh, sigmoid, silu}}
  // expected-error @+1 {{failed to parse}}
  %z = attn.activation swish %x : tensor<4xf32>
  return
}

// -----

func.func @layer_norm_c1(%x: tensor<4x?xf32>, %p: tensor<4xf32>) {
  // expected-error @+1 {{'attn.layer_norm' op expected a static last dimension, got tensor<4x?xf32>}}
  %y = attn.layer_norm %x, %p, %p eps 1.0e-5 : tensor<4x?xf32>, tensor<4xf32>, tensor<4xf32>
  return
}

// -----

func.func @layer_norm_c1_parameters(%x: tensor<?x8xf32>, %g: tensor<8xf32>, %b: tensor<4xf32>) {
  // expected-error @+1 {{'attn.layer_norm' op expected parameters tensor<8xf32>, got tensor<4xf32>}}
  %y = attn.layer_norm %x, %g, %b eps 1.0e-5 : tensor<?x8xf32>, tensor<8xf32>, tensor<4xf32>
  return
}

// -----

func.func @rms_norm_c1(%x: tensor<?x8xf32>, %g: tensor<8xf64>) {
  // expected-error @+1 {{'attn.rms_norm' op expected parameters tensor<8xf32>, got tensor<8xf64>}}
  %y = attn.rms_norm %x, %g eps 1.0e-5 : tensor<?x8xf32>, tensor<8xf64>
  return
}

// -----

func.func @l2_normalize_c1(%x: tensor<?x8xf32>) {
  // expected-error @+1 {{'attn.l2_normalize' op expected a finite eps that is not negative, got -1}}
  %y = attn.l2_normalize %x eps -1.0 : tensor<?x8xf32>
  return
}

// -----

func.func @pool_c1(%x: tensor<3x?x8xf32>, %n: tensor<2xi32>) {
  // expected-error @+1 {{'attn.pool' op expected one length for each of 3 samples, got tensor<2xi32>}}
  %y = attn.pool mean %x lengths %n : tensor<3x?x8xf32>, tensor<2xi32>
  return
}

// -----

func.func @pool_c2(%x: tensor<?x?x?xf32>, %n: tensor<?xi32>) {
  // expected-error @+1 {{'attn.pool' op expected a static width, got tensor<?x?x?xf32>}}
  %y = attn.pool mean %x lengths %n : tensor<?x?x?xf32>, tensor<?xi32>
  return
}
