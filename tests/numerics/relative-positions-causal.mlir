// Relative positions under a causal mask.
// RUN: cd %S/data/relative_1d-causal_keys_only && attn-run %s --reference --rtol 1e-9 --atol 1e-9 --input q=q.npy \
// RUN:   --input k=k.npy --input v=v.npy --input rk=rk.npy --expect out=expected_out.npy
// RUN: %run_compiled %s %t --sizes B=2,N=7,M=13 --sizes B=1,N=65,M=64 --sizes B=2,N=1,M=33 --sizes B=3,N=17,M=1 \
// RUN:   --sizes B=1,N=33,M=140 --sizes B=0,N=7,M=13 --sizes B=2,N=0,M=5 --sizes B=2,N=3,M=0

func.func @relative(
    %q: tensor<?x2x?x4xf32> {attn.name = "q", attn.dims = ["B", "H", "N", "D"]},
    %k: tensor<?x2x?x4xf32> {attn.name = "k", attn.dims = ["B", "Hk", "M", "D"]},
    %v: tensor<?x2x?x4xf32> {attn.name = "v", attn.dims = ["B", "Hk", "M", "E"]},
    %rk: tensor<11x4xf32> {attn.name = "rk"})
    -> (tensor<?x2x?x4xf32> {attn.name = "out"}) {
  %s = attn.score dot %q, %k scale 0.5 : tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>
  %r = attn.relative_score %q, %rk like %k aligned top_left scale 0.5 : tensor<?x2x?x4xf32>, tensor<11x4xf32>, tensor<?x2x?x4xf32>
  %t = attn.add %s, %r : tensor<?x2x?x?xf32>, tensor<?x2x?x?xf32>
  %m = attn.mask %t where causal(top_left) : tensor<?x2x?x?xf32>
  %p = attn.normalize softmax %m : tensor<?x2x?x?xf32>
  %out = attn.combine %p, %v : tensor<?x2x?x?xf32>, tensor<?x2x?x4xf32>
  return %out : tensor<?x2x?x4xf32>
}
