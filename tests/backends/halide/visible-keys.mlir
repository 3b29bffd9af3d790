// A strip computes the keys that its rows see: their first panel and their end are computed before the call. A map that
// leaves the model has all its keys, and needs no range.
// RUN: split-file %s %t
// RUN: attnc %t/window.mlir --backend=halide --stop-after=lower -o - | FileCheck %s
// RUN: attnc %t/shown.mlir --backend=halide --stop-after=lower -o - | FileCheck %s --check-prefix=SHOWN

// CHECK-LABEL: func.func private @model_k1_strip
// CHECK: arith.minsi
// CHECK: arith.maxsi
// CHECK: call @model_k1_halide(
// SHOWN-LABEL: func.func private @model_k1_strip
// SHOWN-NOT: arith.maxsi
// SHOWN: call @model_k1_halide(

//--- window.mlir
func.func @model(%q: tensor<?x2x?x8xf32> {attn.name = "q", attn.dims = ["B", "H", "N", "D"]})
    -> (tensor<?x2x?x8xf32> {attn.name = "out"}) {
  %out = attn.attention %q, %q, %q scale 0.5 where window(3, 2, top_left)
      : tensor<?x2x?x8xf32>, tensor<?x2x?x8xf32>, tensor<?x2x?x8xf32>
  return %out : tensor<?x2x?x8xf32>
}

//--- shown.mlir
func.func @model(%q: tensor<?x2x?x8xf32> {attn.name = "q", attn.dims = ["B", "H", "N", "D"]})
    -> (tensor<?x2x?x?xf32> {attn.name = "map"}) {
  %s = attn.score dot %q, %q : tensor<?x2x?x8xf32>, tensor<?x2x?x8xf32>
  %map = attn.mask %s where window(3, 2, top_left) : tensor<?x2x?x?xf32>
  return %map : tensor<?x2x?x?xf32>
}
