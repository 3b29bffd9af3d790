// Integers that wrap, shifts by more than the width, and promises that do not hold: the same numbers everywhere.
// RUN: %run_compiled %s %t --sizes B=2,N=7,M=19 --sizes B=1,N=33,M=4
func.func @model(%q: tensor<?x2x?x4xf32> {attn.name = "q", attn.dims = ["B", "H", "N", "D"]},
                 %k: tensor<?x2x?x4xf32> {attn.name = "k", attn.dims = ["B", "H", "M", "D"]},
                 %table: tensor<16xf32> {attn.name = "table", attn.dims = ["T"]})
    -> (tensor<?x2x?x?xf32> {attn.name = "out"}) {
  %s = attn.score dot %q, %k : tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>
  %t = attn.modify %s captures(%table) : tensor<?x2x?x?xf32>, tensor<16xf32> {
  ^bb0(%x: f32, %b: index, %h: index, %i: index, %j: index, %row: tensor<16xf32>):
    %fifteen = arith.constant 15 : index
    %odd = arith.constant 1103515245 : index
    %five = arith.constant 5 : index
    %hash = arith.muli %j, %odd overflow<nsw> : index
    %other = arith.muli %i, %odd overflow<nsw, nuw> : index
    %mixed = arith.xori %hash, %other : index
    // i and j pass 32 in none of these; 5 i does.
    %amount = arith.muli %i, %five : index
    %left = arith.shli %j, %amount overflow<nsw> : index
    %right = arith.shrui %mixed, %amount exact : index
    %signed = arith.shrsi %mixed, %amount : index
    %one = arith.addi %left, %right : index
    %two = arith.addi %one, %signed : index
    %place = arith.andi %two, %fifteen : index
    %value = tensor.extract %row[%place] : tensor<16xf32>
    %sum = arith.addf %x, %value fastmath<nnan> : f32
    attn.yield %sum : f32
  }
  return %t : tensor<?x2x?x?xf32>
}
