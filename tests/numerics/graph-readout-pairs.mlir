// A score for each pair of nodes: their product, one of numbers between, or a small network of both.
// RUN: cd %S/data/graph_readout-edge_bilinear && attn-run %s --reference --rtol 1e-9 --atol 1e-9 \
// RUN:   --weights=weights.safetensors --input h=h.npy --input u=u.npy --input v=v.npy --expect out=expected_out.npy
// RUN: %run_compiled %s %t --weights=%S/data/graph_readout-edge_bilinear/weights.safetensors --sizes N=9,P=5 --sizes N=70,P=33 \
// RUN:   --sizes N=4,P=0
// RUN: sed -e '/= attn.linear/d' -e '/attn.weight/d' -e 's/%%hv, %%wv/%%hv/' -e 's/, %%wv : tensor/, %%hv : tensor/' %s > %t.dot.mlir
// RUN: cd %S/data/graph_readout-edge_dot && attn-run %t.dot.mlir --reference --rtol 1e-9 --atol 1e-9 \
// RUN:   --input h=h.npy --input u=u.npy --input v=v.npy --expect out=expected_out.npy
// RUN: %run_compiled %t.dot.mlir %t.dot --sizes N=9,P=5

func.func @readout(
    %h: tensor<1x1x?x4xf32> {attn.name = "h", attn.dims = ["B", "H", "N", "C"]},
    %u: tensor<1x1x?xi32> {attn.name = "u", attn.dims = ["B", "H", "P"]},
    %v: tensor<1x1x?xi32> {attn.name = "v", attn.dims = ["B", "H", "P"]})
    -> (tensor<1x1x?x1xf32> {attn.name = "out"}) {
  %w = attn.weight "W" : tensor<4x4xf32>
  %hu = attn.gather %h, %u : tensor<1x1x?x4xf32>, tensor<1x1x?xi32>
  %hv = attn.gather %h, %v : tensor<1x1x?x4xf32>, tensor<1x1x?xi32>
  %wv = attn.linear %hv, %w : tensor<1x1x?x4xf32>, tensor<4x4xf32>
  %products = attn.pointwise %hu, %wv : tensor<1x1x?x4xf32>, tensor<1x1x?x4xf32> {
  ^bb0(%x: f32, %y: f32):
    %p = arith.mulf %x, %y : f32
    attn.yield %p : f32
  }
  %numbers = attn.ungroup_rows %products by 4 : tensor<1x1x?x4xf32>
  %out = attn.block_sum %numbers by 4 : tensor<1x1x?x1xf32>
  return %out : tensor<1x1x?x1xf32>
}
