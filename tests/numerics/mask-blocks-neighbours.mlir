// Blocks of three queries see the block of two keys with their number and the one before; chunks with look-back.
// RUN: cd %S/data/mask-blocks_neighbours && attn-run %s --reference --rtol 1e-9 --atol 1e-9 \
// RUN:   --input q=q.npy --input k=k.npy --input v=v.npy --expect out=expected_out.npy
// RUN: %run_compiled %s %t --sizes B=2,N=7,M=13 --sizes B=1,N=65,M=64 --sizes B=2,N=1,M=513 --sizes B=3,N=17,M=1 \
// RUN:   --sizes B=1,N=1000,M=600 --sizes B=0,N=7,M=13 --sizes B=2,N=0,M=5 --sizes B=2,N=3,M=0

func.func @attention(
    %q: tensor<?x2x?x4xf32> {attn.name = "q", attn.dims = ["B", "H", "N", "D"]},
    %k: tensor<?x2x?x4xf32> {attn.name = "k", attn.dims = ["B", "H", "M", "D"]},
    %v: tensor<?x2x?x4xf32> {attn.name = "v", attn.dims = ["B", "H", "M", "D"]})
    -> (tensor<?x2x?x4xf32> {attn.name = "out"}) {
  %out = attn.attention %q, %k, %v scale 0.5
      where blocks(3, 2, 1, 0)
      : tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>
  return %out : tensor<?x2x?x4xf32>
}
