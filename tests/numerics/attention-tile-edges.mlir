// One less and one more token than a tile; N and M that differ.
// RUN: cd %S/data/attention-tile_minus_1 && attn-run %s --reference --rtol 1e-9 --atol 1e-9 \
// RUN:   --input q=q.npy --input k=k.npy --input v=v.npy --expect out=expected_out.npy
// RUN: cd %S/data/attention-tile_plus_1 && attn-run %s --reference --rtol 1e-9 --atol 1e-9 \
// RUN:   --input q=q.npy --input k=k.npy --input v=v.npy --expect out=expected_out.npy
// RUN: %run_compiled %s %t --sizes B=1,N=5,M=511 --sizes B=1,N=6,M=512 --sizes B=1,N=7,M=513 --sizes B=2,N=63,M=63 \
// RUN:   --sizes B=2,N=64,M=64 --sizes B=2,N=65,M=65

func.func @attention(
    %q: tensor<?x2x?x16xf32> {attn.name = "q", attn.dims = ["B", "H", "N", "D"]},
    %k: tensor<?x2x?x16xf32> {attn.name = "k", attn.dims = ["B", "Hk", "M", "D"]},
    %v: tensor<?x2x?x16xf32> {attn.name = "v", attn.dims = ["B", "Hk", "M", "E"]})
    -> (tensor<?x2x?x16xf32> {attn.name = "out"}) {
  %out = attn.attention %q, %k, %v scale 0.25
      : tensor<?x2x?x16xf32>, tensor<?x2x?x16xf32>, tensor<?x2x?x16xf32>
  return %out : tensor<?x2x?x16xf32>
}
