// One query over many keys, as in decoding.
// RUN: cd %S/data/attention-one_query && attn-run %s --reference --rtol 1e-9 --atol 1e-9 \
// RUN:   --input q=q.npy --input k=k.npy --input v=v.npy --expect out=expected_out.npy
// RUN: %run_compiled %s %t --sizes B=1,N=1,M=1 --sizes B=3,N=1,M=5 --sizes B=2,N=1,M=64 --sizes B=2,N=1,M=513 \
// RUN:   --sizes B=1,N=1,M=1100

func.func @attention(
    %q: tensor<?x2x?x8xf32> {attn.name = "q", attn.dims = ["B", "H", "N", "D"]},
    %k: tensor<?x2x?x8xf32> {attn.name = "k", attn.dims = ["B", "Hk", "M", "D"]},
    %v: tensor<?x2x?x8xf32> {attn.name = "v", attn.dims = ["B", "Hk", "M", "E"]})
    -> (tensor<?x2x?x8xf32> {attn.name = "out"}) {
  %out = attn.attention %q, %k, %v scale 0.35355339059327373
      : tensor<?x2x?x8xf32>, tensor<?x2x?x8xf32>, tensor<?x2x?x8xf32>
  return %out : tensor<?x2x?x8xf32>
}
