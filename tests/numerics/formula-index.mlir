// A formula of the place: integer arithmetic on b, h, i and j, comparisons, select, conversions. The score is 0, so
// what is printed is 100 b + 10 h + max(i - j, 0), -1 above the diagonal in head 1.
// RUN: attn-run %s --reference --input q=zeros:[2,2,2,1] --input k=zeros:[2,2,3,1] | FileCheck %s

// CHECK: out: f32 [2,2,2,3]
// CHECK-NEXT: {{^\[\[\[\[}}0, 0, 0],
// CHECK-NEXT: [1, 0, 0]],
// CHECK-NEXT: {{\[\[}}10, -1, -1],
// CHECK-NEXT: [11, 10, -1]{{\]\]}},
// CHECK-NEXT: {{\[\[\[}}100, 100, 100],
// CHECK-NEXT: [101, 100, 100]],
// CHECK-NEXT: {{\[\[}}110, -1, -1],
// CHECK-NEXT: [111, 110, -1]{{\]\]\]$}}
func.func @place(
    %q: tensor<?x2x?x1xf32> {attn.name = "q", attn.dims = ["B", "H", "N", "D"]},
    %k: tensor<?x2x?x1xf32> {attn.name = "k", attn.dims = ["B", "H", "M", "D"]})
    -> (tensor<?x2x?x?xf32> {attn.name = "out"}) {
  %s = attn.score dot %q, %k : tensor<?x2x?x1xf32>, tensor<?x2x?x1xf32>
  %out = attn.modify %s : tensor<?x2x?x?xf32> {
  ^bb0(%x: f32, %b: index, %h: index, %i: index, %j: index):
    %hundred = arith.constant 100 : index
    %ten = arith.constant 10 : index
    %zero = arith.constant 0 : index
    %one = arith.constant 1 : index
    %b100 = arith.muli %b, %hundred : index
    %h10 = arith.muli %h, %ten : index
    %distance = arith.subi %i, %j : index
    %back = arith.maxsi %distance, %zero : index
    %bh = arith.addi %b100, %h10 : index
    %bhij = arith.addi %bh, %back : index
    %above = arith.cmpi slt, %distance, %zero : index
    %second = arith.cmpi eq, %h, %one : index
    %both = arith.andi %above, %second : i1
    %number = arith.index_cast %bhij : index to i32
    %real = arith.sitofp %number : i32 to f32
    %minus = arith.constant -1.0 : f32
    %chosen = arith.select %both, %minus, %real : f32
    %y = arith.addf %x, %chosen : f32
    attn.yield %y : f32
  }
  return %out : tensor<?x2x?x?xf32>
}
