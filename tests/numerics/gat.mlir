// Graph attention (Velickovic et al. 2018): a node sees its neighbours and itself. The weight of each edge leaves too: of a
// graph that has the loops these are the same numbers in another place.
// RUN: cd %S/data/gat-concat_loops && attn-run %s --reference --rtol 1e-9 --atol 1e-9 --weights=weights.safetensors \
// RUN:   --input x=x.npy --input rowptr=rowptr.npy --input col=col.npy --expect out=expected_out.npy
// RUN: cd %S/data/gat-concat_loops && attn-run %s --reference --rtol 1e-9 --atol 1e-9 --weights=weights.safetensors \
// RUN:   --input x=x.npy --input rowptr=looped_rowptr.npy --input col=looped_col.npy --expect out=expected_out.npy \
// RUN:   --expect alpha=expected_alpha.npy
// RUN: %run_compiled %s %t --weights=%S/data/gat-concat_loops/weights.safetensors \
// RUN:   --sizes N=13,E=40 --sizes N=1,E=3 --sizes N=300,E=2000 --sizes N=40,E=2000 --sizes N=5,E=0 --sizes N=0,E=0
// RUN: %run_compiled %s %t --weights=%S/data/gat-concat_loops/weights.safetensors --sizes N=13,E=40 \
// RUN:   --input rowptr=%S/data/gat-concat_loops/looped_rowptr.npy --input col=%S/data/gat-concat_loops/looped_col.npy

func.func @gat(
    %x: tensor<1x?x6xf32> {attn.name = "x", attn.dims = ["one", "N", "C"]},
    %rowptr: tensor<?xi32> {attn.name = "rowptr", attn.dims = ["N + 1"]},
    %col: tensor<?xi32> {attn.name = "col", attn.dims = ["E"]})
    -> (tensor<1x?x15xf32> {attn.name = "out"}, tensor<1x3x?xf32> {attn.name = "alpha"}) {
  %w = attn.weight "w" : tensor<15x6xf32>
  %a_dst = attn.weight "a_dst" : tensor<3x5xf32>
  %a_src = attn.weight "a_src" : tensor<3x5xf32>
  %b = attn.weight "b" : tensor<15xf32>
  %rows = attn.linear %x, %w : tensor<1x?x6xf32>, tensor<15x6xf32>
  %h = attn.split_heads %rows into 3 : tensor<1x?x15xf32>
  %s = attn.score rank1 %h, %h with %a_dst, %a_src : tensor<1x3x?x5xf32>, tensor<1x3x?x5xf32>, tensor<3x5xf32>, tensor<3x5xf32>
  %m = attn.mask %s where graph(%rowptr, %col) or window(0, 0, top_left) : tensor<1x3x?x?xf32>, tensor<?xi32>, tensor<?xi32>
  %p = attn.normalize softmax %m : tensor<1x3x?x?xf32>
  %alpha = attn.edge_values %p over %rowptr, %col : tensor<1x3x?x?xf32>, tensor<?xi32>, tensor<?xi32>
  %o = attn.combine %p, %h : tensor<1x3x?x?xf32>, tensor<1x3x?x5xf32>
  %merged = attn.merge_heads %o : tensor<1x3x?x5xf32>
  %y = attn.pointwise %merged, %b : tensor<1x?x15xf32>, tensor<15xf32> {
  ^bb0(%v: f32, %bias: f32):
    %zero = arith.constant 0.0 : f32
    %sum = arith.addf %v, %bias : f32
    %below = math.expm1 %sum : f32
    %above = arith.cmpf ogt, %sum, %zero : f32
    %elu = arith.select %above, %sum, %below : f32
    attn.yield %elu : f32
  }
  return %y, %alpha : tensor<1x?x15xf32>, tensor<1x3x?xf32>
}
