// Graph attention whose heads are averaged, as a last layer has them: the heads of a node are rows that are summed.
// RUN: cd %S/data/gat-average && attn-run %s --reference --rtol 1e-9 --atol 1e-9 --weights=weights.safetensors \
// RUN:   --input x=x.npy --input rowptr=rowptr.npy --input col=col.npy --expect out=expected_out.npy
// RUN: %run_compiled %s %t --weights=%S/data/gat-average/weights.safetensors --sizes N=13,E=40 --sizes N=170,E=700 \
// RUN:   --sizes N=0,E=0

func.func @gat(
    %x: tensor<1x?x6xf32> {attn.name = "x", attn.dims = ["one", "N", "C"]},
    %rowptr: tensor<?xi32> {attn.name = "rowptr", attn.dims = ["N + 1"]},
    %col: tensor<?xi32> {attn.name = "col", attn.dims = ["E"]})
    -> (tensor<1x?x7xf32> {attn.name = "out"}) {
  %w = attn.weight "w" : tensor<14x6xf32>
  %a_dst = attn.weight "a_dst" : tensor<2x7xf32>
  %a_src = attn.weight "a_src" : tensor<2x7xf32>
  %b = attn.weight "b" : tensor<7xf32>
  %rows = attn.linear %x, %w : tensor<1x?x6xf32>, tensor<14x6xf32>
  %h = attn.split_heads %rows into 2 : tensor<1x?x14xf32>
  %s = attn.score rank1 %h, %h with %a_dst, %a_src : tensor<1x2x?x7xf32>, tensor<1x2x?x7xf32>, tensor<2x7xf32>, tensor<2x7xf32>
  %m = attn.mask %s where graph(%rowptr, %col) or window(0, 0, top_left) : tensor<1x2x?x?xf32>, tensor<?xi32>, tensor<?xi32>
  %p = attn.normalize softmax %m : tensor<1x2x?x?xf32>
  %o = attn.combine %p, %h : tensor<1x2x?x?xf32>, tensor<1x2x?x7xf32>
  %merged = attn.merge_heads %o : tensor<1x2x?x7xf32>
  %split = attn.ungroup_rows %merged by 2 : tensor<1x?x14xf32>
  %sum = attn.block_sum %split by 2 : tensor<1x?x7xf32>
  %y = attn.pointwise %sum, %b : tensor<1x?x7xf32>, tensor<7xf32> {
  ^bb0(%v: f32, %bias: f32):
    %half = arith.constant 0.5 : f32
    %mean = arith.mulf %v, %half : f32
    %r = arith.addf %mean, %bias : f32
    attn.yield %r : f32
  }
  return %y : tensor<1x?x7xf32>
}
