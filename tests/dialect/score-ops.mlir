// Text forms of score, given_score, pair_score, relative_score and relative_score_2d, and the types they infer.
// RUN: attn-opt %s --verify-roundtrip | FileCheck %s

// CHECK-LABEL: @score
func.func @score(%q: tensor<?x8x?x64xf32>, %k: tensor<4x2x?x64xf32>) -> tensor<4x8x?x?xf32> {
  // CHECK: attn.score dot %{{.*}}, %{{.*}} : tensor<?x8x?x64xf32>, tensor<4x2x?x64xf32>
  %s = attn.score dot %q, %k : tensor<?x8x?x64xf32>, tensor<4x2x?x64xf32>
  // CHECK: attn.score dot %{{.*}}, %{{.*}} scale 1.250000e-01 : tensor<?x8x?x64xf32>, tensor<4x2x?x64xf32>
  %t = attn.score dot %q, %k scale 0.125 : tensor<?x8x?x64xf32>, tensor<4x2x?x64xf32>
  return %t : tensor<4x8x?x?xf32>
}

// CHECK-LABEL: @score_kinds
func.func @score_kinds(%q: tensor<?x8x?x64xf32>, %k: tensor<?x2x?x32xf32>, %w: tensor<64x32xf32>,
                       %a: tensor<64xf32>, %b: tensor<8x64xf32>) {
  // CHECK: attn.score bilinear %{{.*}}, %{{.*}} with %{{.*}} : tensor<?x8x?x64xf32>, tensor<?x2x?x32xf32>, tensor<64x32xf32>
  %0 = attn.score bilinear %q, %k with %w : tensor<?x8x?x64xf32>, tensor<?x2x?x32xf32>, tensor<64x32xf32>
  // CHECK: attn.score additive %{{.*}}, %{{.*}} with %{{.*}} scale 5.000000e-01 : {{.*}}, tensor<8x64xf32>
  %1 = attn.score additive %q, %q with %b scale 0.5 : tensor<?x8x?x64xf32>, tensor<?x8x?x64xf32>, tensor<8x64xf32>
  // CHECK: attn.score rank1 %{{.*}}, %{{.*}} with %{{.*}}, %{{.*}} : {{.*}}, tensor<64xf32>, tensor<8x64xf32>
  %2 = attn.score rank1 %q, %q with %a, %b : tensor<?x8x?x64xf32>, tensor<?x8x?x64xf32>, tensor<64xf32>, tensor<8x64xf32>
  // CHECK: attn.score cosine %{{.*}}, %{{.*}} : tensor<?x8x?x64xf32>, tensor<?x8x?x64xf32>
  %3 = attn.score cosine %q, %q : tensor<?x8x?x64xf32>, tensor<?x8x?x64xf32>
  // CHECK: attn.score distance
  %4 = attn.score distance %q, %q : tensor<?x8x?x64xf32>, tensor<?x8x?x64xf32>
  return
}

// Keys that samples share, and heads too.
// CHECK-LABEL: @shared_keys
func.func @shared_keys(%q: tensor<?x8x?x64xf32>, %k: tensor<2x16x64xf32>, %m: tensor<?x64xf32>)
    -> (tensor<?x8x?x16xf32>, tensor<?x8x?x?xf32>) {
  // CHECK: attn.score dot %{{.*}}, %{{.*}} : tensor<?x8x?x64xf32>, tensor<2x16x64xf32>
  %s = attn.score dot %q, %k : tensor<?x8x?x64xf32>, tensor<2x16x64xf32>
  %t = attn.score dot %q, %m : tensor<?x8x?x64xf32>, tensor<?x64xf32>
  return %s, %t : tensor<?x8x?x16xf32>, tensor<?x8x?x?xf32>
}

// CHECK-LABEL: @given_score
func.func @given_score(%q: tensor<?x8x?x64xf32>, %k: tensor<4x2x?x64xf32>, %t: tensor<8x512x512xf32>,
                       %u: tensor<?x1x?x?xf32>, %v: tensor<?x?xf32>) -> tensor<4x8x?x?xf32> {
  // CHECK: attn.given_score %{{.*}} like %{{.*}}, %{{.*}} : tensor<8x512x512xf32>, tensor<?x8x?x64xf32>, tensor<4x2x?x64xf32>
  %a = attn.given_score %t like %q, %k : tensor<8x512x512xf32>, tensor<?x8x?x64xf32>, tensor<4x2x?x64xf32>
  %b = attn.given_score %u like %q, %k : tensor<?x1x?x?xf32>, tensor<?x8x?x64xf32>, tensor<4x2x?x64xf32>
  %c = attn.given_score %v like %q, %k : tensor<?x?xf32>, tensor<?x8x?x64xf32>, tensor<4x2x?x64xf32>
  return %c : tensor<4x8x?x?xf32>
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
