// What Halide declines, and why; the kernel then goes to llvm.
// RUN: attnc %s --backend=halide --stop-after=tile -o - | FileCheck %s
// CHECK-DAG: attn.declined = "halide: attn.normalize: needs whole columns of the map, a strip has rows"
// CHECK-DAG: attn.declined = "halide: attn.combine: sums of weights by distance are left to the back end llvm"
// CHECK-DAG: attn.declined = "halide: a formula uses math.ctpop"

func.func @model(
    %q: tensor<?x2x?x4xf32> {attn.name = "q", attn.dims = ["B", "H", "N", "D"]},
    %table: tensor<5x4xf32> {attn.name = "table", attn.dims = ["R", "D"]})
    -> (tensor<?x2x?x?xf32> {attn.name = "columns"},
        tensor<?x2x?x4xf32> {attn.name = "relative"}, tensor<?x2x?x?xf32> {attn.name = "counted"}) {
  %a = attn.score dot %q, %q : tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>
  %columns = attn.normalize softmax %a over queries : tensor<?x2x?x?xf32>
  %c = attn.score dot %q, %q scale 0.25 : tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>
  %p = attn.normalize softmax %c : tensor<?x2x?x?xf32>
  %relative = attn.combine %p, %q relative %table aligned top_left
      : tensor<?x2x?x?xf32>, tensor<?x2x?x4xf32>, tensor<5x4xf32>
  %d = attn.score dot %q, %q scale 0.125 : tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>
  %counted = attn.modify %d : tensor<?x2x?x?xf32> {
  ^bb0(%x: f32, %n: index, %h: index, %i: index, %j: index):
    %key = arith.index_cast %j : index to i32
    %ones = math.ctpop %key : i32
    %real = arith.sitofp %ones : i32 to f32
    %sum = arith.addf %x, %real : f32
    attn.yield %sum : f32
  }
  return %columns, %relative, %counted
      : tensor<?x2x?x?xf32>, tensor<?x2x?x4xf32>, tensor<?x2x?x?xf32>
}
