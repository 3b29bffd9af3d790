// Functions of f64 become calls, one a lane; f32, what has an instruction, and the meaning of kernels stay.
// RUN: attn-opt %s --attn-call-libm=isa=avx2 --split-input-file | FileCheck %s --check-prefixes=CHECK,AVX2
// RUN: attn-opt %s --attn-call-libm --split-input-file | FileCheck %s --check-prefixes=CHECK,GENERIC

// CHECK: llvm.func @fmod(f64, f64) -> f64
// CHECK: llvm.func @erf(f64) -> f64
// CHECK-LABEL: func.func @lanes
func.func @lanes(%x: vector<2xf64>, %y: f64) -> (vector<2xf64>, f64) {
  // CHECK: %[[FIRST:.*]] = vector.extract %{{.*}}[0] : f64 from vector<2xf64>
  // CHECK: %[[A:.*]] = llvm.call @erf(%[[FIRST]]) : (f64) -> f64
  // CHECK: vector.insert %[[A]], %{{.*}} [0] : f64 into vector<2xf64>
  // CHECK: vector.extract %{{.*}}[1] : f64 from vector<2xf64>
  // CHECK: %[[B:.*]] = llvm.call @erf
  // CHECK: %[[R:.*]] = vector.insert %[[B]], %{{.*}} [1] : f64 into vector<2xf64>
  %r = math.erf %x : vector<2xf64>
  // CHECK: %[[M:.*]] = llvm.call @fmod(%{{.*}}, %{{.*}}) : (f64, f64) -> f64
  %m = arith.remf %y, %y : f64
  // CHECK: return %[[R]], %[[M]]
  return %r, %m : vector<2xf64>, f64
}

// -----

// CHECK-NOT: llvm.func @exp
// CHECK-LABEL: func.func @negative_f32
func.func @negative_f32(%x: vector<4xf32>) -> vector<4xf32> {
  // CHECK: math.exp
  %y = math.exp %x : vector<4xf32>
  return %y : vector<4xf32>
}

// -----

// CHECK-LABEL: func.func @instructions
func.func @instructions(%x: f64) -> (f64, f64, f64, f64) {
  // CHECK: math.sqrt
  %root = math.sqrt %x : f64
  // AVX2: math.floor
  // GENERIC: llvm.call @floor
  %floor = math.floor %x : f64
  // AVX2: math.fma %{{.*}}, %{{.*}}, %{{.*}} : f64
  // GENERIC: llvm.call @fma
  %once = math.fma %x, %x, %x : f64
  // CHECK: math.fma %{{.*}} fastmath<contract>
  %twice = math.fma %x, %x, %x fastmath<contract> : f64
  return %root, %floor, %once, %twice : f64, f64, f64, f64
}

// -----

// CHECK-NOT: llvm.func
// CHECK-LABEL: func.func @negative_meaning
func.func @negative_meaning(%x: tensor<?x4xf64>) -> tensor<?x4xf64> {
  // CHECK: math.exp
  %y = attn.kernel (%a = %x : tensor<?x4xf64>) -> tensor<?x4xf64> {
    %z = attn.pointwise %a : tensor<?x4xf64> {
    ^bb0(%e: f64):
      %w = math.exp %e : f64
      attn.yield %w : f64
    }
    attn.yield %z : tensor<?x4xf64>
  }
  return %y : tensor<?x4xf64>
}
