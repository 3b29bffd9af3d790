// Every constraint of score, pair_score, relative_score and relative_score_2d.
// RUN: attn-opt %s --split-input-file --verify-diagnostics

func.func @score_c1(%q: tensor<?x8x?x64xf32>, %k: tensor<?x8x?x64xf64>) {
  // expected-error @+1 {{expected one element type, got query tensor<?x8x?x64xf32> and key tensor<?x8x?x64xf64>}}
  %s = attn.score dot %q, %k : tensor<?x8x?x64xf32>, tensor<?x8x?x64xf64>
  return
}

// -----

func.func @score_c2(%q: tensor<2x8x?x64xf32>, %k: tensor<3x8x?x64xf32>) {
  // expected-error @+1 {{'attn.score' op expected query and key of one batch, got 2 and 3}}
  %s = attn.score dot %q, %k : tensor<2x8x?x64xf32>, tensor<3x8x?x64xf32>
  return
}

// -----

func.func @score_c3(%q: tensor<?x8x?x64xf32>, %k: tensor<?x3x?x64xf32>) {
  // expected-error @+1 {{'attn.score' op expected query heads to be a multiple of key heads, got 8 and 3}}
  %s = attn.score dot %q, %k : tensor<?x8x?x64xf32>, tensor<?x3x?x64xf32>
  return
}

// -----

func.func @score_c4(%q: tensor<?x8x?x64xf32>, %k: tensor<?x8x?x32xf32>) {
  // expected-error @+1 {{'attn.score' op expected query and key to share the head width, got 64 and 32}}
  %s = attn.score dot %q, %k : tensor<?x8x?x64xf32>, tensor<?x8x?x32xf32>
  return
}

// -----

func.func @score_c5(%q: tensor<?x8x?x64xf32>, %a: tensor<64xf32>) {
  // expected-error @+1 {{'attn.score' op expected 0 tensors after with for dot scores, got 1}}
  %s = attn.score dot %q, %q with %a : tensor<?x8x?x64xf32>, tensor<?x8x?x64xf32>, tensor<64xf32>
  return
}

// -----

func.func @score_c5_two(%q: tensor<?x8x?x64xf32>, %a: tensor<64xf32>) {
  // expected-error @+1 {{'attn.score' op expected 2 tensors after with for rank1 scores, got 1}}
  %s = attn.score rank1 %q, %q with %a : tensor<?x8x?x64xf32>, tensor<?x8x?x64xf32>, tensor<64xf32>
  return
}

// -----

func.func @score_c6(%q: tensor<?x8x?x64xf32>, %a: tensor<4x64xf32>) {
  // expected-error @+1 {{'attn.score' op expected tensor<64xf32> or tensor<8x64xf32> after with, got tensor<4x64xf32>}}
  %s = attn.score additive %q, %q with %a : tensor<?x8x?x64xf32>, tensor<?x8x?x64xf32>, tensor<4x64xf32>
  return
}

// -----

func.func @score_c6_type(%q: tensor<?x8x?x64xf32>, %k: tensor<?x8x?x32xf32>, %w: tensor<64x32xf64>) {
  // expected-error @+1 {{'attn.score' op expected tensor<64x32xf32> or tensor<8x64x32xf32> after with, got tensor<64x32xf64>}}
  %s = attn.score bilinear %q, %k with %w : tensor<?x8x?x64xf32>, tensor<?x8x?x32xf32>, tensor<64x32xf64>
  return
}

// -----

func.func @given_score_c1(%q: tensor<2x8x?x64xf32>, %k: tensor<3x8x?x64xf32>, %t: tensor<9x9xf32>) {
  // expected-error @+1 {{'attn.given_score' op expected query and key of one batch, got 2 and 3}}
  %s = attn.given_score %t like %q, %k : tensor<9x9xf32>, tensor<2x8x?x64xf32>, tensor<3x8x?x64xf32>
  return
}

// -----

func.func @given_score_c2(%q: tensor<?x?x?x64xf32>, %t: tensor<9x9xf32>) {
  // expected-error @+1 {{'attn.given_score' op expected a query of static heads, got tensor<?x?x?x64xf32>}}
  %s = attn.given_score %t like %q, %q : tensor<9x9xf32>, tensor<?x?x?x64xf32>, tensor<?x?x?x64xf32>
  return
}

// -----

func.func @given_score_c3(%q: tensor<?x8x?x64xf32>, %t: tensor<2x9x9xf32>) {
  // expected-error @+1 {{'attn.given_score' op expected a table for a batch of ? and 8 heads, got tensor<2x9x9xf32>}}
  %s = attn.given_score %t like %q, %q : tensor<2x9x9xf32>, tensor<?x8x?x64xf32>, tensor<?x8x?x64xf32>
  return
}

// -----

func.func @given_score_c3_batch(%q: tensor<4x8x?x64xf32>, %t: tensor<2x8x9x9xf32>) {
  // expected-error @+1 {{'attn.given_score' op expected a table for a batch of 4 and 8 heads, got tensor<2x8x9x9xf32>}}
  %s = attn.given_score %t like %q, %q : tensor<2x8x9x9xf32>, tensor<4x8x?x64xf32>, tensor<4x8x?x64xf32>
  return
}

