// A model whose caches take in a number of rows that is known at run time only has a copy for one row.
// RUN: attn-opt %s --split-input-file --attn-specialize-steps | FileCheck %s

// CHECK-LABEL: func.func @decode
// CHECK-SAME: attn.bounds = {M = array<i64: 1, 64>}, attn.row = @decode_row, attn.row_symbol = 2 : i64
// CHECK: func.func private @decode_row
// CHECK-SAME: attn.bounds = {M = array<i64: 1, 64>, N = array<i64: 1, 1>}, attn.row_of = @decode
// CHECK: attn.cache_append
func.func @decode(%k: tensor<?x?x8xf32> {attn.dims = ["B", "M", "C"]}, %rows: tensor<?x?x8xf32> {attn.dims = ["B", "N", "C"]},
                  %at: tensor<?xi32> {attn.dims = ["B"]}) -> tensor<?x?x8xf32> attributes {attn.bounds = {M = array<i64: 1, 64>}} {
  %y = attn.cache_append %k, %rows at %at : tensor<?x?x8xf32>, tensor<?x?x8xf32>, tensor<?xi32>
  return %y : tensor<?x?x8xf32>
}

// -----

// CHECK-LABEL: func.func @negative_one_row
// CHECK-NOT: attn.row
func.func @negative_one_row(%k: tensor<?x?x8xf32> {attn.dims = ["B", "M", "C"]}, %row: tensor<?x1x8xf32> {attn.dims = ["B", "One", "C"]},
                            %at: tensor<?xi32> {attn.dims = ["B"]}) -> tensor<?x?x8xf32> {
  %y = attn.cache_append %k, %row at %at : tensor<?x?x8xf32>, tensor<?x1x8xf32>, tensor<?xi32>
  return %y : tensor<?x?x8xf32>
}

// -----

// It is for one row as it is.
// CHECK-LABEL: func.func @negative_bound
// CHECK-NOT: attn.row
func.func @negative_bound(%k: tensor<?x?x8xf32> {attn.dims = ["B", "M", "C"]}, %rows: tensor<?x?x8xf32> {attn.dims = ["B", "N", "C"]},
                          %at: tensor<?xi32> {attn.dims = ["B"]}) -> tensor<?x?x8xf32> attributes {attn.bounds = {N = array<i64: 1, 1>}} {
  %y = attn.cache_append %k, %rows at %at : tensor<?x?x8xf32>, tensor<?x?x8xf32>, tensor<?xi32>
  return %y : tensor<?x?x8xf32>
}

// -----

// Which of the two would be one?
// CHECK-LABEL: func.func @negative_two_numbers
// CHECK-NOT: attn.row
func.func @negative_two_numbers(%k: tensor<?x?x8xf32> {attn.dims = ["B", "M", "C"]}, %rows: tensor<?x?x8xf32> {attn.dims = ["B", "N", "C"]},
                                %more: tensor<?x?x8xf32> {attn.dims = ["B", "P", "C"]}, %at: tensor<?xi32> {attn.dims = ["B"]}) -> tensor<?x?x8xf32> {
  %y = attn.cache_append %k, %rows at %at : tensor<?x?x8xf32>, tensor<?x?x8xf32>, tensor<?xi32>
  %z = attn.cache_append %y, %more at %at : tensor<?x?x8xf32>, tensor<?x?x8xf32>, tensor<?xi32>
  return %z : tensor<?x?x8xf32>
}

// -----

// CHECK-LABEL: func.func @negative_no_cache
// CHECK-NOT: attn.row
func.func @negative_no_cache(%x: tensor<?x?x8xf32> {attn.dims = ["B", "N", "C"]}) -> tensor<?x?x8xf32> {
  %y = attn.activation relu %x : tensor<?x?x8xf32>
  return %y : tensor<?x?x8xf32>
}
