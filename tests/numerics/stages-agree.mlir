// An attn.kernel is its region, whatever its schedule and layouts; func.call and a nested repeat run functions of
// the module.
// RUN: attn-run %s --reference --input x=iota:[1,2,4] | FileCheck %s
// RUN: %run_compiled %s %t --sizes B=1,N=1 --sizes B=2,N=7 --sizes B=0,N=3

// ((x + x) doubled 2 * 2 times) + the residual x: 33 x.
// CHECK: out: f32 [1,2,4]
// CHECK-NEXT: {{^}}[{{\[\[}}0, 33, 66, 99],
// CHECK-NEXT: [132, 165, 198, 231]{{\]\]}}
func.func private @double(%x: tensor<?x?x4xf32>) -> tensor<?x?x4xf32> {
  %y = attn.add %x, %x : tensor<?x?x4xf32>, tensor<?x?x4xf32>
  return %y : tensor<?x?x4xf32>
}
func.func private @quadruple(%x: tensor<?x?x4xf32>) -> tensor<?x?x4xf32> {
  %y = attn.repeat 2 @double(%x) prefix "" : (tensor<?x?x4xf32>) -> tensor<?x?x4xf32>
  return %y : tensor<?x?x4xf32>
}
func.func @model(%x: tensor<?x?x4xf32> {attn.name = "x", attn.dims = ["B", "N", "C"]})
    -> (tensor<?x?x4xf32> {attn.name = "out"}) {
  %a = func.call @double(%x) : (tensor<?x?x4xf32>) -> tensor<?x?x4xf32>
  %b = attn.repeat 2 @quadruple(%a) prefix "block#." : (tensor<?x?x4xf32>) -> tensor<?x?x4xf32>
  %c = attn.kernel (%l = %b : tensor<?x?x4xf32>, %r = %x : tensor<?x?x4xf32>) -> tensor<?x?x4xf32>
      schedule(#attn.schedule<backend = llvm, strategy = rows, lanes = 16, rows = 1, cols = 16>) {
    %y = attn.add %l, %r : tensor<?x?x4xf32>, tensor<?x?x4xf32>
    attn.yield %y : tensor<?x?x4xf32>
  }
  return %c : tensor<?x?x4xf32>
}