// -----

func.func @given_score_c4(%q: tensor<?x8x?x64xf32>, %k: tensor<?x8x10x64xf32>, %t: tensor<9x9xf32>) {
  // expected-error @+1 {{'attn.given_score' op expected a table of ? x 10 places or more, got tensor<9x9xf32>}}
  %s = attn.given_score %t like %q, %k : tensor<9x9xf32>, tensor<?x8x?x64xf32>, tensor<?x8x10x64xf32>
  return
}

// -----

func.func @pair_score_c1(%q: tensor<?x8x?x64xf32>, %k: tensor<?x8x?x64xf64>) {
  // expected-error @+1 {{'attn.pair_score' op expected one element type, got query tensor<?x8x?x64xf32> and key tensor<?x8x?x64xf64>}}
  %s = attn.pair_score %q, %k : tensor<?x8x?x64xf32>, tensor<?x8x?x64xf64> {
  ^bb0(%x: f32, %y: f32, %h: index, %d: index):
    attn.yield %x : f32
  }
  return
}

// -----

func.func @pair_score_c2(%q: tensor<2x8x?x64xf32>, %k: tensor<3x8x?x64xf32>) {
  // expected-error @+1 {{'attn.pair_score' op expected query and key of one batch, got 2 and 3}}
  %s = attn.pair_score %q, %k : tensor<2x8x?x64xf32>, tensor<3x8x?x64xf32> {
  ^bb0(%x: f32, %y: f32, %h: index, %d: index):
    attn.yield %x : f32
  }
  return
}

// -----

func.func @pair_score_c3(%q: tensor<?x8x?x64xf32>, %k: tensor<?x3x?x64xf32>) {
  // expected-error @+1 {{'attn.pair_score' op expected query heads to be a multiple of key heads, got 8 and 3}}
  %s = attn.pair_score %q, %k : tensor<?x8x?x64xf32>, tensor<?x3x?x64xf32> {
  ^bb0(%x: f32, %y: f32, %h: index, %d: index):
    attn.yield %x : f32
  }
  return
}

// -----

func.func @pair_score_c4(%q: tensor<?x8x?x64xf32>, %k: tensor<?x8x?x32xf32>) {
  // expected-error @+1 {{'attn.pair_score' op expected query and key to share the head width, got 64 and 32}}
  %s = attn.pair_score %q, %k : tensor<?x8x?x64xf32>, tensor<?x8x?x32xf32> {
  ^bb0(%x: f32, %y: f32, %h: index, %d: index):
    attn.yield %x : f32
  }
  return
}

// -----

func.func @pair_score_c5(%q: tensor<?x8x?x64xf32>, %k: tensor<?x8x?x64xf32>) {
  // expected-error @+1 {{'attn.pair_score' op expected a formula with arguments ('f32', 'f32', 'index', 'index'), got ('f32')}}
  %s = attn.pair_score %q, %k : tensor<?x8x?x64xf32>, tensor<?x8x?x64xf32> {
  ^bb0(%x: f32):
    attn.yield %x : f32
  }
  return
}

// -----

func.func @relative_score_c1(%q: tensor<?x8x?x?xf32>, %t: tensor<33x64xf32>, %k: tensor<?x8x?x64xf32>) {
  // expected-error @+1 {{'attn.relative_score' op expected a query of static heads and head width, got tensor<?x8x?x?xf32>}}
  %s = attn.relative_score %q, %t like %k aligned top_left : tensor<?x8x?x?xf32>, tensor<33x64xf32>, tensor<?x8x?x64xf32>
  return
}

// -----

func.func @relative_score_c1_heads(%q: tensor<?x?x?x64xf32>, %t: tensor<33x64xf32>, %k: tensor<?x8x?x64xf32>) {
  // expected-error @+1 {{'attn.relative_score' op expected a query of static heads and head width, got tensor<?x?x?x64xf32>}}
  %s = attn.relative_score %q, %t like %k aligned top_left : tensor<?x?x?x64xf32>, tensor<33x64xf32>, tensor<?x8x?x64xf32>
  return
}

// -----

func.func @relative_score_c2(%q: tensor<?x8x?x64xf32>, %t: tensor<33x32xf32>, %k: tensor<?x8x?x64xf32>) {
  // expected-error @+1 {{'attn.relative_score' op expected the table [distances, 64] of the query's type, got tensor<33x32xf32>}}
  %s = attn.relative_score %q, %t like %k aligned top_left : tensor<?x8x?x64xf32>, tensor<33x32xf32>, tensor<?x8x?x64xf32>
  return
}

// -----

func.func @relative_score_c2_element(%q: tensor<?x8x?x64xf32>, %t: tensor<33x64xf64>, %k: tensor<?x8x?x64xf32>) {
  // expected-error @+1 {{'attn.relative_score' op expected the table [distances, 64] of the query's type, got tensor<33x64xf64>}}
  %s = attn.relative_score %q, %t like %k aligned top_left : tensor<?x8x?x64xf32>, tensor<33x64xf64>, tensor<?x8x?x64xf32>
  return
}

