// Kernels that no back end can compile, and why; a width that no processor has.
// RUN: attn-opt %s --split-input-file --attn-choose-schedules --verify-diagnostics
// RUN: not attn-opt %s --attn-choose-schedules=vector-bits=64 2>&1 | FileCheck %s
// RUN: not attn-opt %s --attn-choose-schedules=backend=metal 2>&1 | FileCheck %s --check-prefix=BACKEND
// RUN: not attn-opt %s --attn-choose-schedules=precision=fp4 2>&1 | FileCheck %s --check-prefix=PRECISION
// PRECISION: error: expected precision of f32, bf16 or int8, got fp4
// CHECK: error: expected vector-bits of 128, 256 or 512, got 64
// BACKEND: error: expected backend of auto, llvm or halide, got metal

func.func @gated(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %w = attn.weight "w" : tensor<4x4xf32>
  %v = attn.weight "v" : tensor<4x4xf32>
  // expected-error @+1 {{no back end can compile this: llvm: attn.pointwise joins two linears of one kernel}}
  %k = attn.kernel (%a = %x : tensor<?x4xf32>, %b = %w : tensor<4x4xf32>, %c = %v : tensor<4x4xf32>) -> tensor<?x4xf32> {
    %y = attn.linear %a, %b : tensor<?x4xf32>, tensor<4x4xf32>
    %z = attn.linear %a, %c : tensor<?x4xf32>, tensor<4x4xf32>
    %t = attn.pointwise %y, %z : tensor<?x4xf32>, tensor<?x4xf32> {
    ^bb0(%e: f32, %f: f32):
      %r = arith.mulf %e, %f : f32
      attn.yield %r : f32
    }
    attn.yield %t : tensor<?x4xf32>
  }
  return %k : tensor<?x4xf32>
}

// -----

// A weight that comes with a call can not be packed before it.
func.func @argument(%x: tensor<?x4xf32>, %w: tensor<4x4xf32>) -> tensor<?x4xf32> {
  // expected-error @+1 {{llvm: attn.linear needs an attn.weight that its kernel reads as nothing else}}
  %k = attn.kernel (%a = %x : tensor<?x4xf32>, %b = %w : tensor<4x4xf32>) -> tensor<?x4xf32> {
    %y = attn.linear %a, %b : tensor<?x4xf32>, tensor<4x4xf32>
    attn.yield %y : tensor<?x4xf32>
  }
  return %k : tensor<?x4xf32>
}

// -----

// Panels in the place of rows.
func.func @read_twice() -> tensor<4x4xf32> {
  %w = attn.weight "w" : tensor<4x4xf32>
  // expected-error @+1 {{llvm: attn.linear needs an attn.weight that its kernel reads as nothing else}}
  %k = attn.kernel (%b = %w : tensor<4x4xf32>) -> tensor<4x4xf32> {
    %y = attn.linear %b, %b : tensor<4x4xf32>, tensor<4x4xf32>
    attn.yield %y : tensor<4x4xf32>
  }
  return %k : tensor<4x4xf32>
}

// -----

// A kind of score that simplify writes as others.
func.func @additive(%q: tensor<?x2x?x4xf32> {attn.dims = ["B", "H", "N", "D"]}, %v: tensor<4xf32>) -> tensor<?x2x?x?xf32> {
  // expected-error @+1 {{llvm: attn.score: additive scores are expanded by the simplify stage}}
  %s = attn.kernel (%a = %q : tensor<?x2x?x4xf32>, %b = %v : tensor<4xf32>) -> tensor<?x2x?x?xf32> {
    %r = attn.score additive %a, %a with %b : tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>, tensor<4xf32>
    attn.yield %r : tensor<?x2x?x?xf32>
  }
  return %s : tensor<?x2x?x?xf32>
}

// -----

func.func @computed_value(%p: tensor<?x2x?x?xf32>, %v: tensor<?x2x?x4xf32>) -> tensor<?x2x?x4xf32> {
  // expected-error @+1 {{llvm: attn.combine: its query, key or value is computed inside the kernel}}
  %k = attn.kernel (%a = %p : tensor<?x2x?x?xf32>, %b = %v : tensor<?x2x?x4xf32>) -> tensor<?x2x?x4xf32> {
    %w = attn.normalize softmax %a : tensor<?x2x?x?xf32>
    %o = attn.combine %w, %b : tensor<?x2x?x?xf32>, tensor<?x2x?x4xf32>
    %t = attn.combine %w, %o : tensor<?x2x?x?xf32>, tensor<?x2x?x4xf32>
    attn.yield %t : tensor<?x2x?x4xf32>
  }
  return %k : tensor<?x2x?x4xf32>
}

// -----

