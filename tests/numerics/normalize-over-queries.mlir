// Softmax over the queries of each key, in the reference.
// RUN: cd %S/data/attention_general-norm_softmax_queries && attn-run %s --reference --rtol 1e-9 --atol 1e-9 \
// RUN:   --input q=q.npy --input k=k.npy --input v=v.npy --input lengths=lengths.npy --expect out=expected_out.npy \
// RUN:   --expect map=expected_map.npy

func.func @attention(
    %q: tensor<?x2x?x4xf32> {attn.name = "q", attn.dims = ["B", "H", "N", "D"]},
    %k: tensor<?x2x?x4xf32> {attn.name = "k", attn.dims = ["B", "Hk", "M", "D"]},
    %v: tensor<?x2x?x4xf32> {attn.name = "v", attn.dims = ["B", "Hk", "M", "E"]},
    %lengths: tensor<?xi32> {attn.name = "lengths", attn.dims = ["B"]})
    -> (tensor<?x2x?x4xf32> {attn.name = "out"}, tensor<?x2x?x?xf32> {attn.name = "map"}) {
  %s = attn.score dot %q, %k scale 0.5 : tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>
  %m = attn.mask %s where causal(bottom_right) and lengths(%lengths) : tensor<?x2x?x?xf32>, tensor<?xi32>
  %map = attn.normalize softmax %m over queries : tensor<?x2x?x?xf32>
  %out = attn.combine %map, %v : tensor<?x2x?x?xf32>, tensor<?x2x?x4xf32>
  return %out, %map : tensor<?x2x?x4xf32>, tensor<?x2x?x?xf32>
}
