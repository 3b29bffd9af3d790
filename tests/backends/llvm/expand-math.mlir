// Every function that has no machine instruction becomes arithmetic, for each instruction set.
// RUN: attn-opt %s --split-input-file --attn-expand-math=isa=avx512 \
// RUN:   | FileCheck %s --check-prefixes=CHECK,AVX512 --enable-var-scope
// RUN: attn-opt %s --split-input-file --attn-expand-math=isa=avx2 \
// RUN:   | FileCheck %s --check-prefixes=CHECK,AVX2 --enable-var-scope
// RUN: attn-opt %s --split-input-file --attn-expand-math \
// RUN:   | FileCheck %s --check-prefixes=CHECK,GENERIC --enable-var-scope

// On AVX-512 the split of 2^x is vreduceps and the joining vscalefps, value before exponent.
// CHECK-LABEL: func.func @exp2_vector(
// CHECK-SAME:    %[[X:.*]]: vector<16xf32>
// CHECK-NOT:     math.exp2
// AVX512:        %[[F:.*]] = llvm.call_intrinsic "llvm.x86.avx512.mask.reduce.ps.512"(%[[X]],
// AVX512-COUNT-6: math.fma
// AVX512:        llvm.call_intrinsic "llvm.x86.avx512.mask.scalef.ps.512"(%{{.*}}, %[[X]],
// AVX2-COUNT-6:  math.fma
// AVX2-COUNT-2:  arith.shli
// GENERIC-NOT:   math.
// GENERIC:       return
func.func @exp2_vector(%x: vector<16xf32>) -> vector<16xf32> {
  %y = math.exp2 %x : vector<16xf32>
  return %y : vector<16xf32>
}

// -----

// CHECK-LABEL: func.func @exp_vector(
// AVX512:        math.roundeven
// AVX512:        llvm.call_intrinsic "llvm.x86.avx512.mask.scalef.ps.512"
// AVX2:          math.fma
// GENERIC-NOT:   math.
// CHECK-NOT:     math.exp
// CHECK:         return
func.func @exp_vector(%x: vector<16xf32>) -> vector<16xf32> {
  %y = math.exp %x : vector<16xf32>
  return %y : vector<16xf32>
}

// -----

// A scalar takes the portable form on every instruction set.
// CHECK-LABEL: func.func @exp_scalar(
// CHECK-NOT:     call_intrinsic
// CHECK-NOT:     math.exp
// CHECK:         arith.shli %{{.*}} : i32
// CHECK:         return
func.func @exp_scalar(%x: f32) -> f32 {
  %y = math.exp %x : f32
  return %y : f32
}

// -----

// CHECK-LABEL: func.func @saturating(
// AVX512-COUNT-14: llvm.call_intrinsic "llvm.x86.avx512.permvar.sf.512"
// AVX2:          arith.select
// AVX2:          arith.divf
// GENERIC-NOT:   math.
// CHECK-NOT:     math.{{erf|tanh}}
// CHECK:         return
func.func @saturating(%x: vector<16xf32>) -> vector<16xf32> {
  %e = math.erf %x : vector<16xf32>
  %t = math.tanh %e : vector<16xf32>
  return %t : vector<16xf32>
}

// -----

// CHECK-LABEL: func.func @others_vector(
// GENERIC-NOT:   math.{{[^s]}}
// CHECK-NOT:     math.{{expm1|log|sin|cos|rsqrt}}
// CHECK:         return
func.func @others_vector(%x: vector<8xf32>) -> vector<8xf32> {
  %0 = math.expm1 %x : vector<8xf32>
  %1 = math.log %0 : vector<8xf32>
  %2 = math.log2 %1 : vector<8xf32>
  %3 = math.log1p %2 : vector<8xf32>
  %4 = math.sin %3 : vector<8xf32>
  %5 = math.cos %4 : vector<8xf32>
  %6 = math.rsqrt %5 : vector<8xf32>
  return %6 : vector<8xf32>
}

// -----

