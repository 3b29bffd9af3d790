// Each constraint of the ops on graphs, violated once.
// RUN: attn-opt %s --split-input-file --verify-diagnostics

func.func @edge_score_c1(%v: tensor<?x?xf32>, %rowptr: tensor<?xi32>, %col: tensor<?xi32>) {
  // expected-error @+1 {{'attn.edge_score' op expected values [H, E] of a static number of heads, got tensor<?x?xf32>}}
  %s = attn.edge_score %v over %rowptr, %col : tensor<?x?xf32>, tensor<?xi32>, tensor<?xi32>
  return
}

// -----

func.func @edge_score_c2(%v: tensor<2x7xf32>, %rowptr: tensor<?xi32>, %col: tensor<8xi32>) {
  // expected-error @+1 {{'attn.edge_score' op expected a value for each edge, got tensor<2x7xf32> for tensor<8xi32>}}
  %s = attn.edge_score %v over %rowptr, %col : tensor<2x7xf32>, tensor<?xi32>, tensor<8xi32>
  return
}

// -----

func.func @edge_score_c3(%v: tensor<2x?xf32>, %rowptr: tensor<0xi32>, %col: tensor<?xi32>) {
  // expected-error @+1 {{'attn.edge_score' op expected row pointers [N + 1], got tensor<0xi32>}}
  %s = attn.edge_score %v over %rowptr, %col : tensor<2x?xf32>, tensor<0xi32>, tensor<?xi32>
  return
}

// -----

func.func @edge_values_c1(%m: tensor<1x2x5x5xf32>, %rowptr: tensor<5xi32>, %col: tensor<?xi32>) {
  // expected-error @+1 {{'attn.edge_values' op expected a map of N queries and keys and row pointers [N + 1], got tensor<1x2x5x5xf32> and tensor<5xi32>}}
  %v = attn.edge_values %m over %rowptr, %col : tensor<1x2x5x5xf32>, tensor<5xi32>, tensor<?xi32>
  return
}

// -----

func.func @segment_pool_c1(%x: tensor<?x?xf32>, %ids: tensor<?xi32>) {
  // expected-error @+1 {{'attn.segment_pool' op expected rows of a static width, got tensor<?x?xf32>}}
  %y = attn.segment_pool mean %x ids %ids groups 4 : tensor<?x?xf32>, tensor<?xi32>
  return
}

// -----

func.func @segment_pool_c2(%x: tensor<7x4xf32>, %ids: tensor<8xi32>) {
  // expected-error @+1 {{'attn.segment_pool' op expected one id a row, got tensor<8xi32> for tensor<7x4xf32>}}
  %y = attn.segment_pool mean %x ids %ids groups 4 : tensor<7x4xf32>, tensor<8xi32>
  return
}

// -----

func.func @segment_pool_c3(%x: tensor<?x4xf32>, %ids: tensor<?xi32>) {
  // expected-error @+1 {{'attn.segment_pool' op expected 1 to 2^31 - 1 groups, got 0}}
  %y = attn.segment_pool mean %x ids %ids groups 0 : tensor<?x4xf32>, tensor<?xi32>
  return
}
