// Repeats are unrolled and calls inlined; weight names get the prefixes of all calls they stand in.
// RUN: attn-opt %s --attn-expand-repeat | FileCheck %s

// CHECK-NOT: func.func private
// CHECK-LABEL: func.func @repeat
func.func private @dense(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %w = attn.weight "dense.weight" : tensor<4x4xf32>
  %y = attn.linear %x, %w : tensor<?x4xf32>, tensor<4x4xf32>
  return %y : tensor<?x4xf32>
}

func.func private @layer(%x: tensor<?x4xf32>, %skip: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %y = func.call @dense(%x) : (tensor<?x4xf32>) -> tensor<?x4xf32>
  %z = attn.add %y, %skip : tensor<?x4xf32>, tensor<?x4xf32>
  return %z : tensor<?x4xf32>
}

func.func private @block(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %y = attn.repeat 2 @layer(%x, %x) prefix "layer.#." : (tensor<?x4xf32>, tensor<?x4xf32>) -> tensor<?x4xf32>
  return %y : tensor<?x4xf32>
}

// The result of a call is the first operand of the next; the second operand stays.
// CHECK-SAME: (%[[X:.*]]: tensor<?x4xf32>)
func.func @repeat(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  // CHECK-NEXT: %[[W0:.*]] = attn.weight "layer.0.dense.weight"
  // CHECK-NEXT: %[[Y0:.*]] = attn.linear %[[X]], %[[W0]]
  // CHECK-NEXT: %[[Z0:.*]] = attn.add %[[Y0]], %[[X]]
  // CHECK-NEXT: %[[W1:.*]] = attn.weight "layer.1.dense.weight"
  // CHECK-NEXT: %[[Y1:.*]] = attn.linear %[[Z0]], %[[W1]]
  // CHECK-NEXT: %[[Z1:.*]] = attn.add %[[Y1]], %[[X]]
  // CHECK-NEXT: return %[[Z1]]
  %y = attn.repeat 2 @layer(%x, %x) prefix "layer.#." : (tensor<?x4xf32>, tensor<?x4xf32>) -> tensor<?x4xf32>
  return %y : tensor<?x4xf32>
}

func.func private @parts(%x: tensor<?x4xf32>) -> (tensor<?x2xf32>, tensor<?x4xf32>) {
  %w = attn.weight "half" : tensor<2x4xf32>
  %y = attn.linear %x, %w : tensor<?x4xf32>, tensor<2x4xf32>
  return %y, %x : tensor<?x2xf32>, tensor<?x4xf32>
}

// One call returns what the callee does.
// CHECK-LABEL: func.func @once
// CHECK-SAME: (%[[X:.*]]: tensor<?x4xf32>)
func.func @once(%x: tensor<?x4xf32>) -> (tensor<?x2xf32>, tensor<?x4xf32>) {
  // CHECK-NEXT: %[[W:.*]] = attn.weight "first.half"
  // CHECK-NEXT: %[[Y:.*]] = attn.linear %[[X]], %[[W]]
  // CHECK-NEXT: return %[[Y]], %[[X]]
  %y:2 = attn.repeat 1 @parts(%x) prefix "first." : (tensor<?x4xf32>) -> (tensor<?x2xf32>, tensor<?x4xf32>)
  return %y#0, %y#1 : tensor<?x2xf32>, tensor<?x4xf32>
}

// CHECK-LABEL: func.func @nested
func.func @nested(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  // CHECK: attn.weight "block.0.layer.0.dense.weight"
  // CHECK: attn.weight "block.0.layer.1.dense.weight"
  // CHECK: attn.weight "block.1.layer.0.dense.weight"
  // CHECK: attn.weight "block.1.layer.1.dense.weight"
  %y = attn.repeat 2 @block(%x) prefix "block.#." : (tensor<?x4xf32>) -> tensor<?x4xf32>
  return %y : tensor<?x4xf32>
}

// A function that returns its argument leaves nothing behind.
func.func private @same(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  return %x : tensor<?x4xf32>
}

// CHECK-LABEL: func.func @identity
// CHECK-SAME: (%[[X:.*]]: tensor<?x4xf32>)
func.func @identity(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  // CHECK-NEXT: return %[[X]]
  %y = func.call @same(%x) : (tensor<?x4xf32>) -> tensor<?x4xf32>
  return %y : tensor<?x4xf32>
}

// CHECK-LABEL: func.func @negative_no_call
func.func @negative_no_call() -> tensor<4xf32> {
  // CHECK-NEXT: attn.weight "w"
  %w = attn.weight "w" : tensor<4xf32>
  return %w : tensor<4xf32>
}

func.func private @inner(%h: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %y = func.call @dense(%h) : (tensor<?x4xf32>) -> tensor<?x4xf32>
  return %y : tensor<?x4xf32>
}

func.func private @outer(%h: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %y = attn.loop @inner carried(%h) steps 2 : (tensor<?x4xf32>) -> tensor<?x4xf32>
  %z = attn.loop @inner carried(%y) steps 3 : (tensor<?x4xf32>) -> tensor<?x4xf32>
  return %z : tensor<?x4xf32>
}

func.func private @looped_layer(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %y = attn.loop @outer carried(%x) steps 5 : (tensor<?x4xf32>) -> tensor<?x4xf32>
  %z = attn.loop @outer carried(%y) steps 6 : (tensor<?x4xf32>) -> tensor<?x4xf32>
  return %z : tensor<?x4xf32>
}

// A loop keeps its function: a copy for each prefix, shared by the loops of one prefix; loops in it likewise.
// CHECK-LABEL: func.func @loops
func.func @loops(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  // CHECK: attn.loop @[[OUTER0:.*]] carried(%{{.*}}) steps 5
  // CHECK: attn.loop @[[OUTER0]] carried(%{{.*}}) steps 6
  // CHECK: attn.loop @[[OUTER1:.*]] carried(%{{.*}}) steps 5
  // CHECK: attn.loop @[[OUTER1]] carried(%{{.*}}) steps 6
  %y = attn.repeat 2 @looped_layer(%x) prefix "layer.#." : (tensor<?x4xf32>) -> tensor<?x4xf32>
  return %y : tensor<?x4xf32>
}
// CHECK: func.func private @[[OUTER1]]({{.*}}attributes {attn.step}
// CHECK: attn.loop @[[INNER1:.*]] carried(%{{.*}}) steps 2
// CHECK: attn.loop @[[INNER1]] carried(%{{.*}}) steps 3
// CHECK: func.func private @[[INNER1]]({{.*}}attributes {attn.step}
// CHECK: attn.weight "layer.1.dense.weight"
// CHECK: func.func private @[[OUTER0]]({{.*}}attributes {attn.step}
// CHECK: attn.loop @[[INNER0:.*]] carried(%{{.*}}) steps 2
// CHECK: attn.loop @[[INNER0]] carried(%{{.*}}) steps 3
// CHECK: func.func private @[[INNER0]]({{.*}}attributes {attn.step}
// CHECK: attn.weight "layer.0.dense.weight"
