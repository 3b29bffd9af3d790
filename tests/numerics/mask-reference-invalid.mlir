// What the reference says of operands that do not fit a map, where only a run knows their sizes.
// RUN: split-file %s %t
// RUN: not attn-run %t/ids.mlir --reference --input s=zeros:[1,2,3,4] --input x=zeros:[1,3] 2>&1 | FileCheck %s --check-prefix=SQUARE
// RUN: not attn-run %t/ids.mlir --reference --input s=zeros:[1,2,3,3] --input x=zeros:[1,2] 2>&1 | FileCheck %s --check-prefix=TOKENS
// RUN: not attn-run %t/dense.mlir --reference --input s=zeros:[1,2,3,3] --input x=zeros:[2,3] 2>&1 | FileCheck %s --check-prefix=DENSE
// RUN: not attn-run %t/lengths.mlir --reference --input s=zeros:[1,2,3,3] --input x=full:4:[1] 2>&1 | FileCheck %s --check-prefix=RANGE
// RUN: not attn-run %t/predicate.mlir --reference --input s=zeros:[1,2,3,3] --input x=zeros:[1] 2>&1 | FileCheck %s --check-prefix=FAULT
// SQUARE: 'attn.mask' op segments of shape [1,3] for a map [1,2,3,4]
// TOKENS: 'attn.mask' op segments of shape [1,2] for a map [1,2,3,3]
// DENSE: 'attn.mask' op dense of shape [2,3] for a map [1,2,3,3]
// RANGE: 'attn.mask' op {{.*}}4{{.*}}3
// FAULT: 'attn.mask' op integer division by zero in a formula

//--- ids.mlir
func.func @m(%s: tensor<?x2x?x?xf32> {attn.name = "s"}, %x: tensor<?x?xi32> {attn.name = "x"}) -> tensor<?x2x?x?xf32> {
  %t = attn.mask %s where segments(%x) : tensor<?x2x?x?xf32>, tensor<?x?xi32>
  return %t : tensor<?x2x?x?xf32>
}

//--- dense.mlir
func.func @m(%s: tensor<?x2x?x?xf32> {attn.name = "s"}, %x: tensor<?x?xi32> {attn.name = "x"}) -> tensor<?x2x?x?xf32> {
  %t = attn.mask %s where dense(%x) : tensor<?x2x?x?xf32>, tensor<?x?xi32>
  return %t : tensor<?x2x?x?xf32>
}

//--- lengths.mlir
func.func @m(%s: tensor<?x2x?x?xf32> {attn.name = "s"}, %x: tensor<?xi32> {attn.name = "x"}) -> tensor<?x2x?x?xf32> {
  %t = attn.mask %s where lengths(%x) : tensor<?x2x?x?xf32>, tensor<?xi32>
  return %t : tensor<?x2x?x?xf32>
}

//--- predicate.mlir
func.func @m(%s: tensor<?x2x?x?xf32> {attn.name = "s"}, %x: tensor<?xi32> {attn.name = "x"}) -> tensor<?x2x?x?xf32> {
  %t = attn.mask %s where predicate(%x) : tensor<?x2x?x?xf32>, tensor<?xi32> {
  ^bb0(%b: index, %h: index, %i: index, %j: index, %divisors: tensor<?xi32>):
    %one = arith.constant 1 : i32
    %by = tensor.extract %divisors[%b] : tensor<?xi32>
    %q = arith.divsi %one, %by : i32
    %r = arith.cmpi eq, %q, %one : i32
    attn.yield %r : i1
  }
  return %t : tensor<?x2x?x?xf32>
}
