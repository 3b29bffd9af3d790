// Every constraint of weight, linear, split_heads, merge_heads, embed, positions.
// RUN: attn-opt %s --split-input-file --verify-diagnostics

func.func @weight_c1() {
  // expected-error @+1 {{'attn.weight' op expected a name}}
  %w = attn.weight "" : tensor<4xf32>
  return
}

// -----

func.func @weight_c2() {
  // expected-error @+1 {{'attn.weight' op expected a static shape, got 'tensor<?x4xf32>'}}
  %w = attn.weight "w" : tensor<?x4xf32>
  return
}

// -----

func.func @weight_c3() {
  // expected-error @+1 {{'attn.weight' op expected slice indices that are not negative}}
  %w = attn.weight "w"[0, -1] : tensor<4xf32>
  return
}

// -----

func.func @linear_c1(%x: tensor<f32>, %w: tensor<4x4xf32>) {
  // expected-error @+1 {{'attn.linear' op expected an input of rank 1 or more, got tensor<f32>}}
  %y = attn.linear %x, %w : tensor<f32>, tensor<4x4xf32>
  return
}

// -----

func.func @linear_c2(%x: tensor<2x?xf32>, %w: tensor<4x4xf32>) {
  // expected-error @+1 {{'attn.linear' op expected static widths, got input tensor<2x?xf32> and weight tensor<4x4xf32>}}
  %y = attn.linear %x, %w : tensor<2x?xf32>, tensor<4x4xf32>
  return
}

// -----

func.func @linear_c3(%x: tensor<2x8xf32>, %w: tensor<8x4xf32>) {
  // expected-error @+1 {{expected weight [out, in] with in = 8 as the input's last dimension, got weight tensor<8x4xf32>; is it transposed?}}
  %y = attn.linear %x, %w : tensor<2x8xf32>, tensor<8x4xf32>
  return
}

// -----

func.func @linear_c4(%x: tensor<2x8xf32>, %w: tensor<4x8xf32>, %b: tensor<8xf32>) {
  // expected-error @+1 {{'attn.linear' op expected bias of size 4 as the weight's rows, got tensor<8xf32>}}
  %y = attn.linear %x, %w, %b : tensor<2x8xf32>, tensor<4x8xf32>, tensor<8xf32>
  return
}

// -----

func.func @linear_c5(%x: tensor<2x8xf32>, %w: tensor<4x8xf64>) {
  // expected-error @+1 {{'attn.linear' op expected one element type, got tensor<2x8xf32> and tensor<4x8xf64>}}
  %y = attn.linear %x, %w : tensor<2x8xf32>, tensor<4x8xf64>
  return
}

// -----

func.func @split_heads_c1(%x: tensor<?x?x8xf32>) {
  // expected-error @+1 {{'attn.split_heads' op expected a positive number of heads, got 0}}
  %y = attn.split_heads %x into 0 : tensor<?x?x8xf32>
  return
}

// -----

func.func @split_heads_c2(%x: tensor<?x?x8xf32>) {
  // expected-error @+1 {{'attn.split_heads' op expected a width that 3 heads divide, got tensor<?x?x8xf32>}}
  %y = attn.split_heads %x into 3 : tensor<?x?x8xf32>
  return
}

// -----

func.func @merge_heads_c1(%x: tensor<?x?x?x8xf32>) {
  // expected-error @+1 {{'attn.merge_heads' op expected static heads and width, got tensor<?x?x?x8xf32>}}
  %y = attn.merge_heads %x : tensor<?x?x?x8xf32>
  return
}

// -----

func.func @embed_c1(%table: tensor<?x8xf32>, %ids: tensor<?x?xi32>) {
  // expected-error @+1 {{'attn.embed' op expected a table of static shape, got tensor<?x8xf32>}}
  %y = attn.embed %table, %ids : tensor<?x8xf32>, tensor<?x?xi32>
  return
}

// -----

func.func @positions_c1(%table: tensor<?x8xf32>, %ids: tensor<?x?xi32>) {
  // expected-error @+1 {{'attn.positions' op expected a table of static shape, got tensor<?x8xf32>}}
  %y = attn.positions %table, %ids : tensor<?x8xf32>, tensor<?x?xi32>
  return
}

// -----

func.func @positions_c2(%table: tensor<16x8xf32>, %ids: tensor<?xi32>) {
  // expected-error @+1 {{'attn.positions' op expected tokens [B, N, ...], got tensor<?xi32>}}
  %y = attn.positions %table, %ids : tensor<16x8xf32>, tensor<?xi32>
  return
}

// -----

func.func @positions_c3(%table: tensor<16x8xf32>, %ids: tensor<?x17xi32>) {
  // expected-error @+1 {{'attn.positions' op expected at most 16 tokens, as the table has rows, got tensor<?x17xi32>}}
  %y = attn.positions %table, %ids : tensor<16x8xf32>, tensor<?x17xi32>
  return
}
