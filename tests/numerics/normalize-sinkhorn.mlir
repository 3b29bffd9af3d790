// Rows and columns in turn, of visible places only; a sample without one has weights 0.
// RUN: cd %S/data/sinkhorn_matrix-masked && attn-run %s --reference --rtol 1e-9 --atol 1e-9 --input s=s.npy \
// RUN:   --input lengths=lengths.npy --expect map=expected_map.npy
// RUN: attnc %s --explain | FileCheck %s
// CHECK: sinkhorn needs whole columns: the map of a head is held
// RUN: %run_compiled %s %t --sizes B=2,N=7,M=13 --sizes B=1,N=33,M=65 --sizes B=2,N=1,M=1 --sizes B=1,N=13,M=7 \
// RUN:   --sizes B=0,N=7,M=13 --sizes B=2,N=0,M=5 --sizes B=2,N=3,M=0
// Six times, of all places, with one head.
// RUN: sed 's/x3x/x1x/g; s/ where causal(bottom_right) and lengths/ where lengths/; s/iterations 4/iterations 6/' %s > %t.six.mlir
// RUN: cd %S/data/sinkhorn_matrix-five && attn-run %t.six.mlir --reference --rtol 1e-9 --atol 1e-9 --input s=r.npy \
// RUN:   --input lengths=full:5:[2] --expect map=expected_map.npy
// RUN: %run_compiled %t.six.mlir %t --sizes B=2,N=5,M=5 --sizes B=1,N=33,M=31

func.func @sinkhorn(
    %s: tensor<?x3x?x?xf32> {attn.name = "s", attn.dims = ["B", "H", "N", "M"]},
    %lengths: tensor<?xi32> {attn.name = "lengths", attn.dims = ["B"]})
    -> (tensor<?x3x?x?xf32> {attn.name = "map"}, tensor<?x3x?x?xf32> {attn.name = "again"}) {
  %m = attn.mask %s where causal(bottom_right) and lengths(%lengths) : tensor<?x3x?x?xf32>, tensor<?xi32>
  %map = attn.normalize sinkhorn %m iterations 4 : tensor<?x3x?x?xf32>
  %again = attn.normalize sinkhorn %map iterations 1 : tensor<?x3x?x?xf32>
  return %map, %again : tensor<?x3x?x?xf32>, tensor<?x3x?x?xf32>
}
