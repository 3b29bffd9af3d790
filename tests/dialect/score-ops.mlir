// Text forms of score, pair_score, relative_score and relative_score_2d, and the types they infer.
// RUN: attn-opt %s --verify-roundtrip | FileCheck %s

// CHECK-LABEL: @score
func.func @score(%q: tensor<?x8x?x64xf32>, %k: tensor<4x2x?x64xf32>) -> tensor<4x8x?x?xf32> {
  // CHECK: attn.score dot %{{.*}}, %{{.*}} : tensor<?x8x?x64xf32>, tensor<4x2x?x64xf32>
  %s = attn.score dot %q, %k : tensor<?x8x?x64xf32>, tensor<4x2x?x64xf32>
  // CHECK: attn.score dot %{{.*}}, %{{.*}} scale 1.250000e-01 : tensor<?x8x?x64xf32>, tensor<4x2x?x64xf32>
  %t = attn.score dot %q, %k scale 0.125 : tensor<?x8x?x64xf32>, tensor<4x2x?x64xf32>
  return %t : tensor<4x8x?x?xf32>
}

// CHECK-LABEL: @pair_score
func.func @pair_score(%q: tensor<?x8x?x64xf32>, %k: tensor<4x2x?x64xf32>, %v: tensor<64xf32>) -> tensor<4x8x?x?xf32> {
  // CHECK: attn.pair_score %{{.*}}, %{{.*}} : tensor<?x8x?x64xf32>, tensor<4x2x?x64xf32> {
  // CHECK-NEXT: ^bb0(%{{.*}}: f32, %{{.*}}: f32, %{{.*}}: index, %{{.*}}: index):
  %s = attn.pair_score %q, %k : tensor<?x8x?x64xf32>, tensor<4x2x?x64xf32> {
  ^bb0(%x: f32, %y: f32, %h: index, %d: index):
    %r = arith.subf %x, %y : f32
    attn.yield %r : f32
  }
  // CHECK: attn.pair_score %{{.*}}, %{{.*}} captures(%{{.*}}) scale -1.000000e+00 : tensor<?x8x?x64xf32>, tensor<4x2x?x64xf32>, tensor<64xf32> {
  // CHECK-NEXT: ^bb0(%{{.*}}: f32, %{{.*}}: f32, %{{.*}}: index, %[[D:.*]]: index, %[[W:.*]]: tensor<64xf32>):
  // CHECK-NEXT: tensor.extract %[[W]][%[[D]]]
  %t = attn.pair_score %q, %k captures(%v) scale -1.0
      : tensor<?x8x?x64xf32>, tensor<4x2x?x64xf32>, tensor<64xf32> {
  ^bb0(%x: f32, %y: f32, %h: index, %d: index, %weights: tensor<64xf32>):
    %w = tensor.extract %weights[%d] : tensor<64xf32>
    attn.yield %w : f32
  }
  return %t : tensor<4x8x?x?xf32>
}

// The batch and the number of keys are those of `like`, of any number of heads.
// CHECK-LABEL: @relative_score
func.func @relative_score(%q: tensor<?x8x?x64xf32>, %table: tensor<33x64xf32>, %k: tensor<4x2x9x16xf32>) -> tensor<4x8x?x9xf32> {
  // CHECK: attn.relative_score %{{.*}}, %{{.*}} like %{{.*}} aligned bottom_right : tensor<?x8x?x64xf32>, tensor<33x64xf32>, tensor<4x2x9x16xf32>
  %r = attn.relative_score %q, %table like %k aligned bottom_right
      : tensor<?x8x?x64xf32>, tensor<33x64xf32>, tensor<4x2x9x16xf32>
  // CHECK: attn.relative_score %{{.*}} aligned top_left scale 1.250000e-01 :
  %t = attn.relative_score %q, %table like %k aligned top_left scale 0.125
      : tensor<?x8x?x64xf32>, tensor<33x64xf32>, tensor<4x2x9x16xf32>
  return %t : tensor<4x8x?x9xf32>
}

// CHECK-LABEL: @relative_score_2d
func.func @relative_score_2d(%q: tensor<?x2x15x4xf32>, %rows: tensor<5x4xf32>, %cols: tensor<9x4xf32>) -> tensor<?x2x15x15xf32> {
  // CHECK: attn.relative_score_2d %{{.*}}, %{{.*}}, %{{.*}} : tensor<?x2x15x4xf32>, tensor<5x4xf32>, tensor<9x4xf32>
  %r = attn.relative_score_2d %q, %rows, %cols : tensor<?x2x15x4xf32>, tensor<5x4xf32>, tensor<9x4xf32>
  // CHECK: attn.relative_score_2d %{{.*}}, %{{.*}}, %{{.*}} scale 5.000000e-01 :
  %t = attn.relative_score_2d %q, %rows, %cols scale 0.5 : tensor<?x2x15x4xf32>, tensor<5x4xf32>, tensor<9x4xf32>
  return %t : tensor<?x2x15x15xf32>
}
