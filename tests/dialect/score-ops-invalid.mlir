// Every constraint of score.
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
