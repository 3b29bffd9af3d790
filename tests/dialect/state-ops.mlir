// What steps, in its text form.
// RUN: attn-opt %s --verify-roundtrip | FileCheck %s

// CHECK-LABEL: @sample
func.func @sample(%logits: tensor<?x41xf32>, %seed: tensor<?xi32>, %t: tensor<?xi32>) -> tensor<?xi32> {
  // CHECK: attn.sample %{{.*}} seed %{{.*}} step %{{.*}} temperature 8.000000e-01 top_k 40 top_p 0.94999999999999996 : tensor<?x41xf32>, tensor<?xi32>, tensor<?xi32>
  %token = attn.sample %logits seed %seed step %t temperature 0.8 top_k 40 top_p 0.95 : tensor<?x41xf32>, tensor<?xi32>, tensor<?xi32>
  return %token : tensor<?xi32>
}

// CHECK-LABEL: @beams
func.func @beams(%logits: tensor<?x41xf32>, %tokens: tensor<?x4x32xi32>, %sums: tensor<?x4xf32>, %done: tensor<?x4x32xi32>,
                 %scores: tensor<?x4xf32>, %alive: tensor<?xi32>, %t: tensor<1xi32>) -> (tensor<?x4x32xi32>, tensor<?x4xf32>) {
  // CHECK: %[[LIVE:.*]], %[[SUMS:.*]], %[[STORED:.*]], %[[SCORES:.*]], %[[ALIVE:.*]], %{{.*}}, %{{.*}} = attn.beam_step %{{.*}} live %{{.*}}, %{{.*}} stored %{{.*}}, %{{.*}} alive %{{.*}} step %{{.*}} end 2 alpha 6.000000e-01 early :
  %next:7 = attn.beam_step %logits live %tokens, %sums stored %done, %scores alive %alive step %t end 2 alpha 0.6 early
      : tensor<?x41xf32>, tensor<?x4x32xi32>, tensor<?x4xf32>, tensor<?x4x32xi32>, tensor<?x4xf32>, tensor<?xi32>, tensor<1xi32>
  // CHECK: attn.beam_finish live %[[LIVE]], %[[SUMS]] stored %[[STORED]], %[[SCORES]] alive %[[ALIVE]] length %{{.*}} alpha 6.000000e-01 :
  %found:2 = attn.beam_finish live %next#0, %next#1 stored %next#2, %next#3 alive %next#4 length %t alpha 0.6
      : tensor<?x4x32xi32>, tensor<?x4xf32>, tensor<?x4x32xi32>, tensor<?x4xf32>, tensor<?xi32>, tensor<1xi32>
  return %found#0, %found#1 : tensor<?x4x32xi32>, tensor<?x4xf32>
}

func.func private @cell(%h: tensor<?x8xf32>, %x: tensor<?x4xf32>, %n: tensor<?xi32>) -> (tensor<?x8xf32>, tensor<?x3xf32>) {
  %y = attn.weight "y" : tensor<3x4xf32>
  %r = attn.linear %x, %y : tensor<?x4xf32>, tensor<3x4xf32>
  return %h, %r : tensor<?x8xf32>, tensor<?x3xf32>
}

func.func private @countdown(%n: tensor<?xi32>) -> (tensor<?xi32>, tensor<?xi32>) {
  return %n, %n : tensor<?xi32>, tensor<?xi32>
}

// CHECK-LABEL: @loop
func.func @loop(%h: tensor<?x8xf32>, %x: tensor<?x?x4xf32>, %n: tensor<?xi32>) -> (tensor<?x8xf32>, tensor<?x?x3xf32>, tensor<?xi32>) {
  // CHECK: %[[H:.*]]:2 = attn.loop @cell carried(%{{.*}}) each(%{{.*}}) with(%{{.*}}) reverse : (tensor<?x8xf32>, tensor<?x?x4xf32>, tensor<?xi32>) -> (tensor<?x8xf32>, tensor<?x?x3xf32>)
  %a:2 = attn.loop @cell carried(%h) each(%x) with(%n) reverse
      : (tensor<?x8xf32>, tensor<?x?x4xf32>, tensor<?xi32>) -> (tensor<?x8xf32>, tensor<?x?x3xf32>)
  // CHECK: attn.loop @countdown carried(%{{.*}}) steps 12 while : (tensor<?xi32>) -> tensor<?xi32>
  %b = attn.loop @countdown carried(%n) steps 12 while : (tensor<?xi32>) -> tensor<?xi32>
  return %a#0, %a#1, %b : tensor<?x8xf32>, tensor<?x?x3xf32>, tensor<?xi32>
}
