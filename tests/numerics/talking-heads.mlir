// Heads mixed before and after the softmax: 4 of keys, 5 of the softmax, 3 of values.
// RUN: cd %S/data/talking_heads-three_numbers_of_heads && attn-run %s --reference --rtol 1e-9 --atol 1e-9 \
// RUN:   --input q=q.npy --input k=k.npy --input v=v.npy --input lengths=lengths.npy --input pl=pl.npy \
// RUN:   --input pw=pw.npy --expect out=expected_out.npy --expect map=expected_map.npy
// RUN: %run_compiled %s %t --sizes B=2,N=7,M=13 --sizes B=1,N=65,M=64 --sizes B=2,N=1,M=33 --sizes B=3,N=17,M=1 \
// RUN:   --sizes B=1,N=33,M=140 --sizes B=0,N=7,M=13 --sizes B=2,N=0,M=5 --sizes B=2,N=3,M=0 --sizes B=2,N=131,M=19

func.func @talking_heads(
    %q: tensor<?x4x?x3xf32> {attn.name = "q", attn.dims = ["B", "H", "N", "D"]},
    %k: tensor<?x4x?x3xf32> {attn.name = "k", attn.dims = ["B", "H", "M", "D"]},
    %v: tensor<?x3x?x6xf32> {attn.name = "v", attn.dims = ["B", "Hv", "M", "E"]},
    %lengths: tensor<?xi32> {attn.name = "lengths", attn.dims = ["B"]},
    %pl: tensor<5x4xf32> {attn.name = "pl"},
    %pw: tensor<3x5xf32> {attn.name = "pw"})
    -> (tensor<?x3x?x6xf32> {attn.name = "out"}, tensor<?x3x?x?xf32> {attn.name = "map"}) {
  %s = attn.score dot %q, %k scale 0.57735026918962576 : tensor<?x4x?x3xf32>, tensor<?x4x?x3xf32>
  %l = attn.mix_heads %s, %pl : tensor<?x4x?x?xf32>, tensor<5x4xf32>
  %m = attn.mask %l where causal(bottom_right) and lengths(%lengths) : tensor<?x5x?x?xf32>, tensor<?xi32>
  %p = attn.normalize softmax %m : tensor<?x5x?x?xf32>
  %map = attn.mix_heads %p, %pw : tensor<?x5x?x?xf32>, tensor<3x5xf32>
  %out = attn.combine %map, %v : tensor<?x3x?x?xf32>, tensor<?x3x?x6xf32>
  return %out, %map : tensor<?x3x?x6xf32>, tensor<?x3x?x?xf32>
}
