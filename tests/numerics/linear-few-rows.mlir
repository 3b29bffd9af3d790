// Linears of a few rows, as batches of texts and beams of a search have: tiles of one row, of four, of two that share
// rows; then, of rows that are not many, quarters, whose tasks share columns, of sizes that differ. Depths beyond a
// block, and of a part of a group.
// RUN: %run_compiled %s %t --precision=bf16 --precision=int8 --weights=random:1 --sizes N=1 --sizes N=2 --sizes N=3 --sizes N=4 \
// RUN:   --sizes N=5 --sizes N=6 --sizes N=7 --sizes N=8 --sizes N=9 --sizes N=12 --sizes N=13 --sizes N=0 \
// RUN:   --sizes N=16 --sizes N=23 --sizes N=27 --sizes N=28
// RUN: %run_compiled %s %t --precision=bf16 --precision=int8 --weights=random:1 --sizes N=36 --sizes N=37 --sizes N=49 \
// RUN:   --sizes N=101 --sizes N=192 --sizes N=193
// RUN: %run_compiled %s %t --precision=f64 --weights=random:1 --sizes N=4 --sizes N=5 --sizes N=8

func.func @few_rows(%x: tensor<?x530xf32> {attn.name = "x", attn.dims = ["N", "K"]}) -> (tensor<?x120xf32> {attn.name = "y"}) {
  %w0 = attn.weight "first.weight" : tensor<131x530xf32>
  %b0 = attn.weight "first.bias" : tensor<131xf32>
  %h = attn.linear %x, %w0, %b0 : tensor<?x530xf32>, tensor<131x530xf32>, tensor<131xf32>
  %g = attn.activation gelu_tanh %h : tensor<?x131xf32>
  %w1 = attn.weight "second.weight" : tensor<120x131xf32>
  %z = attn.linear %g, %w1 : tensor<?x131xf32>, tensor<120x131xf32>
  %gamma = attn.weight "norm.weight" : tensor<120xf32>
  %beta = attn.weight "norm.bias" : tensor<120xf32>
  %y = attn.layer_norm %z, %gamma, %beta eps 1.0e-5 : tensor<?x120xf32>, tensor<120xf32>, tensor<120xf32>
  return %y : tensor<?x120xf32>
}
