// A layer of graph attention (Velickovic et al. 2018) on a graph of Cora's size, whose edges have the loops.
func.func @gat(
    %x: tensor<1x?x1433xf32> {attn.name = "x", attn.dims = ["B", "N", "C"]},
    %rowptr: tensor<?xi32> {attn.name = "rowptr", attn.dims = ["N + 1"]},
    %col: tensor<?xi32> {attn.name = "col", attn.dims = ["E"]})
    -> (tensor<1x?x64xf32> {attn.name = "out"}) {
  %w = attn.weight "weight" : tensor<64x1433xf32>
  %dst = attn.weight "dst" : tensor<8x8xf32>
  %src = attn.weight "src" : tensor<8x8xf32>
  %b = attn.weight "bias" : tensor<64xf32>
  %rows = attn.linear %x, %w : tensor<1x?x1433xf32>, tensor<64x1433xf32>
  %h = attn.split_heads %rows into 8 : tensor<1x?x64xf32>
  %s = attn.score rank1 %h, %h with %dst, %src
      : tensor<1x8x?x8xf32>, tensor<1x8x?x8xf32>, tensor<8x8xf32>, tensor<8x8xf32>
  %seen = attn.mask %s where graph(%rowptr, %col) : tensor<1x8x?x?xf32>, tensor<?xi32>, tensor<?xi32>
  %p = attn.normalize softmax %seen : tensor<1x8x?x?xf32>
  %o = attn.combine %p, %h : tensor<1x8x?x?xf32>, tensor<1x8x?x8xf32>
  %merged = attn.merge_heads %o : tensor<1x8x?x8xf32>
  %y = attn.pointwise %merged, %b : tensor<1x?x64xf32>, tensor<64xf32> {
  ^bb0(%v: f32, %bias: f32):
    %zero = arith.constant 0.0 : f32
    %sum = arith.addf %v, %bias : f32
    %below = math.expm1 %sum : f32
    %above = arith.cmpf ogt, %sum, %zero : f32
    %elu = arith.select %above, %sum, %below : f32
    attn.yield %elu : f32
  }
  return %y : tensor<1x?x64xf32>
}