// CHECK-LABEL: func.func @others_scalar(
// CHECK-NOT:     math.{{expm1|exp2|log|sin|cos|rsqrt|tanh|erf}}
// CHECK:         return
func.func @others_scalar(%x: f32) -> f32 {
  %0 = math.expm1 %x : f32
  %1 = math.log %0 : f32
  %2 = math.log2 %1 : f32
  %3 = math.log1p %2 : f32
  %4 = math.sin %3 : f32
  %5 = math.cos %4 : f32
  %6 = math.rsqrt %5 : f32
  %7 = math.tanh %6 : f32
  %8 = math.erf %7 : f32
  %9 = math.exp2 %8 : f32
  return %9 : f32
}

// -----

// Rounding and fma are instructions only from SSE4.1 and FMA on.
// CHECK-LABEL: func.func @rounding(
// AVX512:        math.floor
// AVX512:        math.fma
// AVX2:          math.ceil
// AVX2:          math.fma
// GENERIC-NOT:   math.
// GENERIC:       arith.truncf %{{.*}} : vector<4xf64> to vector<4xf32>
// CHECK:         return
func.func @rounding(%x: vector<4xf32>) -> vector<4xf32> {
  %0 = math.floor %x : vector<4xf32>
  %1 = math.ceil %0 : vector<4xf32>
  %2 = math.trunc %1 : vector<4xf32>
  %3 = math.roundeven %2 : vector<4xf32>
  %4 = math.fma %3, %x, %x : vector<4xf32>
  return %4 : vector<4xf32>
}

// -----

// Wide and n-D vectors are cut into registers where that gains instructions.
// CHECK-LABEL: func.func @cut(
// AVX512-COUNT-4: llvm.x86.avx512.mask.scalef.ps.512
// AVX2:          arith.shli %{{.*}} : vector<2x32xi32>
// GENERIC:       arith.shli %{{.*}} : vector<2x32xi32>
// CHECK:         return
func.func @cut(%x: vector<2x32xf32>) -> vector<2x32xf32> {
  %y = math.exp2 %x : vector<2x32xf32>
  return %y : vector<2x32xf32>
}

// -----

// CHECK-LABEL: func.func @bf16(
// CHECK:         arith.extf %{{.*}} : vector<16xbf16> to vector<16xf32>
// CHECK:         arith.truncf %{{.*}} : vector<16xf32> to vector<16xbf16>
func.func @bf16(%x: vector<16xbf16>) -> vector<16xbf16> {
  %y = math.exp %x : vector<16xbf16>
  return %y : vector<16xbf16>
}

// -----

// What LLVM compiles to instructions anyway stays.
// CHECK-LABEL: func.func @negative_has_instruction(
// CHECK-NEXT:    math.sqrt
// CHECK-NEXT:    math.absf
// CHECK-NEXT:    math.copysign
// CHECK-NEXT:    math.sqrt
// CHECK-NEXT:    return
func.func @negative_has_instruction(%x: vector<16xf32>, %d: f64) -> (vector<16xf32>, f64) {
  %0 = math.sqrt %x : vector<16xf32>
  %1 = math.absf %0 : vector<16xf32>
  %2 = math.copysign %1, %x : vector<16xf32>
  %3 = math.sqrt %d : f64
  return %2, %3 : vector<16xf32>, f64
}

// -----

// In f64 a product and a sum stand for an fma that may be rounded twice, where no instruction is.
// CHECK-LABEL: func.func @f64(
// CHECK-SAME:    %[[X:.*]]: vector<4xf64>
func.func @f64(%x: vector<4xf64>) -> (vector<4xf64>, vector<4xf64>) {
  // CHECK: %[[ROOT:.*]] = math.sqrt %[[X]] : vector<4xf64>
  // CHECK: %[[ONE:.*]] = arith.constant dense<1.000000e+00> : vector<4xf64>
  // CHECK: arith.divf %[[ONE]], %[[ROOT]] : vector<4xf64>
  %r = math.rsqrt %x : vector<4xf64>
  // AVX512: math.fma
  // AVX2: math.fma
  // GENERIC: %[[P:.*]] = arith.mulf %[[X]], %[[X]] : vector<4xf64>
  // GENERIC: arith.addf %[[P]], %[[X]] : vector<4xf64>
  %f = math.fma %x, %x, %x fastmath<contract> : vector<4xf64>
  return %r, %f : vector<4xf64>, vector<4xf64>
}
