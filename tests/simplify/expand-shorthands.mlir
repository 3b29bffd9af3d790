// Shorthands become the ops they stand for, with their formulas.
// RUN: attn-opt %s --attn-expand-shorthands | FileCheck %s

// In the order of the shorthand: scale, modify, mask, normalize, combine.
// CHECK-LABEL: func.func @attention
// CHECK-SAME: (%[[Q:.*]]: tensor<?x4x?x8xf32>, %[[K:.*]]: tensor<?x2x?x8xf32>, %[[V:.*]]: tensor<?x2x?x6xf32>, %[[N:.*]]: tensor<?xi32>)
func.func @attention(%q: tensor<?x4x?x8xf32>, %k: tensor<?x2x?x8xf32>, %v: tensor<?x2x?x6xf32>, %n: tensor<?xi32>)
    -> tensor<?x4x?x6xf32> {
  // CHECK: %[[S:.*]] = attn.score dot %[[Q]], %[[K]] scale 5.000000e-01
  // CHECK: %[[T:.*]] = attn.modify %[[S]]
  // CHECK: math.tanh
  // CHECK: %[[U:.*]] = attn.mask %[[T]] where causal(top_left) and lengths(%[[N]])
  // CHECK: %[[P:.*]] = attn.normalize softmax %[[U]]
  // CHECK: %[[O:.*]] = attn.combine %[[P]], %[[V]]
  // CHECK: return %[[O]]
  %o = attn.attention %q, %k, %v scale 0.5 where causal(top_left) and lengths(%n)
      : tensor<?x4x?x8xf32>, tensor<?x2x?x8xf32>, tensor<?x2x?x6xf32>, tensor<?xi32> {
  ^bb0(%x: f32, %b: index, %h: index, %i: index, %j: index):
    %t = math.tanh %x : f32
    attn.yield %t : f32
  }
  return %o : tensor<?x4x?x6xf32>
}

// CHECK-LABEL: func.func @attention_plain
func.func @attention_plain(%q: tensor<?x4x?x8xf32>) -> tensor<?x4x?x8xf32> {
  // CHECK: attn.score
  // CHECK-NOT: attn.modify
  // CHECK-NOT: attn.mask
  // CHECK: attn.normalize softmax
  %o = attn.attention %q, %q, %q : tensor<?x4x?x8xf32>, tensor<?x4x?x8xf32>, tensor<?x4x?x8xf32>
  return %o : tensor<?x4x?x8xf32>
}

// CHECK-LABEL: func.func @add
// CHECK-SAME: (%[[X:.*]]: tensor<?x8xf32>, %[[Y:.*]]: tensor<8xf32>)
func.func @add(%x: tensor<?x8xf32>, %y: tensor<8xf32>) -> tensor<?x8xf32> {
  // CHECK: attn.pointwise %[[X]], %[[Y]] : tensor<?x8xf32>, tensor<8xf32> {
  // CHECK-NEXT: ^bb0(%[[A:.*]]: f32, %[[B:.*]]: f32):
  // CHECK-NEXT: %[[R:.*]] = arith.addf %[[A]], %[[B]] : f32
  // CHECK-NEXT: attn.yield %[[R]] : f32
  %z = attn.add %x, %y : tensor<?x8xf32>, tensor<8xf32>
  return %z : tensor<?x8xf32>
}

// alpha a + (1 - alpha) b, on maps as on other tensors.
// CHECK-LABEL: func.func @blend
// CHECK-SAME: (%[[X:.*]]: tensor<?x4x?x?xf32> {{.*}}, %[[Y:.*]]: tensor<?x4x?x?xf32> {{.*}})
func.func @blend(%x: tensor<?x4x?x?xf32> {attn.dims = ["B", "H", "N", "M"]},
                 %y: tensor<?x4x?x?xf32> {attn.dims = ["B", "H", "N", "M"]}) -> tensor<?x4x?x?xf32> {
  // CHECK: attn.pointwise %[[X]], %[[Y]] : tensor<?x4x?x?xf32>, tensor<?x4x?x?xf32> {
  // CHECK-NEXT: ^bb0(%[[A:.*]]: f32, %[[B:.*]]: f32):
  // CHECK-DAG: %[[ALPHA:.*]] = arith.constant 2.500000e-01 : f32
  // CHECK-DAG: %[[REST:.*]] = arith.constant 7.500000e-01 : f32
  // CHECK-DAG: %[[L:.*]] = arith.mulf %[[ALPHA]], %[[A]] : f32
  // CHECK-DAG: %[[R:.*]] = arith.mulf %[[REST]], %[[B]] : f32
  // CHECK: %[[SUM:.*]] = arith.addf %[[L]], %[[R]] : f32
  // CHECK-NEXT: attn.yield %[[SUM]] : f32
  %z = attn.blend %x, %y alpha 0.25 : tensor<?x4x?x?xf32>, tensor<?x4x?x?xf32>
  return %z : tensor<?x4x?x?xf32>
}

