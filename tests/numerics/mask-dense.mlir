// A mask given place by place; queries 0 and 7 see nothing.
// RUN: cd %S/data/attention-random_mask_dead_rows && attn-run %s --reference --rtol 1e-9 --atol 1e-9 \
// RUN:   --input q=q.npy --input k=k.npy --input v=v.npy --input mask=mask.npy --expect out=expected_out.npy
// RUN: %run_compiled %s %t --sizes B=2,N=7,M=13 --sizes B=1,N=65,M=64 --sizes B=2,N=1,M=513 --sizes B=3,N=17,M=1 \
// RUN:   --sizes B=1,N=100,M=1100 --sizes B=0,N=7,M=13 --sizes B=2,N=0,M=5 --sizes B=2,N=3,M=0

func.func @attention(
    %q: tensor<?x2x?x8xf32> {attn.name = "q", attn.dims = ["B", "H", "N", "D"]},
    %k: tensor<?x2x?x8xf32> {attn.name = "k", attn.dims = ["B", "H", "M", "D"]},
    %v: tensor<?x2x?x8xf32> {attn.name = "v", attn.dims = ["B", "H", "M", "D"]},
    %mask: tensor<?x2x?x?xi1> {attn.name = "mask", attn.dims = ["B", "H", "N", "M"]})
    -> (tensor<?x2x?x8xf32> {attn.name = "out"}) {
  %out = attn.attention %q, %k, %v scale 0.35355339059327379 where dense(%mask)
      : tensor<?x2x?x8xf32>, tensor<?x2x?x8xf32>, tensor<?x2x?x8xf32>, tensor<?x2x?x?xi1>
  return %out : tensor<?x2x?x8xf32>
}
