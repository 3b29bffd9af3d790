// Graph convolution with a number for each edge; those of edges that are listed twice are added.
// RUN: cd %S/data/gcn-learned_edges && attn-run %s --reference --rtol 1e-9 --atol 1e-9 --weights=weights.safetensors \
// RUN:   --input x=x.npy --input rowptr=rowptr.npy --input col=col.npy --input edges=edge_weight.npy --expect out=expected_out.npy
// RUN: %run_compiled %s %t --weights=%S/data/gcn-learned_edges/weights.safetensors --sizes N=9,E=30 --sizes N=12,E=900 \
// RUN:   --sizes N=0,E=0 --sizes N=3,E=0

func.func @gcn(
    %x: tensor<1x?x3xf32> {attn.name = "x", attn.dims = ["one", "N", "C"]},
    %rowptr: tensor<?xi32> {attn.name = "rowptr", attn.dims = ["N + 1"]},
    %col: tensor<?xi32> {attn.name = "col", attn.dims = ["E"]},
    %edges: tensor<1x?xf32> {attn.name = "edges", attn.dims = ["one", "E"]})
    -> (tensor<1x?x5xf32> {attn.name = "out"}) {
  %w = attn.weight "w" : tensor<5x3xf32>
  %rows = attn.linear %x, %w : tensor<1x?x3xf32>, tensor<5x3xf32>
  %h = attn.split_heads %rows into 1 : tensor<1x?x5xf32>
  %s = attn.edge_score %edges over %rowptr, %col : tensor<1x?xf32>, tensor<?xi32>, tensor<?xi32>
  %o = attn.combine %s, %h : tensor<1x1x?x?xf32>, tensor<1x1x?x5xf32>
  %y = attn.merge_heads %o : tensor<1x1x?x5xf32>
  return %y : tensor<1x?x5xf32>
}
