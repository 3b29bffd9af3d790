// One token, one channel: the softmax of one score is 1.
// RUN: cd %S/data/attention-one_token && attn-run %s --reference --rtol 1e-9 --atol 1e-9 \
// RUN:   --input q=q.npy --input k=k.npy --input v=v.npy --expect out=expected_out.npy
// RUN: %run_compiled %s %t --sizes B=1,N=1,M=1 --sizes B=2,N=2,M=2 --sizes B=2,N=13,M=17

func.func @attention(
    %q: tensor<?x1x?x1xf32> {attn.name = "q", attn.dims = ["B", "H", "N", "D"]},
    %k: tensor<?x1x?x1xf32> {attn.name = "k", attn.dims = ["B", "Hk", "M", "D"]},
    %v: tensor<?x1x?x1xf32> {attn.name = "v", attn.dims = ["B", "Hk", "M", "E"]})
    -> (tensor<?x1x?x1xf32> {attn.name = "out"}) {
  %out = attn.attention %q, %k, %v scale 1.0
      : tensor<?x1x?x1xf32>, tensor<?x1x?x1xf32>, tensor<?x1x?x1xf32>
  return %out : tensor<?x1x?x1xf32>
}
