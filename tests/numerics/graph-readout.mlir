// What is read off the nodes of graphs that are computed together: a number for each graph, one without nodes gets 0; for
// each node a linear.
// RUN: cd %S/data/graph_readout-graph_mean && attn-run %s --reference --rtol 1e-9 --atol 1e-9 --weights=weights.safetensors \
// RUN:   --input h=h.npy --input ids=ids.npy --expect out=expected_out.npy --expect pooled=expected_pooled.npy
// RUN: %run_compiled %s %t --weights=%S/data/graph_readout-graph_mean/weights.safetensors --sizes N=9 --sizes N=1 \
// RUN:   --sizes N=200 --sizes N=0
// RUN: sed 's/segment_pool mean/segment_pool sum/' %s > %t.sum.mlir
// RUN: cd %S/data/graph_readout-graph_sum && attn-run %t.sum.mlir --reference --rtol 1e-9 --atol 1e-9 \
// RUN:   --weights=weights.safetensors --input h=h.npy --input ids=ids.npy --expect out=expected_out.npy \
// RUN:   --expect pooled=expected_pooled.npy
// RUN: %run_compiled %t.sum.mlir %t.sum --weights=%S/data/graph_readout-graph_sum/weights.safetensors --sizes N=9 --sizes N=200
// RUN: sed 's/segment_pool mean/segment_pool max/' %s > %t.max.mlir
// RUN: cd %S/data/graph_readout-graph_max && attn-run %t.max.mlir --reference --rtol 1e-9 --atol 1e-9 \
// RUN:   --weights=weights.safetensors --input h=h.npy --input ids=ids.npy --expect out=expected_out.npy \
// RUN:   --expect pooled=expected_pooled.npy
// RUN: %run_compiled %t.max.mlir %t.max --weights=%S/data/graph_readout-graph_max/weights.safetensors --sizes N=9 --sizes N=200

func.func @readout(
    %h: tensor<?x4xf32> {attn.name = "h", attn.dims = ["N", "C"]},
    %ids: tensor<?xi32> {attn.name = "ids", attn.dims = ["N"]})
    -> (tensor<4x2xf32> {attn.name = "out"}, tensor<4x4xf32> {attn.name = "pooled"}) {
  %w = attn.weight "W" : tensor<2x4xf32>
  %b = attn.weight "b" : tensor<2xf32>
  %pooled = attn.segment_pool mean %h ids %ids groups 4 : tensor<?x4xf32>, tensor<?xi32>
  %out = attn.linear %pooled, %w, %b : tensor<4x4xf32>, tensor<2x4xf32>, tensor<2xf32>
  return %out, %pooled : tensor<4x2xf32>, tensor<4x4xf32>
}
