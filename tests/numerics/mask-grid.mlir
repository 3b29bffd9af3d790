// Pixels of a 3 x 5 image that see the 3 x 3 pixels around them, borders cut.
// RUN: cd %S/data/mask-grid && attn-run %s --reference --rtol 1e-9 --atol 1e-9 \
// RUN:   --input q=q.npy --input k=k.npy --input v=v.npy --expect out=expected_out.npy
// RUN: %run_compiled %s %t --sizes B=2 --sizes B=0
// A kernel far larger than the image sees all of it.
// RUN: sed 's/grid(3, 5, 3)/grid(3, 5, 2147483647)/' %s > %t.all.mlir
// RUN: %run_compiled %t.all.mlir %t --sizes B=2

func.func @attention(
    %q: tensor<?x2x15x4xf32> {attn.name = "q", attn.dims = ["B", "H", "P", "D"]},
    %k: tensor<?x2x15x4xf32> {attn.name = "k", attn.dims = ["B", "H", "P", "D"]},
    %v: tensor<?x2x15x4xf32> {attn.name = "v", attn.dims = ["B", "H", "P", "D"]})
    -> (tensor<?x2x15x4xf32> {attn.name = "out"}) {
  %out = attn.attention %q, %k, %v scale 0.5
      where grid(3, 5, 3)
      : tensor<?x2x15x4xf32>, tensor<?x2x15x4xf32>, tensor<?x2x15x4xf32>
  return %out : tensor<?x2x15x4xf32>
}
