// A gated feed-forward block, silu(x W1) * (x W3) W2 (Shazeer 2020): a formula reads the results of two linears of one
// input. Also a bias that a linear of the same input makes. One row, fewer rows than a register tile, blocks of rows.
// RUN: %run_compiled %s %t --weights=%S/data/encoder_block-post/weights.safetensors --sizes N=1 --sizes N=7 \
// RUN:   --sizes N=230 --sizes N=0

func.func @gated_ffn(
    %x: tensor<?x12xf32> {attn.name = "x", attn.dims = ["N", "C"]},
    %condition: tensor<12xf32> {attn.name = "condition", attn.dims = ["C"]})
    -> (tensor<?x12xf32> {attn.name = "out"}, tensor<12xf32> {attn.name = "twice"}) {
  %w1 = attn.weight "att.Wq" : tensor<12x12xf32>
  %b1 = attn.weight "att.bq" : tensor<12xf32>
  %w3 = attn.weight "att.Wk" : tensor<12x12xf32>
  %w2 = attn.weight "att.Wv" : tensor<12x12xf32>
  %gate = attn.linear %x, %w1, %b1 : tensor<?x12xf32>, tensor<12x12xf32>, tensor<12xf32>
  %up = attn.linear %x, %w3 : tensor<?x12xf32>, tensor<12x12xf32>
  %active = attn.activation silu %gate : tensor<?x12xf32>
  %inner = attn.pointwise %active, %up : tensor<?x12xf32>, tensor<?x12xf32> {
  ^bb0(%a: f32, %u: f32):
    %r = arith.mulf %a, %u : f32
    attn.yield %r : f32
  }
  %out = attn.linear %inner, %w2 : tensor<?x12xf32>, tensor<12x12xf32>
  %shift = attn.linear %condition, %w1 : tensor<12xf32>, tensor<12x12xf32>
  %twice = attn.linear %condition, %w3, %shift : tensor<12xf32>, tensor<12x12xf32>, tensor<12xf32>
  return %out, %twice : tensor<?x12xf32>, tensor<12xf32>
}
