// Two layers of graph attention (Velickovic et al. 2018) as on the citations of Cora: papers with 1433 words, 8 heads of 8,
// then 7 subjects. N papers, E citations, both known at run time only.

func.func @gat(
    %x: tensor<1x?x1433xf32> {attn.name = "x", attn.dims = ["one", "N", "C"]},
    %rowptr: tensor<?xi32> {attn.name = "rowptr", attn.dims = ["N + 1"]},
    %col: tensor<?xi32> {attn.name = "col", attn.dims = ["E"]})
    -> (tensor<1x?x7xf32> {attn.name = "logits"}, tensor<1x8x?xf32> {attn.name = "alpha"}) {
  %w1 = attn.weight "layer1.weight" : tensor<64x1433xf32>
  %dst1 = attn.weight "layer1.dst" : tensor<8x8xf32>
  %src1 = attn.weight "layer1.src" : tensor<8x8xf32>
  %b1 = attn.weight "layer1.bias" : tensor<64xf32>
  %rows = attn.linear %x, %w1 : tensor<1x?x1433xf32>, tensor<64x1433xf32>
  %h = attn.split_heads %rows into 8 : tensor<1x?x64xf32>
  // leaky_relu(dst . h_i + src . h_j), for the papers j that i cites, and i itself.
  %s = attn.score rank1 %h, %h with %dst1, %src1
      : tensor<1x8x?x8xf32>, tensor<1x8x?x8xf32>, tensor<8x8xf32>, tensor<8x8xf32>
  %seen = attn.mask %s where graph(%rowptr, %col) or window(0, 0, top_left)
      : tensor<1x8x?x?xf32>, tensor<?xi32>, tensor<?xi32>
  %p = attn.normalize softmax %seen : tensor<1x8x?x?xf32>
  %alpha = attn.edge_values %p over %rowptr, %col : tensor<1x8x?x?xf32>, tensor<?xi32>, tensor<?xi32>
  %o = attn.combine %p, %h : tensor<1x8x?x?xf32>, tensor<1x8x?x8xf32>
  %merged = attn.merge_heads %o : tensor<1x8x?x8xf32>
  %hidden = attn.pointwise %merged, %b1 : tensor<1x?x64xf32>, tensor<64xf32> { // ELU
  ^bb0(%v: f32, %bias: f32):
    %zero = arith.constant 0.0 : f32
    %sum = arith.addf %v, %bias : f32
    %below = math.expm1 %sum : f32
    %above = arith.cmpf ogt, %sum, %zero : f32
    %elu = arith.select %above, %sum, %below : f32
    attn.yield %elu : f32
  }

  // One head whose channels are the subjects.
  %w2 = attn.weight "layer2.weight" : tensor<7x64xf32>
  %dst2 = attn.weight "layer2.dst" : tensor<1x7xf32>
  %src2 = attn.weight "layer2.src" : tensor<1x7xf32>
  %b2 = attn.weight "layer2.bias" : tensor<7xf32>
  %rows2 = attn.linear %hidden, %w2 : tensor<1x?x64xf32>, tensor<7x64xf32>
  %h2 = attn.split_heads %rows2 into 1 : tensor<1x?x7xf32>
  %s2 = attn.score rank1 %h2, %h2 with %dst2, %src2
      : tensor<1x1x?x7xf32>, tensor<1x1x?x7xf32>, tensor<1x7xf32>, tensor<1x7xf32>
  %seen2 = attn.mask %s2 where graph(%rowptr, %col) or window(0, 0, top_left)
      : tensor<1x1x?x?xf32>, tensor<?xi32>, tensor<?xi32>
  %p2 = attn.normalize softmax %seen2 : tensor<1x1x?x?xf32>
  %o2 = attn.combine %p2, %h2 : tensor<1x1x?x?xf32>, tensor<1x1x?x7xf32>
  %merged2 = attn.merge_heads %o2 : tensor<1x1x?x7xf32>
  %logits = attn.add %merged2, %b2 : tensor<1x?x7xf32>, tensor<7xf32>
  return %logits, %alpha : tensor<1x?x7xf32>, tensor<1x8x?xf32>
}
