// Attention along the edges of a graph that is given as a matrix; node 5 has none and gets 0.
// RUN: cd %S/data/graph_attention_masked-isolated_node && attn-run %s --reference --rtol 1e-9 --atol 1e-9 \
// RUN:   --input q=q.npy --input k=k.npy --input v=v.npy --input adj=adj.npy --expect out=expected_out.npy
// RUN: %run_compiled %s %t --integers adj=0..1 --sizes N=1 --sizes N=13 --sizes N=64 --sizes N=301 --sizes N=0

func.func @graph_attention(
    %q: tensor<1x2x?x4xf32> {attn.name = "q", attn.dims = ["B", "H", "N", "D"]},
    %k: tensor<1x2x?x4xf32> {attn.name = "k", attn.dims = ["B", "H", "N", "D"]},
    %v: tensor<1x2x?x4xf32> {attn.name = "v", attn.dims = ["B", "H", "N", "D"]},
    %adj: tensor<?x?xi32> {attn.name = "adj", attn.dims = ["N", "N"]})
    -> (tensor<1x2x?x4xf32> {attn.name = "out"}) {
  %out = attn.attention %q, %k, %v scale 0.5 where dense(%adj)
      : tensor<1x2x?x4xf32>, tensor<1x2x?x4xf32>, tensor<1x2x?x4xf32>, tensor<?x?xi32>
  return %out : tensor<1x2x?x4xf32>
}