// -----

func.func @relative_score_c3(%q: tensor<?x8x?x64xf32>, %t: tensor<32x64xf32>, %k: tensor<?x8x?x64xf32>) {
  // expected-error @+1 {{'attn.relative_score' op expected the table to have an odd number of rows, one for each distance, got tensor<32x64xf32>}}
  %s = attn.relative_score %q, %t like %k aligned top_left : tensor<?x8x?x64xf32>, tensor<32x64xf32>, tensor<?x8x?x64xf32>
  return
}

// -----

func.func @relative_score_c3_dynamic(%q: tensor<?x8x?x64xf32>, %t: tensor<?x64xf32>, %k: tensor<?x8x?x64xf32>) {
  // expected-error @+1 {{'attn.relative_score' op expected the table to have an odd number of rows, one for each distance, got tensor<?x64xf32>}}
  %s = attn.relative_score %q, %t like %k aligned top_left : tensor<?x8x?x64xf32>, tensor<?x64xf32>, tensor<?x8x?x64xf32>
  return
}

// -----

func.func @relative_score_c4(%q: tensor<2x8x?x64xf32>, %t: tensor<33x64xf32>, %k: tensor<3x8x?x64xf32>) {
  // expected-error @+1 {{'attn.relative_score' op expected query and like of one batch, got 2 and 3}}
  %s = attn.relative_score %q, %t like %k aligned top_left : tensor<2x8x?x64xf32>, tensor<33x64xf32>, tensor<3x8x?x64xf32>
  return
}

// -----

func.func @relative_score_2d_c1(%q: tensor<?x?x15x4xf32>, %r: tensor<5x4xf32>, %c: tensor<9x4xf32>) {
  // expected-error @+1 {{'attn.relative_score_2d' op expected a query of static heads and head width, got tensor<?x?x15x4xf32>}}
  %s = attn.relative_score_2d %q, %r, %c : tensor<?x?x15x4xf32>, tensor<5x4xf32>, tensor<9x4xf32>
  return
}

// -----

func.func @relative_score_2d_c2(%q: tensor<?x2x15x4xf32>, %r: tensor<5x3xf32>, %c: tensor<9x4xf32>) {
  // expected-error @+1 {{'attn.relative_score_2d' op expected rows [distances, 4] of the query's type, got tensor<5x3xf32>}}
  %s = attn.relative_score_2d %q, %r, %c : tensor<?x2x15x4xf32>, tensor<5x3xf32>, tensor<9x4xf32>
  return
}

// -----

func.func @relative_score_2d_c3(%q: tensor<?x2x15x4xf32>, %r: tensor<5x4xf32>, %c: tensor<8x4xf32>) {
  // expected-error @+1 {{'attn.relative_score_2d' op expected cols to have an odd number of rows, one for each distance, got tensor<8x4xf32>}}
  %s = attn.relative_score_2d %q, %r, %c : tensor<?x2x15x4xf32>, tensor<5x4xf32>, tensor<8x4xf32>
  return
}

// -----

func.func @relative_score_2d_c4(%q: tensor<?x2x16x4xf32>, %r: tensor<5x4xf32>, %c: tensor<9x4xf32>) {
  // expected-error @+1 {{'attn.relative_score_2d' op expected 15 queries, one for each pixel of the 3 x 5 image the tables are for, got tensor<?x2x16x4xf32>}}
  %s = attn.relative_score_2d %q, %r, %c : tensor<?x2x16x4xf32>, tensor<5x4xf32>, tensor<9x4xf32>
  return
}

// -----

func.func @relative_score_2d_c4_dynamic(%q: tensor<?x2x?x4xf32>, %r: tensor<5x4xf32>, %c: tensor<9x4xf32>) {
  // expected-error @+1 {{'attn.relative_score_2d' op expected 15 queries, one for each pixel of the 3 x 5 image the tables are for, got tensor<?x2x?x4xf32>}}
  %s = attn.relative_score_2d %q, %r, %c : tensor<?x2x?x4xf32>, tensor<5x4xf32>, tensor<9x4xf32>
  return
}

// -----

func.func @formula_dimension(%s: tensor<1x2x3x4xf32>, %t: tensor<?xf32>) {
  // expected-error @+1 {{'attn.modify' op expected tensor.dim of a constant dimension of a captured tensor in a formula}}
  %y = attn.modify %s captures(%t) : tensor<1x2x3x4xf32>, tensor<?xf32> {
  ^bb0(%x: f32, %b: index, %h: index, %i: index, %j: index, %table: tensor<?xf32>):
    %d = tensor.dim %table, %i : tensor<?xf32>
    attn.yield %x : f32
  }
  return
}

// -----

func.func @given_score_c5(%k: tensor<8x?x64xf32>, %t: tensor<9x9xf32>) {
  // expected-error @+1 {{'attn.given_score' op expected keys [B, H, M, D] and a static number of rows where no query says how many there are, got keys tensor<8x?x64xf32> and table tensor<9x9xf32>}}
  %s = attn.given_score %t over %k : tensor<9x9xf32>, tensor<8x?x64xf32>
  return
}