func.func @rows_in_maps(%s: tensor<?x2x?x8xf32>) -> tensor<?x2x?x8xf32> {
  // expected-error @+1 {{llvm: attn.l2_normalize: has no place in a kernel of score maps}}
  %k = attn.kernel (%a = %s : tensor<?x2x?x8xf32>) -> tensor<?x2x?x8xf32> {
    %m = attn.mask %a where causal(top_left) : tensor<?x2x?x8xf32>
    %p = attn.l2_normalize %m eps 1.0e-6 : tensor<?x2x?x8xf32>
    attn.yield %p : tensor<?x2x?x8xf32>
  }
  return %k : tensor<?x2x?x8xf32>
}

// -----

func.func @element(%x: tensor<?x4xbf16>) -> tensor<?x4xbf16> {
  // expected-error @+1 {{llvm: element type bf16 is not compiled yet, only f32 and f64 are}}
  %k = attn.kernel (%a = %x : tensor<?x4xbf16>) -> tensor<?x4xbf16> {
    %y = attn.l2_normalize %a eps 1.0e-6 : tensor<?x4xbf16>
    attn.yield %y : tensor<?x4xbf16>
  }
  return %k : tensor<?x4xbf16>
}

// -----

// Schedules that are given, and can not be kept.
func.func @strange(%x: tensor<?x4xf32>) -> tensor<?x4xf32>
    attributes {attn.schedules = {"activation-512-9b6af574e95012ab" = #attn.schedule<backend = llvm, strategy = dense, lanes = 16,
                                                                       rows = 6, cols = 64>}} {
  // expected-error @+1 {{the schedule given for "activation-512-9b6af574e95012ab" can not be kept: llvm: the strategy dense is not for such kernels}}
  %k = attn.kernel (%a = %x : tensor<?x4xf32>) -> tensor<?x4xf32> {
    %t = attn.activation relu %a : tensor<?x4xf32>
    attn.yield %t : tensor<?x4xf32>
  }
  return %k : tensor<?x4xf32>
}

// -----

