// A bias by distance is one vector load where all lanes are inside the table, and a gather at its ends; an index that does
// not step by one is gathered.
// RUN: attnc %s -march=x86-64-v3 --stop-after=lower -o - | FileCheck %s
// RUN: sed 's/arith.subi %j, %i/arith.muli %j, %i/' %s > %t.mlir
// RUN: attnc %t.mlir -march=x86-64-v3 --stop-after=lower -o - | FileCheck %s --check-prefix=GATHER
// GATHER-LABEL: func.func private @biased_k0_strip
// GATHER-NOT: -> (vector<8xf32>)
// GATHER: llvm.intr.masked.gather

func.func @biased(%s: tensor<?x2x?x?xf32> {attn.name = "s", attn.dims = ["B", "H", "N", "M"]},
                  %table: tensor<2x63xf32> {attn.name = "table", attn.dims = ["H", "R"]})
    -> (tensor<?x2x?x?xf32> {attn.name = "out"}) {
  // CHECK-LABEL: func.func private @biased_k0_strip
  // CHECK: scf.if {{.*}} -> (vector<8xf32>)
  // CHECK: llvm.load {{.*}} -> vector<8xf32>
  // CHECK: } else {
  // CHECK: llvm.intr.masked.gather
  %t = attn.modify %s captures(%table) : tensor<?x2x?x?xf32>, tensor<2x63xf32> {
  ^bb0(%x: f32, %b: index, %h: index, %i: index, %j: index, %rows: tensor<2x63xf32>):
    %middle = arith.constant 31 : index
    %distance = arith.subi %j, %i : index
    %place = arith.addi %distance, %middle : index
    %bias = tensor.extract %rows[%h, %place] : tensor<2x63xf32>
    %y = arith.addf %x, %bias : f32
    attn.yield %y : f32
  }
  return %t : tensor<?x2x?x?xf32>
}
