// A sum of int8 products that an i32 may not hold is refused; the longest that it holds is not.
// RUN: attn-opt %s --split-input-file --attn-fuse --attn-choose-schedules=precision=int8 --verify-diagnostics
// RUN: attn-opt %s --split-input-file --attn-fuse --attn-choose-schedules=precision=bf16 -o /dev/null

func.func @long(%x: tensor<?x133145xf32>) -> tensor<?x2xf32> {
  %w = attn.weight "w" : tensor<2x133145xf32>
  // expected-error @+1 {{llvm: attn.linear in int8 sums up to 133144 products in an i32, its weight has 133145 columns}}
  %y = attn.linear %x, %w : tensor<?x133145xf32>, tensor<2x133145xf32>
  return %y : tensor<?x2xf32>
}

// -----

func.func @negative_long(%x: tensor<?x133144xf32>) -> tensor<?x2xf32> {
  %w = attn.weight "w" : tensor<2x133144xf32>
  %y = attn.linear %x, %w : tensor<?x133144xf32>, tensor<2x133144xf32>
  return %y : tensor<?x2xf32>
}
