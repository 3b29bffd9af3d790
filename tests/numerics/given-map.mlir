// Each op on maps reads one that is given, with no scores before it.
// RUN: sed 's/HEADS/2/g; s/OP/normalize softmax %%s : tensor<?x2x?x?xf32>/' %s > %t.0.mlir
// RUN: %run_compiled %t.0.mlir %t --sizes B=2,N=7,M=13 --sizes B=1,N=33,M=65 --sizes B=1,N=1,M=1 --sizes B=0,N=3,M=3 \
// RUN:   --sizes B=1,N=3,M=0
// RUN: sed 's/HEADS/2/g; s/OP/normalize relu_sum %%s over heads : tensor<?x2x?x?xf32>/' %s > %t.1.mlir
// RUN: %run_compiled %t.1.mlir %t --sizes B=2,N=7,M=13 --sizes B=1,N=33,M=65 --sizes B=1,N=1,M=1 --sizes B=0,N=3,M=3 \
// RUN:   --sizes B=1,N=3,M=0
// RUN: sed 's/HEADS/3/g; s/OP/mix_heads %%s, %%w : tensor<?x2x?x?xf32>, tensor<3x2xf32>/' %s > %t.2.mlir
// RUN: %run_compiled %t.2.mlir %t --sizes B=2,N=7,M=13 --sizes B=1,N=33,M=65 --sizes B=1,N=1,M=1 --sizes B=0,N=3,M=3 \
// RUN:   --sizes B=1,N=3,M=0
// RUN: sed 's/HEADS/3/g; s/OP/map_conv %%s, %%c shift [1, 0] : tensor<?x2x?x?xf32>, tensor<3x2x3x3xf32>/' %s > %t.3.mlir
// RUN: %run_compiled %t.3.mlir %t --sizes B=2,N=7,M=13 --sizes B=1,N=33,M=65 --sizes B=1,N=1,M=1 --sizes B=0,N=3,M=3 \
// RUN:   --sizes B=1,N=3,M=0

func.func @given(
    %s: tensor<?x2x?x?xf32> {attn.name = "s", attn.dims = ["B", "H", "N", "M"]},
    %w: tensor<3x2xf32> {attn.name = "w"},
    %c: tensor<3x2x3x3xf32> {attn.name = "c"})
    -> (tensor<?xHEADSx?x?xf32> {attn.name = "r"}) {
  %r = attn.OP
  return %r : tensor<?xHEADSx?x?xf32>
}
