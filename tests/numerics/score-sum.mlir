// The sum of a product, relative positions and given scores in one kernel, which holds no other map.
// RUN: attnc %s --require-fused --explain | FileCheck %s
// CHECK: kernel {{[0-9]+}}: score, relative_score, pointwise, given_score, pointwise, normalize, combine
// CHECK: is never in memory
// RUN: attnc %s -o %t.so && attn-run %t.so --describe | FileCheck %s --check-prefix=BOUNDS
// BOUNDS: dimension N: from 0 to 30
// BOUNDS: dimension M: from 0 to 40
// RUN: not attn-run %t.so --input 'q=random:1:[1,2,31,5]' --input 'k=random:2:[1,1,7,5]' --input 'v=random:3:[1,1,7,3]' \
// RUN:   --input 'r=random:4:[7,5]' --input 't=random:5:[2,30,40]' 2>&1 | FileCheck %s --check-prefix=BEYOND
// BEYOND: dimension N is 31, the maximum is 30
// RUN: not attn-run %s --reference --input 'q=random:1:[1,2,31,5]' --input 'k=random:2:[1,1,7,5]' \
// RUN:   --input 'v=random:3:[1,1,7,3]' --input 'r=random:4:[7,5]' --input 't=random:5:[2,30,40]' 2>&1 \
// RUN:   | FileCheck %s --check-prefix=REFERENCE
// REFERENCE: 'attn.given_score' op a table of 30 x 40 places for 31 queries and 7 keys
// RUN: %run_compiled %s %t --sizes B=2,N=7,M=13 --sizes B=1,N=30,M=40 --sizes B=2,N=1,M=33 --sizes B=3,N=17,M=1 \
// RUN:   --sizes B=0,N=7,M=13 --sizes B=2,N=0,M=5 --sizes B=2,N=3,M=0

func.func @sum(
    %q: tensor<?x2x?x5xf32> {attn.name = "q", attn.dims = ["B", "H", "N", "D"]},
    %k: tensor<?x1x?x5xf32> {attn.name = "k", attn.dims = ["B", "Hk", "M", "D"]},
    %v: tensor<?x1x?x3xf32> {attn.name = "v", attn.dims = ["B", "Hk", "M", "E"]},
    %r: tensor<7x5xf32> {attn.name = "r"}, %t: tensor<2x30x40xf32> {attn.name = "t"})
    -> (tensor<?x2x?x3xf32> {attn.name = "out"}) {
  %d = attn.score dot %q, %k scale 0.5 : tensor<?x2x?x5xf32>, tensor<?x1x?x5xf32>
  %e = attn.relative_score %q, %r like %k aligned bottom_right
      : tensor<?x2x?x5xf32>, tensor<7x5xf32>, tensor<?x1x?x5xf32>
  %g = attn.given_score %t like %q, %k : tensor<2x30x40xf32>, tensor<?x2x?x5xf32>, tensor<?x1x?x5xf32>
  %de = attn.add %d, %e : tensor<?x2x?x?xf32>, tensor<?x2x?x?xf32>
  %s = attn.add %de, %g : tensor<?x2x?x?xf32>, tensor<?x2x?x?xf32>
  %p = attn.normalize softmax %s : tensor<?x2x?x?xf32>
  %out = attn.combine %p, %v : tensor<?x2x?x?xf32>, tensor<?x1x?x3xf32>
  return %out : tensor<?x2x?x3xf32>
}
