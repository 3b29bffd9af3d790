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
