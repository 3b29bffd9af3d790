// Text form of score, and the type it infers.
// RUN: attn-opt %s --verify-roundtrip | FileCheck %s

// CHECK-LABEL: @score
func.func @score(%q: tensor<?x8x?x64xf32>, %k: tensor<4x2x?x64xf32>) -> tensor<4x8x?x?xf32> {
  // CHECK: attn.score dot %{{.*}}, %{{.*}} : tensor<?x8x?x64xf32>, tensor<4x2x?x64xf32>
  %s = attn.score dot %q, %k : tensor<?x8x?x64xf32>, tensor<4x2x?x64xf32>
  // CHECK: attn.score dot %{{.*}}, %{{.*}} scale 1.250000e-01 : tensor<?x8x?x64xf32>, tensor<4x2x?x64xf32>
  %t = attn.score dot %q, %k scale 0.125 : tensor<?x8x?x64xf32>, tensor<4x2x?x64xf32>
  return %t : tensor<4x8x?x?xf32>
}
