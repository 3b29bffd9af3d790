// A formula that reads outside its table and divides by zero: the reference reports it, compiled code goes on with the nearest
// element and a divisor of 1, on vectors and scalars, and with an empty table.
// RUN: not attn-run %s --reference --input q=zeros:[1,1,3,1] --input k=zeros:[1,1,1,1] --input v=full:1:[1,1,1,1] \
// RUN:   --input table=iota:[3] 2>&1 | FileCheck %s --check-prefix=FAULT
// RUN: attnc %s -o %t.so -march=x86-64-v2
// RUN: attn-run %t.so --input q=zeros:[1,1,3,1] --input k=zeros:[1,1,4,1] --input v=iota:[1,1,4,1] --input table=iota:[3] \
// RUN:   | FileCheck %s --check-prefix=GOES-ON
// RUN: attnc %s -o %t.halide.so -march=x86-64-v2 --backend=halide
// RUN: attn-run %t.so %t.halide.so --guard --input q=zeros:[1,1,3,1] --input k=zeros:[1,1,4,1] --input v=iota:[1,1,4,1] \
// RUN:   --input table=iota:[3] --output out=%t.npy
// RUN: attn-run %t.halide.so --input q=zeros:[1,1,3,1] --input k=zeros:[1,1,4,1] --input v=iota:[1,1,4,1] \
// RUN:   --input table=iota:[3] | FileCheck %s --check-prefix=GOES-ON
// RUN: attn-run %t.so --input q=zeros:[1,1,3,1] --input k=zeros:[1,1,4,1] --input v=iota:[1,1,4,1] --input table=zeros:[0]
// FAULT: error:
// GOES-ON: out: f32 [1,1,3,1]
// GOES-ON-COUNT-3: 0.57753
func.func @faults(%q: tensor<?x1x?x1xf32> {attn.name = "q", attn.dims = ["B", "H", "N", "D"]},
                  %k: tensor<?x1x?x1xf32> {attn.name = "k", attn.dims = ["B", "H", "M", "D"]},
                  %v: tensor<?x1x?x1xf32> {attn.name = "v", attn.dims = ["B", "H", "M", "D"]},
                  %table: tensor<?xf32> {attn.name = "table", attn.dims = ["T"]}) -> tensor<?x1x?x1xf32> {
  %s = attn.score dot %q, %k : tensor<?x1x?x1xf32>, tensor<?x1x?x1xf32>
  %t = attn.modify %s captures(%table) : tensor<?x1x?x?xf32>, tensor<?xf32> {
  ^bb0(%x: f32, %b: index, %h: index, %i: index, %j: index, %row: tensor<?xf32>):
    %ten = arith.constant 10 : index
    %thousand = arith.constant -1000000 : index
    %quotient = arith.divsi %ten, %i : index
    %place = arith.muli %j, %thousand : index
    %zero = arith.subi %j, %j : index
    %rest = arith.remsi %quotient, %zero : index
    %divided = arith.divui %rest, %zero : index
    %near = arith.addi %place, %quotient : index
    %also = arith.addi %near, %divided : index
    %value = tensor.extract %row[%also] : tensor<?xf32>
    attn.yield %value : f32
  }
  %p = attn.normalize softmax %t : tensor<?x1x?x?xf32>
  %o = attn.combine %p, %v : tensor<?x1x?x?xf32>, tensor<?x1x?x1xf32>
  return %o : tensor<?x1x?x1xf32>
}
