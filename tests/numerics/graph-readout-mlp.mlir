// A small network of the two nodes of each pair; and a linear of every node.
// RUN: cd %S/data/graph_readout-edge_mlp && attn-run %s --reference --rtol 1e-9 --atol 1e-9 \
// RUN:   --weights=weights.safetensors --input h=h.npy --input u=u.npy --input v=v.npy --expect out=expected_out.npy
// RUN: %run_compiled %s %t --weights=%S/data/graph_readout-edge_mlp/weights.safetensors --sizes N=9,P=5 --sizes N=70,P=33

func.func @readout(
    %h: tensor<1x1x?x4xf32> {attn.name = "h", attn.dims = ["B", "H", "N", "C"]},
    %u: tensor<1x1x?xi32> {attn.name = "u", attn.dims = ["B", "H", "P"]},
    %v: tensor<1x1x?xi32> {attn.name = "v", attn.dims = ["B", "H", "P"]})
    -> (tensor<1x1x?x1xf32> {attn.name = "out"}) {
  %w1 = attn.weight "W1" : tensor<5x8xf32>
  %b1 = attn.weight "b1" : tensor<5xf32>
  %w2 = attn.weight "W2" : tensor<1x5xf32>
  %b2 = attn.weight "b2" : tensor<1xf32>
  %hu = attn.gather %h, %u : tensor<1x1x?x4xf32>, tensor<1x1x?xi32>
  %hv = attn.gather %h, %v : tensor<1x1x?x4xf32>, tensor<1x1x?xi32>
  %both = attn.concat %hu, %hv : tensor<1x1x?x4xf32>, tensor<1x1x?x4xf32>
  %inner = attn.linear %both, %w1, %b1 : tensor<1x1x?x8xf32>, tensor<5x8xf32>, tensor<5xf32>
  %active = attn.activation relu %inner : tensor<1x1x?x5xf32>
  %out = attn.linear %active, %w2, %b2 : tensor<1x1x?x5xf32>, tensor<1x5xf32>, tensor<1xf32>
  return %out : tensor<1x1x?x1xf32>
}