// maximumf, not maxnumf: a NaN stays one.
// CHECK-LABEL: func.func @relu
func.func @relu(%x: tensor<?x8xf32>) -> tensor<?x8xf32> {
  // CHECK: arith.maximumf
  %y = attn.activation relu %x : tensor<?x8xf32>
  return %y : tensor<?x8xf32>
}

// x/2 (1 + erf(x / sqrt 2))
// CHECK-LABEL: func.func @gelu(
func.func @gelu(%x: tensor<?x8xf64>) -> tensor<?x8xf64> {
  // CHECK: ^bb0(%[[X:.*]]: f64):
  // CHECK-DAG: %[[ROOT:.*]] = arith.constant 0.70710678118654757 : f64
  // CHECK-DAG: %[[HALF:.*]] = arith.constant 5.0{{0*}}e-01 : f64
  // CHECK-DAG: %[[ONE:.*]] = arith.constant 1.0{{0*}}e+00 : f64
  // CHECK-DAG: %[[IN:.*]] = arith.mulf %[[X]], %[[ROOT]]
  // CHECK-DAG: %[[ERF:.*]] = math.erf %[[IN]]
  // CHECK-DAG: %[[X2:.*]] = arith.mulf %[[X]], %[[HALF]]
  // CHECK-DAG: %[[PHI:.*]] = arith.addf %[[ONE]], %[[ERF]]
  // CHECK: arith.mulf %[[X2]], %[[PHI]]
  %y = attn.activation gelu %x : tensor<?x8xf64>
  return %y : tensor<?x8xf64>
}

// CHECK-LABEL: func.func @gelu_tanh
func.func @gelu_tanh(%x: tensor<?x8xf64>) -> tensor<?x8xf64> {
  // CHECK-DAG: arith.constant 4.471{{.*}}e-02 : f64
  // CHECK-DAG: arith.constant 0.797884560{{.*}} : f64
  // CHECK: math.tanh
  %y = attn.activation gelu_tanh %x : tensor<?x8xf64>
  return %y : tensor<?x8xf64>
}

// CHECK-LABEL: func.func @tanh
func.func @tanh(%x: tensor<?x8xf32>) -> tensor<?x8xf32> {
  // CHECK: math.tanh
  %y = attn.activation tanh %x : tensor<?x8xf32>
  return %y : tensor<?x8xf32>
}

// CHECK-LABEL: func.func @sigmoid
func.func @sigmoid(%x: tensor<?x8xf32>) -> tensor<?x8xf32> {
  // CHECK: %[[NEG:.*]] = arith.negf
  // CHECK: %[[EXP:.*]] = math.exp %[[NEG]]
  // CHECK: %[[SUM:.*]] = arith.addf %{{.*}}, %[[EXP]]
  // CHECK: arith.divf %{{.*}}, %[[SUM]]
  %y = attn.activation sigmoid %x : tensor<?x8xf32>
  return %y : tensor<?x8xf32>
}

// CHECK-LABEL: func.func @silu
func.func @silu(%x: tensor<?x8xf32>) -> tensor<?x8xf32> {
  // CHECK: ^bb0(%[[X:.*]]: f32):
  // CHECK: %[[SIGMOID:.*]] = arith.divf
  // CHECK: arith.mulf %[[X]], %[[SIGMOID]]
  %y = attn.activation silu %x : tensor<?x8xf32>
  return %y : tensor<?x8xf32>
}

// CHECK-LABEL: func.func @negative_canonical
func.func @negative_canonical(%s: tensor<?x4x?x?xf32>) -> tensor<?x4x?x?xf32> {
  // CHECK-NEXT: attn.normalize softmax
  // CHECK-NEXT: return
  %p = attn.normalize softmax %s : tensor<?x4x?x?xf32>
  return %p : tensor<?x4x?x?xf32>
}

// Scores of projections, as products.
// CHECK-LABEL: func.func @cosine
// CHECK-SAME: (%[[Q:.*]]: tensor<?x4x?x8xf32>, %[[K:.*]]: tensor<?x2x?x8xf32>)
func.func @cosine(%q: tensor<?x4x?x8xf32>, %k: tensor<?x2x?x8xf32>) -> tensor<?x4x?x?xf32> {
  // CHECK-DAG: %[[QN:.*]] = attn.l2_normalize %[[Q]] eps 1.000000e-08
  // CHECK-DAG: %[[KN:.*]] = attn.l2_normalize %[[K]] eps 1.000000e-08
  // CHECK: attn.score dot %[[QN]], %[[KN]] scale 2.000000e+00
  %s = attn.score cosine %q, %k scale 2.0 : tensor<?x4x?x8xf32>, tensor<?x2x?x8xf32>
  return %s : tensor<?x4x?x?xf32>
}