func.func @panels(%x: tensor<?x48xf32>) -> tensor<?x48xf32>
    attributes {attn.schedules = {"linear-512-3022e2c8a8226ebd" =
        #attn.schedule<backend = llvm, strategy = dense, lanes = 8, rows = 4, cols = 24>}} {
  %w = attn.weight "w" : tensor<48x48xf32>
  // expected-error @+1 {{cols is 24, but weights are stored in panels of 16 columns: expected some of these, or a part of one}}
  %k = attn.kernel (%a = %x : tensor<?x48xf32>, %b = %w : tensor<48x48xf32>) -> tensor<?x48xf32> {
    %y = attn.linear %a, %b : tensor<?x48xf32>, tensor<48x48xf32>
    attn.yield %y : tensor<?x48xf32>
  }
  return %k : tensor<?x48xf32>
}

// -----

func.func @lanes(%x: tensor<?x48xf32>) -> tensor<?x48xf32>
    attributes {attn.schedules = {"linear-512-3022e2c8a8226ebd" =
        #attn.schedule<backend = llvm, strategy = dense, lanes = 32, rows = 4, cols = 32>}} {
  %w = attn.weight "w" : tensor<48x48xf32>
  // expected-error @+1 {{lanes is 32, at most 16}}
  %k = attn.kernel (%a = %x : tensor<?x48xf32>, %b = %w : tensor<48x48xf32>) -> tensor<?x48xf32> {
    %y = attn.linear %a, %b : tensor<?x48xf32>, tensor<48x48xf32>
    attn.yield %y : tensor<?x48xf32>
  }
  return %k : tensor<?x48xf32>
}

// -----

func.func @tile(%x: tensor<?x48xf32>) -> tensor<?x48xf32>
    attributes {attn.schedules = {"linear-512-3022e2c8a8226ebd" =
        #attn.schedule<backend = llvm, strategy = dense, lanes = 8, rows = 64, cols = 16>}} {
  %w = attn.weight "w" : tensor<48x48xf32>
  // expected-error @+1 {{a register tile of 64 x 16 is 128 vectors, at most 64}}
  %k = attn.kernel (%a = %x : tensor<?x48xf32>, %b = %w : tensor<48x48xf32>) -> tensor<?x48xf32> {
    %y = attn.linear %a, %b : tensor<?x48xf32>, tensor<48x48xf32>
    attn.yield %y : tensor<?x48xf32>
  }
  return %k : tensor<?x48xf32>
}

// -----

func.func @rows(%x: tensor<?x48xf32>) -> tensor<?x48xf32>
    attributes {attn.schedules = {"linear-512-3022e2c8a8226ebd" =
        #attn.schedule<backend = llvm, strategy = dense, lanes = 8, rows = 4, cols = 16, block_rows = 4000000000>}} {
  %w = attn.weight "w" : tensor<48x48xf32>
  // expected-error @+1 {{block_rows is 4000000000, at most 1024}}
  %k = attn.kernel (%a = %x : tensor<?x48xf32>, %b = %w : tensor<48x48xf32>) -> tensor<?x48xf32> {
    %y = attn.linear %a, %b : tensor<?x48xf32>, tensor<48x48xf32>
    attn.yield %y : tensor<?x48xf32>
  }
  return %k : tensor<?x48xf32>
}

// -----

func.func @keys(%x: tensor<?x48xf32>) -> tensor<?x48xf32>
    attributes {attn.schedules = {"linear-512-3022e2c8a8226ebd" =
        #attn.schedule<backend = llvm, strategy = dense, lanes = 8, rows = 4, cols = 16, key_block = 4000000000>}} {
  %w = attn.weight "w" : tensor<48x48xf32>
  // expected-error @+1 {{key_block is 4000000000, at most 16384}}
  %k = attn.kernel (%a = %x : tensor<?x48xf32>, %b = %w : tensor<48x48xf32>) -> tensor<?x48xf32> {
    %y = attn.linear %a, %b : tensor<?x48xf32>, tensor<48x48xf32>
    attn.yield %y : tensor<?x48xf32>
  }
  return %k : tensor<?x48xf32>
}

// -----

func.func @depth(%x: tensor<?x48xf32>) -> tensor<?x48xf32>
    attributes {attn.schedules = {"linear-512-3022e2c8a8226ebd" =
        #attn.schedule<backend = llvm, strategy = dense, lanes = 8, rows = 4, cols = 16, depth_block = 4000000000>}} {
  %w = attn.weight "w" : tensor<48x48xf32>
  // expected-error @+1 {{depth_block is 4000000000, at most 65536}}
  %k = attn.kernel (%a = %x : tensor<?x48xf32>, %b = %w : tensor<48x48xf32>) -> tensor<?x48xf32> {
    %y = attn.linear %a, %b : tensor<?x48xf32>, tensor<48x48xf32>
    attn.yield %y : tensor<?x48xf32>
  }
  return %k : tensor<?x48xf32>
}

// -----

func.func @halide(%x: tensor<?x48xf32>) -> tensor<?x48xf32>
    attributes {attn.schedules = {"linear-512-3022e2c8a8226ebd" =
        #attn.schedule<backend = halide, strategy = dense, lanes = 8, rows = 4, cols = 16>}} {
  %w = attn.weight "w" : tensor<48x48xf32>
  // expected-error @+1 {{can not be kept: halide: the strategy dense is not for such kernels}}
  %k = attn.kernel (%a = %x : tensor<?x48xf32>, %b = %w : tensor<48x48xf32>) -> tensor<?x48xf32> {
    %y = attn.linear %a, %b : tensor<?x48xf32>, tensor<48x48xf32>
    attn.yield %y : tensor<?x48xf32>
  }
  return %k : tensor<?x48xf32>
}

// -----

func.func @online(%q: tensor<?x2x?x16xf32> {attn.dims = ["B", "H", "N", "D"]}) -> tensor<?x2x?x16xf32>
    attributes {attn.schedules = {"combine-512-a633e6beaa139bde" =
        #attn.schedule<backend = llvm, strategy = stream, lanes = 8, rows = 6, cols = 16>}} {
  // expected-error @+1 {{llvm: block_rows and key_block of stream are at least 1}}
  %k = attn.kernel (%a = %q : tensor<?x2x?x16xf32>) -> tensor<?x2x?x16xf32> {
    %s = attn.score dot %a, %a : tensor<?x2x?x16xf32>, tensor<?x2x?x16xf32>
    %p = attn.normalize softmax %s : tensor<?x2x?x?xf32>
    %o = attn.combine %p, %a : tensor<?x2x?x?xf32>, tensor<?x2x?x16xf32>
    attn.yield %o : tensor<?x2x?x16xf32>
  }
  return %k : tensor<?x2x?x16xf32>
}

// -----

func.func @halved(%q: tensor<?x2x?x16xf32> {attn.dims = ["B", "H", "N", "D"]}) -> tensor<?x2x?x16xf32>
    attributes {attn.schedules = {"combine-512-a633e6beaa139bde" =
        #attn.schedule<backend = halide, strategy = strip, lanes = 8, rows = 6, cols = 24, block_rows = 24>}} {
  // expected-error @+1 {{halide: cols is 24, tiles are halved where a tensor is narrower: expected a power of two}}
  %k = attn.kernel (%a = %q : tensor<?x2x?x16xf32>) -> tensor<?x2x?x16xf32> {
    %s = attn.score dot %a, %a : tensor<?x2x?x16xf32>, tensor<?x2x?x16xf32>
    %p = attn.normalize softmax %s : tensor<?x2x?x?xf32>
    %o = attn.combine %p, %a : tensor<?x2x?x?xf32>, tensor<?x2x?x16xf32>
    attn.yield %o : tensor<?x2x?x16xf32>
  }
  return %k : tensor<?x2x?x16xf32>
}

// -----

// Rows of features are made where they are multiplied, values are not.
func.func @linear_values(%q: tensor<?x4x?x8xf32>, %v: tensor<?x4x?x8xf32>) -> tensor<?x4x?x8xf32> {
  // expected-error @+1 {{llvm: values are computed inside the kernel}}
  %0 = attn.kernel (%a = %q : tensor<?x4x?x8xf32>, %b = %v : tensor<?x4x?x8xf32>) -> tensor<?x4x?x8xf32> {
    %c = attn.pointwise %b : tensor<?x4x?x8xf32> {
    ^bb0(%x: f32):
      %y = math.absf %x : f32
      attn.yield %y : f32
    }
    %o, %s, %z = attn.linear_attention %a, %a, %c : tensor<?x4x?x8xf32>, tensor<?x4x?x8xf32>, tensor<?x4x?x8xf32>
    attn.yield %o : tensor<?x4x?x8xf32>
  }
  return %0 : tensor<?x4x?x8xf32>
}

// -----

func.func @linear_keys(%q: tensor<?x4x?x8xf32>, %v: tensor<?x4x?x8xf32>) -> tensor<?x4x?x8xf32> {
  // expected-error @+1 {{llvm: queries or keys are made by attn.l2_normalize inside the kernel}}
  %0 = attn.kernel (%a = %q : tensor<?x4x?x8xf32>, %b = %v : tensor<?x4x?x8xf32>) -> tensor<?x4x?x8xf32> {
    %c = attn.l2_normalize %b eps 1.0e-6 : tensor<?x4x?x8xf32>
    %o, %s, %z = attn.linear_attention %a, %c, %b : tensor<?x4x?x8xf32>, tensor<?x4x?x8xf32>, tensor<?x4x?x8xf32>
    attn.yield %o : tensor<?x4x?x8xf32>
  }
  return %0 : tensor<?x4x?x8xf32>
}

// -----

// Two in one kernel have two states.
func.func @linear_twice(%q: tensor<?x4x?x8xf32>) -> (tensor<?x4x?x8xf32>, tensor<?x4x?x8xf32>) {
  // expected-error @+1 {{llvm: one linear_attention to a kernel}}
  %0, %1 = attn.kernel (%a = %q : tensor<?x4x?x8xf32>) -> (tensor<?x4x?x8xf32>, tensor<?x4x?x8xf32>) {
    %o, %s, %z = attn.linear_attention %a, %a, %a : tensor<?x4x?x8xf32>, tensor<?x4x?x8xf32>, tensor<?x4x?x8xf32>
    %p, %t, %y = attn.linear_attention %o, %a, %a : tensor<?x4x?x8xf32>, tensor<?x4x?x8xf32>, tensor<?x4x?x8xf32>
    attn.yield %o, %p : tensor<?x4x?x8xf32>, tensor<?x4x?x8xf32>
  }
  return %0, %1 : tensor<?x4x?x8xf32>, tensor<?x4x?x8xf32>
}

// -----

func.func @hash(%x: tensor<?x1x?x2xf32>, %r: tensor<1x2x1x5000xf32>) -> tensor<?x1x?xi32> {
  // expected-error @+1 {{no back end can compile this: llvm: a hash has at most 4096 columns in a round}}
  %k = attn.kernel (%a = %x : tensor<?x1x?x2xf32>, %b = %r : tensor<1x2x1x5000xf32>) -> tensor<?x1x?xi32> {
    %y = attn.bucket %a, %b : tensor<?x1x?x2xf32>, tensor<1x2x1x5000xf32>
    attn.yield %y : tensor<?x1x?xi32>
  }
  return %k : tensor<?x1x?xi32>
}

// -----

func.func @orders(%ids: tensor<?x1x?xi32>) -> tensor<?x1x?xi32> {
  // expected-error @+1 {{no back end can compile this: llvm: only one op that says which row goes where is ordered}}
  %k = attn.kernel (%a = %ids : tensor<?x1x?xi32>) -> tensor<?x1x?xi32> {
    %y = attn.sort %a : tensor<?x1x?xi32>
    %z = attn.invert %y : tensor<?x1x?xi32>
    attn.yield %z : tensor<?x1x?xi32>
  }
  return %k : tensor<?x1x?xi32>
}
