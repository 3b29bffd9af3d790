// Pixels of a 3 x 4 image that see the pixels of their row.
// RUN: cd %S/data/attention-axial_rows && attn-run %s --reference --rtol 1e-9 --atol 1e-9 \
// RUN:   --input q=q.npy --input k=k.npy --input v=v.npy --expect out=expected_out.npy
// RUN: %run_compiled %s %t --sizes B=2 --sizes B=0

func.func @attention(
    %q: tensor<?x2x12x4xf32> {attn.name = "q", attn.dims = ["B", "H", "P", "D"]},
    %k: tensor<?x2x12x4xf32> {attn.name = "k", attn.dims = ["B", "H", "P", "D"]},
    %v: tensor<?x2x12x4xf32> {attn.name = "v", attn.dims = ["B", "H", "P", "D"]})
    -> (tensor<?x2x12x4xf32> {attn.name = "out"}) {
  %out = attn.attention %q, %k, %v scale 0.5
      where axial(3, 4, 1)
      : tensor<?x2x12x4xf32>, tensor<?x2x12x4xf32>, tensor<?x2x12x4xf32>
  return %out : tensor<?x2x12x4xf32>
}
