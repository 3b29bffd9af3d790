// Huge but finite scores: the row maximum is subtracted before exp.
// RUN: cd %S/data/attention-large_logits && attn-run %s --reference --rtol 1e-9 --atol 1e-9 \
// RUN:   --input q=q.npy --input k=k.npy --input v=v.npy --expect out=expected_out.npy
// RUN: %run_compiled %s %t --sizes B=2,N=7,M=13 --sizes B=1,N=6,M=63

func.func @attention(
    %q: tensor<?x1x?x4xf32> {attn.name = "q", attn.dims = ["B", "H", "N", "D"]},
    %k: tensor<?x1x?x4xf32> {attn.name = "k", attn.dims = ["B", "Hk", "M", "D"]},
    %v: tensor<?x1x?x4xf32> {attn.name = "v", attn.dims = ["B", "Hk", "M", "E"]})
    -> (tensor<?x1x?x4xf32> {attn.name = "out"}) {
  %out = attn.attention %q, %k, %v scale 0.5
      : tensor<?x1x?x4xf32>, tensor<?x1x?x4xf32>, tensor<?x1x?x4xf32>
  return %out : tensor<?x1x?x4xf32>
}
