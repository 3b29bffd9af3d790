// Tokens and lengths are checked where they enter a loop; what a step makes of them may be any number: what names
// no row has zeros, and no more rows are read than there are.
// RUN: attnc %s -march=x86-64-v2 -o %t.so
// DEFINE: %{run} = attn-run %t.so --guard --threads=1,2 --input table=iota:[5,4] --input x=full:1:[2,3,4]
// RUN: %{run} --input id=iota:[2] --input n=full:2:[2] | FileCheck %s
// RUN: not %{run} --input id=full:5:[2] --input n=full:2:[2] 2>&1 | FileCheck %s --check-prefix=TOKEN
// RUN: not %{run} --input id=iota:[2] --input n=full:4:[2] 2>&1 | FileCheck %s --check-prefix=LENGTH
// RUN: attn-run %s --reference --input table=iota:[5,4] --input x=full:1:[2,3,4] --input id=iota:[2] --input n=full:2:[2]
// CHECK: rows
// CHECK: 0, 1, 2, 3
// CHECK: 0, 0, 0, 0
// CHECK: sums
// CHECK: 2, 2, 2, 2
// CHECK: 3, 3, 3, 3
// TOKEN: "id"[0]: 5 is outside [0, 4]
// LENGTH: "n"[0]: 4 is outside [0, 3]

func.func private @step(%id: tensor<?xi32> {attn.dims = ["B"]}, %n: tensor<?xi32> {attn.dims = ["B"]}, %table: tensor<5x4xf32>,
                        %x: tensor<?x?x4xf32> {attn.dims = ["B", "N", "C"]})
    -> (tensor<?xi32> {attn.dims = ["B"]}, tensor<?xi32> {attn.dims = ["B"]}, tensor<?x4xf32> {attn.dims = ["B", "C"]}, tensor<?x4xf32> {attn.dims = ["B", "C"]}) {
  %row = attn.embed %table, %id : tensor<5x4xf32>, tensor<?xi32>
  %sum = attn.pool sum %x lengths %n : tensor<?x?x4xf32>, tensor<?xi32>
  %next:2 = func.call @far(%id, %n) : (tensor<?xi32>, tensor<?xi32>) -> (tensor<?xi32>, tensor<?xi32>)
  return %next#0, %next#1, %row, %sum : tensor<?xi32>, tensor<?xi32>, tensor<?x4xf32>, tensor<?x4xf32>
}

func.func private @far(%id: tensor<?xi32>, %n: tensor<?xi32>) -> (tensor<?xi32>, tensor<?xi32>) {
  %a = attn.pointwise %id : tensor<?xi32> {
  ^bb0(%i: i32):
    %much = arith.constant 1000000000 : i32
    %r = arith.addi %i, %much : i32
    attn.yield %r : i32
  }
  %b = attn.pointwise %n : tensor<?xi32> {
  ^bb0(%i: i32):
    %much = arith.constant 1000000000 : i32
    %r = arith.addi %i, %much : i32
    attn.yield %r : i32
  }
  return %a, %b : tensor<?xi32>, tensor<?xi32>
}

func.func @far_away(%id: tensor<?xi32> {attn.name = "id", attn.dims = ["B"]}, %n: tensor<?xi32> {attn.name = "n", attn.dims = ["B"]},
                    %table: tensor<5x4xf32> {attn.name = "table"}, %x: tensor<?x?x4xf32> {attn.name = "x", attn.dims = ["B", "N", "C"]})
    -> (tensor<?x3x4xf32> {attn.name = "rows"}, tensor<?x3x4xf32> {attn.name = "sums"}) {
  %y:4 = attn.loop @step carried(%id, %n) with(%table, %x) steps 3
      : (tensor<?xi32>, tensor<?xi32>, tensor<5x4xf32>, tensor<?x?x4xf32>) -> (tensor<?xi32>, tensor<?xi32>, tensor<?x3x4xf32>, tensor<?x3x4xf32>)
  return %y#2, %y#3 : tensor<?x3x4xf32>, tensor<?x3x4xf32>
}
