// A tag for each node.
// RUN: cd %S/data/graph_readout-node && attn-run %s --reference --rtol 1e-9 --atol 1e-9 \
// RUN:   --weights=weights.safetensors --input h=h.npy --expect out=expected_out.npy
// RUN: %run_compiled %s %t --weights=%S/data/graph_readout-node/weights.safetensors --sizes N=9 --sizes N=0

func.func @readout(%h: tensor<?x4xf32> {attn.name = "h", attn.dims = ["N", "C"]}) -> (tensor<?x3xf32> {attn.name = "out"}) {
  %w = attn.weight "W" : tensor<3x4xf32>
  %b = attn.weight "b" : tensor<3xf32>
  %out = attn.linear %h, %w, %b : tensor<?x4xf32>, tensor<3x4xf32>, tensor<3xf32>
  return %out : tensor<?x3xf32>
}
