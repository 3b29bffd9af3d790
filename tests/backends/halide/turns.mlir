// What Halide has no loop for is a pipeline that takes turns, called in a loop of ours: as often as sinkhorn says, and
// until no threshold of sparsemax grows. The pipelines around it are called once.
// RUN: split-file %s %t
// RUN: attnc %t/sinkhorn.mlir --backend=halide --stop-after=lower -o - | FileCheck %t/sinkhorn.mlir
// RUN: attnc %t/sparsemax.mlir --backend=halide --stop-after=lower -o - | FileCheck %t/sparsemax.mlir

//--- sinkhorn.mlir
// CHECK-LABEL: func.func private @model_k0_strip
// CHECK: call @model_k0_halide(
// CHECK: %[[TURNS:.*]] = arith.constant 5 : i64
// CHECK: scf.for %{{.*}} = %{{.*}} to %[[TURNS]]
// CHECK: call @model_k0_halide2(
// CHECK: call @model_k0_halide3(
func.func @model(%s: tensor<?x2x?x?xf32> {attn.name = "s", attn.dims = ["B", "H", "N", "M"]})
    -> (tensor<?x2x?x?xf32> {attn.name = "matrix"}) {
  %matrix = attn.normalize sinkhorn %s iterations 5 : tensor<?x2x?x?xf32>
  return %matrix : tensor<?x2x?x?xf32>
}

//--- sparsemax.mlir
// CHECK-LABEL: func.func private @model_k0_strip
// CHECK: call @model_k0_halide(
// CHECK: scf.while
// CHECK: call @model_k0_halide2(
// CHECK: arith.cmpf une
// CHECK: scf.condition
// CHECK: call @model_k0_halide3(
func.func @model(%s: tensor<?x2x?x?xf32> {attn.name = "s", attn.dims = ["B", "H", "N", "M"]})
    -> (tensor<?x2x?x?xf32> {attn.name = "sparse"}) {
  %sparse = attn.normalize sparsemax %s : tensor<?x2x?x?xf32>
  return %sparse : tensor<?x2x?x?xf32>
}
