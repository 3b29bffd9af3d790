// Graph attention without loops: a node without neighbours gets 0; with them, a node alone gets itself.
// RUN: cd %S/data/gat-no_loops_isolated && attn-run %s --reference --rtol 1e-9 --atol 1e-9 --weights=weights.safetensors \
// RUN:   --input x=x.npy --input rowptr=rowptr.npy --input col=col.npy --expect out=expected_out.npy
// RUN: %run_compiled %s %t --weights=%S/data/gat-no_loops_isolated/weights.safetensors --sizes N=9,E=20 --sizes N=70,E=90 \
// RUN:   --sizes N=6,E=0
// RUN: sed 's/graph(%%rowptr, %%col)/& or window(0, 0, top_left)/' %s > %t.mlir
// RUN: cd %S/data/gat-one_node && attn-run %t.mlir --reference --rtol 1e-9 --atol 1e-9 --weights=weights.safetensors \
// RUN:   --input x=x.npy --input rowptr=rowptr.npy --input col=col.npy --expect out=expected_out.npy
// RUN: %run_compiled %t.mlir %t --weights=%S/data/gat-one_node/weights.safetensors --sizes N=1,E=0 --sizes N=70,E=90

func.func @gat(
    %x: tensor<1x?x4xf32> {attn.name = "x", attn.dims = ["one", "N", "C"]},
    %rowptr: tensor<?xi32> {attn.name = "rowptr", attn.dims = ["N + 1"]},
    %col: tensor<?xi32> {attn.name = "col", attn.dims = ["E"]})
    -> (tensor<1x?x6xf32> {attn.name = "out"}) {
  %w = attn.weight "w" : tensor<6x4xf32>
  %a_dst = attn.weight "a_dst" : tensor<2x3xf32>
  %a_src = attn.weight "a_src" : tensor<2x3xf32>
  %rows = attn.linear %x, %w : tensor<1x?x4xf32>, tensor<6x4xf32>
  %h = attn.split_heads %rows into 2 : tensor<1x?x6xf32>
  %s = attn.score rank1 %h, %h with %a_dst, %a_src : tensor<1x2x?x3xf32>, tensor<1x2x?x3xf32>, tensor<2x3xf32>, tensor<2x3xf32>
  %m = attn.mask %s where graph(%rowptr, %col) : tensor<1x2x?x?xf32>, tensor<?xi32>, tensor<?xi32>
  %p = attn.normalize softmax %m : tensor<1x2x?x?xf32>
  %o = attn.combine %p, %h : tensor<1x2x?x?xf32>, tensor<1x2x?x3xf32>
  %merged = attn.merge_heads %o : tensor<1x2x?x3xf32>
  %y = attn.pointwise %merged : tensor<1x?x6xf32> {
  ^bb0(%v: f32):
    %zero = arith.constant 0.0 : f32
    %below = math.expm1 %v : f32
    %above = arith.cmpf ogt, %v, %zero : f32
    %elu = arith.select %above, %v, %below : f32
    attn.yield %elu : f32
  }
  return %y : tensor<1x?x6xf32>
}
