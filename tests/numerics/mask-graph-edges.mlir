// Attention along the edges of a graph; node 5 has none and gets 0.
// RUN: cd %S/data/graph_attention_masked-isolated_node && attn-run %s --reference --rtol 1e-9 --atol 1e-9 \
// RUN:   --input q=q.npy --input k=k.npy --input v=v.npy --input rowptr=rowptr.npy --input col=col.npy \
// RUN:   --expect out=expected_out.npy
// RUN: %run_compiled %s %t --sizes N=1,E=0 --sizes N=13,E=40 --sizes N=64,E=1000 --sizes N=301,E=900 --sizes N=0,E=0

func.func @graph_attention(
    %q: tensor<1x2x?x4xf32> {attn.name = "q", attn.dims = ["B", "H", "N", "D"]},
    %k: tensor<1x2x?x4xf32> {attn.name = "k", attn.dims = ["B", "H", "N", "D"]},
    %v: tensor<1x2x?x4xf32> {attn.name = "v", attn.dims = ["B", "H", "N", "D"]},
    %rowptr: tensor<?xi32> {attn.name = "rowptr", attn.dims = ["N + 1"]},
    %col: tensor<?xi32> {attn.name = "col", attn.dims = ["E"]})
    -> (tensor<1x2x?x4xf32> {attn.name = "out"}) {
  %out = attn.attention %q, %k, %v scale 0.5 where graph(%rowptr, %col)
      : tensor<1x2x?x4xf32>, tensor<1x2x?x4xf32>, tensor<1x2x?x4xf32>, tensor<?xi32>, tensor<?xi32>
  return %out : tensor<1x2x?x4xf32>
}
