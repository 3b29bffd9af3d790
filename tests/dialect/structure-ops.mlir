// Text form of repeat.
// RUN: attn-opt %s --verify-roundtrip | FileCheck %s

func.func private @layer(%x: tensor<?x4xf32>, %n: tensor<?xi32>) -> tensor<?x4xf32> {
  return %x : tensor<?x4xf32>
}

// CHECK-LABEL: @repeat
func.func @repeat(%x: tensor<?x4xf32>, %n: tensor<?xi32>) -> tensor<?x4xf32> {
  // CHECK: attn.repeat 6 @layer(%{{.*}}, %{{.*}}) prefix "layer.#." : (tensor<?x4xf32>, tensor<?xi32>) -> tensor<?x4xf32>
  %y = attn.repeat 6 @layer(%x, %n) prefix "layer.#." : (tensor<?x4xf32>, tensor<?xi32>) -> tensor<?x4xf32>
  return %y : tensor<?x4xf32>
}

func.func private @parts(%x: tensor<?x4xf32>) -> (tensor<?x2xf32>, tensor<?x4xf32>) {
  %w = attn.weight "half" : tensor<2x4xf32>
  %y = attn.linear %x, %w : tensor<?x4xf32>, tensor<2x4xf32>
  return %y, %x : tensor<?x2xf32>, tensor<?x4xf32>
}

// One call: a call with a prefix.
// CHECK-LABEL: @call
func.func @call(%x: tensor<?x4xf32>) {
  // CHECK: attn.repeat 1 @parts(%{{.*}}) prefix "first." : (tensor<?x4xf32>) -> (tensor<?x2xf32>, tensor<?x4xf32>)
  %y:2 = attn.repeat 1 @parts(%x) prefix "first." : (tensor<?x4xf32>) -> (tensor<?x2xf32>, tensor<?x4xf32>)
  return
}
