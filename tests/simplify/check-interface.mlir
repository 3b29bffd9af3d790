// Arguments and results without a name get one; a model that is in order stays as it is.
// RUN: attn-opt %s --split-input-file --attn-check-interface | FileCheck %s

// CHECK: func.func @default_names(%{{.*}}: tensor<?x4xf32> {attn.name = "arg0"}, %{{.*}}: tensor<?xi32> {attn.name = "n"})
// CHECK-SAME: -> (tensor<?x4xf32> {attn.name = "out"})
func.func @default_names(%x: tensor<?x4xf32>, %n: tensor<?xi32> {attn.name = "n"}) -> tensor<?x4xf32> {
  %y = attn.activation relu %x : tensor<?x4xf32>
  return %y : tensor<?x4xf32>
}

// -----

// CHECK: func.func @negative_named(%{{.*}}: tensor<?x4xf64> {attn.dims = ["B", "C"], attn.name = "x"})
// CHECK-SAME: -> (tensor<?x4xf64> {attn.name = "y"})
func.func @negative_named(%x: tensor<?x4xf64> {attn.name = "x", attn.dims = ["B", "C"]})
    -> (tensor<?x4xf64> {attn.name = "y"}) {
  %y = attn.activation relu %x : tensor<?x4xf64>
  return %y : tensor<?x4xf64>
}

// -----

// What a loop steps through is no second model.
// CHECK: func.func @negative_step
func.func @negative_step(%h: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %y = attn.loop @step carried(%h) steps 2 : (tensor<?x4xf32>) -> tensor<?x4xf32>
  return %y : tensor<?x4xf32>
}
// CHECK: func.func private @step(%{{.*}}: tensor<?x4xf32>) -> tensor<?x4xf32> attributes {attn.step}
func.func private @step(%x: tensor<?x4xf32>) -> tensor<?x4xf32> attributes {attn.step} {
  return %x : tensor<?x4xf32>
}
