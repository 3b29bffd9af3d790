// Six query heads share two heads of keys and values.
// RUN: cd %S/data/attention-grouped_heads && attn-run %s --reference --rtol 1e-9 --atol 1e-9 \
// RUN:   --input q=q.npy --input k=k.npy --input v=v.npy --expect out=expected_out.npy
// RUN: %run_compiled %s %t --sizes B=2,N=7,M=13 --sizes B=1,N=65,M=64 --sizes B=2,N=1,M=513 --sizes B=3,N=17,M=1 \
// RUN:   --sizes B=1,N=100,M=1100

func.func @attention(
    %q: tensor<?x6x?x4xf32> {attn.name = "q", attn.dims = ["B", "H", "N", "D"]},
    %k: tensor<?x2x?x4xf32> {attn.name = "k", attn.dims = ["B", "Hk", "M", "D"]},
    %v: tensor<?x2x?x4xf32> {attn.name = "v", attn.dims = ["B", "Hk", "M", "E"]})
    -> (tensor<?x6x?x4xf32> {attn.name = "out"}) {
  %out = attn.attention %q, %k, %v scale 0.5
      : tensor<?x6x?x4xf32>, tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>
  return %out : tensor<?x6x?x4xf32>
}
