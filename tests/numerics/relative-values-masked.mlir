// Relative values of weights that are masked, and of masked scores as they are; a table of one row is for all distances.
// RUN: sed 's/ROWS/1/g; s/WEIGHTS/normalize softmax/' %s > %t.0.mlir
// RUN: %run_compiled %t.0.mlir %t --sizes B=2,N=7,M=13 --sizes B=1,N=33,M=65 --sizes B=1,N=1,M=1 --sizes B=1,N=65,M=5
// RUN: sed 's/ROWS/41/g; s/WEIGHTS/normalize relu_sum/' %s > %t.1.mlir
// RUN: %run_compiled %t.1.mlir %t --sizes B=2,N=7,M=13 --sizes B=1,N=33,M=65 --sizes B=1,N=1,M=1 --sizes B=1,N=65,M=5 \
// RUN:   --sizes B=0,N=7,M=13 --sizes B=2,N=0,M=5 --sizes B=2,N=3,M=0
// RUN: sed 's/ROWS/5/g; s/WEIGHTS/mask/; s/%%m : !map/%%m where prefix(9) : !map/' %s > %t.2.mlir
// RUN: %run_compiled %t.2.mlir %t --sizes B=2,N=7,M=13 --sizes B=1,N=33,M=65 --sizes B=1,N=1,M=1 --sizes B=1,N=65,M=5

!map = tensor<?x2x?x?xf32>
func.func @relative(
    %s: !map {attn.name = "s", attn.dims = ["B", "H", "N", "M"]},
    %v: tensor<?x2x?x19xf32> {attn.name = "v", attn.dims = ["B", "Hk", "M", "E"]},
    %rv: tensor<ROWSx19xf32> {attn.name = "rv"})
    -> (tensor<?x?x38xf32> {attn.name = "out"}) {
  %m = attn.mask %s where causal(bottom_right) : !map
  %p = attn.WEIGHTS %m : !map
  %o = attn.combine %p, %v relative %rv aligned bottom_right : !map, tensor<?x2x?x19xf32>, tensor<ROWSx19xf32>
  %out = attn.merge_heads %o : tensor<?x2x?x19xf32>
  return %out : tensor<?x?x38xf32>
}
