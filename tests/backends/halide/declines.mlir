// What Halide declines, and why; the kernel then goes to llvm.
// RUN: attnc %s --backend=halide --stop-after=tile -o - | FileCheck %s
// RUN: attnc %s --backend=halide --explain | FileCheck %s --check-prefix=EXPLAIN
// CHECK-DAG: attn.declined = "halide: a formula uses math.ctpop"
// CHECK-DAG: attn.declined = "halide: only kernels of score maps are written in Halide, as strips"
// EXPLAIN-DAG: declined by halide: a formula uses math.ctpop
// EXPLAIN-DAG: declined by halide: only kernels of score maps are written in Halide, as strips

func.func @model(
    %q: tensor<?x2x?x4xf32> {attn.name = "q", attn.dims = ["B", "H", "N", "D"]},
    %y: tensor<?x4xf32> {attn.name = "y", attn.dims = ["B", "D"]})
    -> (tensor<?x2x?x?xf32> {attn.name = "counted"}, tensor<?x4xf32> {attn.name = "o"}) {
  %c = attn.score dot %q, %q scale 0.25 : tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>
  %counted = attn.modify %c : tensor<?x2x?x?xf32> {
  ^bb0(%x: f32, %n: index, %h: index, %i: index, %j: index):
    %key = arith.index_cast %j : index to i32
    %ones = math.ctpop %key : i32
    %real = arith.sitofp %ones : i32 to f32
    %sum = arith.addf %x, %real : f32
    attn.yield %sum : f32
  }
  %o = attn.activation relu %y : tensor<?x4xf32>
  return %counted, %o : tensor<?x2x?x?xf32>, tensor<?x4xf32>
}
