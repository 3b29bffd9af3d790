// Graph attention along a graph that the weights hold, as i32 or as i64 that fit, beside the code or within it. The same
// numbers as those of tests/numerics/gat.mlir, which is given the graph.
// RUN: %python %S/Inputs/add_weights.py %S/data/gat-concat_loops/weights.safetensors %t.i32.safetensors \
// RUN:   graph.rowptr=I32:%S/data/gat-concat_loops/looped_rowptr.npy graph.col=I32:%S/data/gat-concat_loops/looped_col.npy
// RUN: %python %S/Inputs/add_weights.py %S/data/gat-concat_loops/weights.safetensors %t.i64.safetensors \
// RUN:   graph.rowptr=I64:%S/data/gat-concat_loops/looped_rowptr.npy graph.col=I64:%S/data/gat-concat_loops/looped_col.npy
// RUN: cd %S/data/gat-concat_loops && attn-run %s --reference --rtol 1e-9 --atol 1e-9 --weights=%t.i32.safetensors \
// RUN:   --input x=x.npy --expect out=expected_out.npy --expect alpha=expected_alpha.npy
// RUN: %run_compiled %s %t --weights=%t.i32.safetensors --sizes C=6
// RUN: attnc %s --weights=%t.i32.safetensors -o %t.side.so
// RUN: attnc %s --weights=%t.i64.safetensors --convert-weights -o %t.wide.so
// RUN: cmp %t.side.so.weights %t.wide.so.weights
// RUN: attn-run %t.wide.so --input x=%S/data/gat-concat_loops/x.npy --expect-reference=%s --weights=%t.i64.safetensors
// RUN: attnc %s --weights=%t.i32.safetensors --embed-weights -o %t.embedded.so
// RUN: attn-run %t.embedded.so --guard --threads=1,2 --input x=%S/data/gat-concat_loops/x.npy --expect-reference=%s \
// RUN:   --weights=%t.i32.safetensors

func.func @gat(%x: tensor<1x13x6xf32> {attn.name = "x"})
    -> (tensor<1x13x15xf32> {attn.name = "out"}, tensor<1x3x43xf32> {attn.name = "alpha"}) {
  %rowptr = attn.weight "graph.rowptr" : tensor<14xi32>
  %col = attn.weight "graph.col" : tensor<43xi32>
  %w = attn.weight "w" : tensor<15x6xf32>
  %a_dst = attn.weight "a_dst" : tensor<3x5xf32>
  %a_src = attn.weight "a_src" : tensor<3x5xf32>
  %b = attn.weight "b" : tensor<15xf32>
  %rows = attn.linear %x, %w : tensor<1x13x6xf32>, tensor<15x6xf32>
  %h = attn.split_heads %rows into 3 : tensor<1x13x15xf32>
  %s = attn.score rank1 %h, %h with %a_dst, %a_src : tensor<1x3x13x5xf32>, tensor<1x3x13x5xf32>, tensor<3x5xf32>, tensor<3x5xf32>
  %m = attn.mask %s where graph(%rowptr, %col) : tensor<1x3x13x13xf32>, tensor<14xi32>, tensor<43xi32>
  %p = attn.normalize softmax %m : tensor<1x3x13x13xf32>
  %alpha = attn.edge_values %p over %rowptr, %col : tensor<1x3x13x13xf32>, tensor<14xi32>, tensor<43xi32>
  %o = attn.combine %p, %h : tensor<1x3x13x13xf32>, tensor<1x3x13x5xf32>
  %merged = attn.merge_heads %o : tensor<1x3x13x5xf32>
  %y = attn.pointwise %merged, %b : tensor<1x13x15xf32>, tensor<15xf32> {
  ^bb0(%v: f32, %bias: f32):
    %zero = arith.constant 0.0 : f32
    %sum = arith.addf %v, %bias : f32
    %below = math.expm1 %sum : f32
    %above = arith.cmpf ogt, %sum, %zero : f32
    %elu = arith.select %above, %sum, %below : f32
    attn.yield %elu : f32
  }
  return %y, %alpha : tensor<1x13x15xf32>, tensor<1x3x43xf32>
}
