// What would become a libm call is an error that names the op.
// RUN: attn-opt %s --split-input-file --verify-diagnostics --attn-expand-math=isa=avx512
// RUN: attn-opt %s --split-input-file --verify-diagnostics --attn-expand-math

// attn-call-libm comes before.
func.func @f64(%x: f64) -> f64 {
  // expected-error@+1 {{'math.exp' op has no expansion for 'f64', which LLVM would call libm for}}
  %y = math.exp %x : f64
  return %y : f64
}

// -----

func.func @no_expansion(%x: vector<8xf32>) -> vector<8xf32> {
  // expected-error@+1 {{'math.powf' op has no expansion for 'vector<8xf32>'}}
  %y = math.powf %x, %x : vector<8xf32>
  return %y : vector<8xf32>
}

// -----

func.func @remainder(%x: f32) -> f32 {
  // expected-error@+1 {{'arith.remf' op has no expansion for 'f32'}}
  %y = arith.remf %x, %x : f32
  return %y : f32
}

// -----

func.func @scalable(%x: vector<[4]xf32>) -> vector<[4]xf32> {
  // expected-error@+1 {{'math.exp' op has no expansion for 'vector<[4]xf32>'}}
  %y = math.exp %x : vector<[4]xf32>
  return %y : vector<[4]xf32>
}
