// Row normalisations after a linear whose rows are read again: the normalised row, what it was made of, the row of a
// second normalisation. Then a weight that is packed for its linear and read as a tensor too, a table of one position
// repeated over tokens, one value returned twice, and an argument returned unchanged.
// RUN: %run_compiled %s %t --weights=%S/data/encoder_block-post/weights.safetensors --sizes N=1 --sizes N=6 \
// RUN:   --sizes N=101 --input first=zeros:[1,1]

func.func @norms(
    %x: tensor<?x12xf32> {attn.name = "x", attn.dims = ["N", "C"]},
    %square: tensor<12x12xf32> {attn.name = "square", attn.dims = ["C", "C"]},
    %rows: tensor<?x?x12xf32> {attn.name = "rows", attn.dims = ["N", "N", "C"]},
    %first: tensor<1x1xi32> {attn.name = "first"})
    -> (tensor<?x12xf32> {attn.name = "normal"}, tensor<?x12xf32> {attn.name = "active"},
        tensor<?x12xf32> {attn.name = "sum"}, tensor<?x12xf32> {attn.name = "before"},
        tensor<12x12xf32> {attn.name = "shifted"}, tensor<12x12xf32> {attn.name = "again"},
        tensor<12x12xf32> {attn.name = "same"}, tensor<?x?x12xf32> {attn.name = "placed"}) {
  %w = attn.weight "att.Wq" : tensor<12x12xf32>
  %gamma = attn.weight "ln1.gamma" : tensor<12xf32>
  %beta = attn.weight "ln1.beta" : tensor<12xf32>
  %y = attn.linear %x, %w : tensor<?x12xf32>, tensor<12x12xf32>
  %normal = attn.layer_norm %y, %gamma, %beta eps 1.0e-5 : tensor<?x12xf32>, tensor<12xf32>, tensor<12xf32>
  %active = attn.activation silu %normal : tensor<?x12xf32>
  %unit = attn.l2_normalize %active eps 1.0e-5 : tensor<?x12xf32>
  %sum = attn.add %unit, %normal : tensor<?x12xf32>, tensor<?x12xf32>

  %z = attn.linear %sum, %w : tensor<?x12xf32>, tensor<12x12xf32>
  %once = attn.layer_norm %z, %gamma, %beta eps 1.0e-5 : tensor<?x12xf32>, tensor<12xf32>, tensor<12xf32>
  %twice = attn.l2_normalize %once eps 1.0e-5 : tensor<?x12xf32>
  %before = attn.add %twice, %z : tensor<?x12xf32>, tensor<?x12xf32>

  %product = attn.linear %square, %w : tensor<12x12xf32>, tensor<12x12xf32>
  %shifted = attn.add %product, %w : tensor<12x12xf32>, tensor<12x12xf32>
  %place = attn.positions %w, %first : tensor<12x12xf32>, tensor<1x1xi32>
  %placed = attn.add %rows, %place : tensor<?x?x12xf32>, tensor<1x12xf32>
  return %normal, %active, %sum, %before, %shifted, %shifted, %square, %placed
      : tensor<?x12xf32>, tensor<?x12xf32>, tensor<?x12xf32>, tensor<?x12xf32>, tensor<12x12xf32>,
        tensor<12x12xf32>, tensor<12x12xf32>, tensor<?x?x12xf32>
}