// CHECK-LABEL: func.func @bilinear
// CHECK-SAME: (%[[Q:.*]]: tensor<?x4x?x8xf32>, %[[K:.*]]: tensor<?x2x?x6xf32>, %[[W:.*]]: tensor<8x6xf32>, %[[H:.*]]: tensor<4x8x6xf32>)
func.func @bilinear(%q: tensor<?x4x?x8xf32>, %k: tensor<?x2x?x6xf32>, %w: tensor<8x6xf32>, %h: tensor<4x8x6xf32>)
    -> (tensor<?x4x?x?xf32>, tensor<?x4x?x?xf32>) {
  // CHECK: %[[KW:.*]] = attn.linear %[[K]], %[[W]]
  // CHECK: attn.score dot %[[Q]], %[[KW]] :
  %s = attn.score bilinear %q, %k with %w : tensor<?x4x?x8xf32>, tensor<?x2x?x6xf32>, tensor<8x6xf32>
  // CHECK: %[[QW:.*]] = attn.combine %[[Q]], %[[H]] :
  // CHECK: attn.score dot %[[QW]], %[[K]] :
  %t = attn.score bilinear %q, %k with %h : tensor<?x4x?x8xf32>, tensor<?x2x?x6xf32>, tensor<4x8x6xf32>
  return %s, %t : tensor<?x4x?x?xf32>, tensor<?x4x?x?xf32>
}

// Scores of pairs of channels, with numbers of the channel or of head and channel.
// CHECK-LABEL: func.func @additive
// CHECK-SAME: (%[[Q:.*]]: tensor<?x4x?x8xf32>, %[[V:.*]]: tensor<8xf32>)
func.func @additive(%q: tensor<?x4x?x8xf32>, %v: tensor<8xf32>) -> tensor<?x4x?x?xf32> {
  // CHECK: attn.pair_score %[[Q]], %[[Q]] captures(%[[V]]) scale 5.000000e-01
  // CHECK-NEXT: ^bb0(%[[X:.*]]: f32, %[[Y:.*]]: f32, %{{.*}}: index, %[[D:.*]]: index, %[[T:.*]]: tensor<8xf32>):
  // CHECK-DAG: %[[W:.*]] = tensor.extract %[[T]][%[[D]]]
  // CHECK-DAG: %[[SUM:.*]] = arith.addf %[[X]], %[[Y]]
  // CHECK: %[[TANH:.*]] = math.tanh %[[SUM]]
  // CHECK: %[[R:.*]] = arith.mulf %[[TANH]], %[[W]]
  // CHECK: attn.yield %[[R]]
  %s = attn.score additive %q, %q with %v scale 0.5 : tensor<?x4x?x8xf32>, tensor<?x4x?x8xf32>, tensor<8xf32>
  return %s : tensor<?x4x?x?xf32>
}

// CHECK-LABEL: func.func @distance
func.func @distance(%q: tensor<?x4x?x8xf32>) -> tensor<?x4x?x?xf32> {
  // CHECK: attn.pair_score
  // CHECK: %[[D:.*]] = arith.subf
  // CHECK: %[[S:.*]] = arith.mulf %[[D]], %[[D]]
  // CHECK: arith.negf %[[S]]
  %s = attn.score distance %q, %q : tensor<?x4x?x8xf32>, tensor<?x4x?x8xf32>
  return %s : tensor<?x4x?x?xf32>
}

// The size of the scale comes before the rectifier, its sign after.
// CHECK-LABEL: func.func @rank1
func.func @rank1(%q: tensor<?x4x?x8xf32>, %a: tensor<4x8xf32>, %b: tensor<8xf32>) -> tensor<?x4x?x?xf32> {
  // CHECK: %[[S:.*]] = attn.pair_score %{{.*}}, %{{.*}} captures(%{{.*}}, %{{.*}}) scale 3.000000e+00 : {{.*}} {
  // CHECK-NEXT: ^bb0(%[[X:.*]]: f32, %[[Y:.*]]: f32, %[[H:.*]]: index, %[[D:.*]]: index, %[[A:.*]]: tensor<4x8xf32>, %[[B:.*]]: tensor<8xf32>):
  // CHECK-DAG: tensor.extract %[[A]][%[[H]], %[[D]]]
  // CHECK-DAG: tensor.extract %[[B]][%[[D]]]
  // CHECK: attn.modify %[[S]]
  // CHECK: %[[FIVE:.*]] = arith.constant 5.000000e+00
  // CHECK: %[[SMALL:.*]] = arith.divf %[[Z:.*]], %[[FIVE]]
  // CHECK: %[[LEAKY:.*]] = arith.maximumf %[[Z]], %[[SMALL]]
  // CHECK: %[[R:.*]] = arith.negf %[[LEAKY]]
  // CHECK: attn.yield %[[R]]
  %s = attn.score rank1 %q, %q with %a, %b scale -3.0
      : tensor<?x4x?x8xf32>, tensor<?x4x?x8xf32>, tensor<4x8xf32>, tensor<8xf32>
  return %s : tensor<?x4x?x?xf32>
}
