// Values wider than keys, and more keys than queries.
// RUN: cd %S/data/attention-cross_wide_values && attn-run %s --reference --rtol 1e-9 --atol 1e-9 \
// RUN:   --input q=q.npy --input k=k.npy --input v=v.npy --expect out=expected_out.npy
// RUN: %run_compiled %s %t --sizes B=2,N=7,M=13 --sizes B=1,N=65,M=64 --sizes B=2,N=1,M=513 --sizes B=3,N=17,M=1 \
// RUN:   --sizes B=0,N=7,M=13 --sizes B=2,N=0,M=5 --sizes B=2,N=3,M=0
// Streaming code grows with the columns: it leaves very wide ones to strips.
// RUN: sed 's/x9xf32/x1025xf32/g' %s > %t.very.mlir && attnc %t.very.mlir --explain | FileCheck %s
// RUN: %run_compiled %t.very.mlir %t.very --sizes B=1,N=7,M=13
// CHECK: strategy: strip

func.func @attention(
    %q: tensor<?x2x?x4xf32> {attn.name = "q", attn.dims = ["B", "H", "N", "D"]},
    %k: tensor<?x2x?x4xf32> {attn.name = "k", attn.dims = ["B", "Hk", "M", "D"]},
    %v: tensor<?x2x?x9xf32> {attn.name = "v", attn.dims = ["B", "Hk", "M", "E"]})
    -> (tensor<?x2x?x9xf32> {attn.name = "out"}) {
  %out = attn.attention %q, %k, %v scale 0.5
      : tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>, tensor<?x2x?x9xf32>
  return %out : tensor<?x2x?x9xf32>
}
