// Every constraint of features, random_features, linear_attention.
// RUN: attn-opt %s --split-input-file --verify-diagnostics

func.func @features_c1(%x: tensor<2x4x?x6xf32>) {
  // expected-error @+1 {{'attn.features' op expected 1 to 16 terms, got 17}}
  %y = attn.features %x terms 17 : tensor<2x4x?x6xf32> {
  ^bb0(%a: f32, %b: index, %h: index, %n: index, %d: index):
    attn.yield %a : f32
  }
  return
}

// -----

func.func @features_c2(%x: tensor<2x4x5x?xf32>) {
  // expected-error @+1 {{'attn.features' op expected a static head width, got tensor<2x4x5x?xf32>}}
  %y = attn.features %x : tensor<2x4x5x?xf32> {
  ^bb0(%a: f32, %b: index, %h: index, %n: index, %d: index):
    attn.yield %a : f32
  }
  return
}

// -----

func.func @features_c3(%x: tensor<2x4x?x6xf32>) {
  // expected-error @+1 {{'attn.features' op expected the formula to yield 2 numbers of 'f32'}}
  %y = attn.features %x terms 2 : tensor<2x4x?x6xf32> {
  ^bb0(%a: f32, %b: index, %h: index, %n: index, %d: index):
    attn.yield %a : f32
  }
  return
}

// -----

func.func @features_c3_arguments(%x: tensor<2x4x?x6xf32>) {
  // expected-error @+1 {{'attn.features' op expected a formula with arguments ('f32', 'index', 'index', 'index', 'index'), got ('f32')}}
  %y = attn.features %x : tensor<2x4x?x6xf32> {
  ^bb0(%a: f32):
    attn.yield %a : f32
  }
  return
}

// -----

func.func @random_features_c1(%x: tensor<2x4x?x6xf32>, %w: tensor<8x5xf32>) {
  // expected-error @+1 {{'attn.random_features' op expected a static projection [features, 6] of the input's type, got tensor<8x5xf32>}}
  %y = attn.random_features %x, %w of row eps 0.0 : tensor<2x4x?x6xf32>, tensor<8x5xf32>
  return
}

// -----

func.func @random_features_c2(%x: tensor<2x4x?x6xf32>, %w: tensor<8x6xf32>, %n: tensor<3xi32>) {
  // expected-error @+1 {{'attn.random_features' op expected one length for each of 2 samples, got tensor<3xi32>}}
  %y = attn.random_features %x, %w of head lengths %n eps 0.0 : tensor<2x4x?x6xf32>, tensor<8x6xf32>, tensor<3xi32>
  return
}

// -----

func.func @random_features_c3(%x: tensor<2x4x?x6xf32>, %w: tensor<8x6xf32>) {
  // expected-error @+1 {{'attn.random_features' op expected a finite eps that is not negative, got -1.000000}}
  %y = attn.random_features %x, %w of none eps -1.0 : tensor<2x4x?x6xf32>, tensor<8x6xf32>
  return
}

// -----

func.func @linear_attention_c1(%q: tensor<2x4x?x6xf32>, %k: tensor<2x2x?x6xf64>, %v: tensor<2x2x?x5xf32>) {
  // expected-error @+1 {{'attn.linear_attention' op expected one element type, got query tensor<2x4x?x6xf32>, key tensor<2x2x?x6xf64> and value tensor<2x2x?x5xf32>}}
  %o, %s, %z = attn.linear_attention %q, %k, %v : tensor<2x4x?x6xf32>, tensor<2x2x?x6xf64>, tensor<2x2x?x5xf32>
  return
}

// -----

func.func @linear_attention_c2(%q: tensor<2x4x?x6xf32>, %k: tensor<3x2x?x6xf32>, %v: tensor<2x2x?x5xf32>) {
  // expected-error @+1 {{'attn.linear_attention' op expected query, key and value of one batch, got 2, 3 and 2}}
  %o, %s, %z = attn.linear_attention %q, %k, %v : tensor<2x4x?x6xf32>, tensor<3x2x?x6xf32>, tensor<2x2x?x5xf32>
  return
}

// -----

func.func @linear_attention_c3(%q: tensor<2x4x?x6xf32>, %k: tensor<2x3x?x6xf32>, %v: tensor<2x3x?x5xf32>) {
  // expected-error @+1 {{'attn.linear_attention' op expected query heads to be a multiple of the heads of key and value, got 4, 3 and 3}}
  %o, %s, %z = attn.linear_attention %q, %k, %v : tensor<2x4x?x6xf32>, tensor<2x3x?x6xf32>, tensor<2x3x?x5xf32>
  return
}

// -----

func.func @linear_attention_c4(%q: tensor<2x4x?x6xf32>, %k: tensor<2x2x?x7xf32>, %v: tensor<2x2x?x5xf32>) {
  // expected-error @+1 {{'attn.linear_attention' op expected query and key of one static number of features and values of static width}}
  %o, %s, %z = attn.linear_attention %q, %k, %v : tensor<2x4x?x6xf32>, tensor<2x2x?x7xf32>, tensor<2x2x?x5xf32>
  return
}

// -----

func.func @linear_attention_c5(%q: tensor<2x4x?x6xf32>, %k: tensor<2x2x7x6xf32>, %v: tensor<2x2x8x5xf32>) {
  // expected-error @+1 {{'attn.linear_attention' op expected as many values as keys, got 8 values and 7 keys}}
  %o, %s, %z = attn.linear_attention %q, %k, %v : tensor<2x4x?x6xf32>, tensor<2x2x7x6xf32>, tensor<2x2x8x5xf32>
  return
}

// -----

func.func @linear_attention_c6(%q: tensor<2x4x?x6xf32>, %k: tensor<2x2x?x6xf32>, %v: tensor<2x2x?x5xf32>, %n: tensor<3xi32>) {
  // expected-error @+1 {{'attn.linear_attention' op expected one length for each of 2 samples, got tensor<3xi32>}}
  %o, %s, %z = attn.linear_attention %q, %k, %v lengths %n : tensor<2x4x?x6xf32>, tensor<2x2x?x6xf32>, tensor<2x2x?x5xf32>, tensor<3xi32>
  return
}

// -----

func.func @linear_attention_c7(%q: tensor<2x4x?x6xf32>, %k: tensor<2x2x?x6xf32>, %v: tensor<2x2x?x5xf32>) {
  // expected-error @+1 {{'attn.linear_attention' op expected decay for gated and gated_delta updates, rate for delta and gated_delta, and none else}}
  %o, %s, %z = attn.linear_attention %q, %k, %v causal top_left update gated : tensor<2x4x?x6xf32>, tensor<2x2x?x6xf32>, tensor<2x2x?x5xf32>
  return
}

// -----

func.func @linear_attention_c7_rate(%q: tensor<2x4x?x6xf32>, %k: tensor<2x2x?x6xf32>, %v: tensor<2x2x?x5xf32>, %r: tensor<2x2x?xf32>) {
  // expected-error @+1 {{'attn.linear_attention' op expected decay for gated and gated_delta updates, rate for delta and gated_delta, and none else}}
  %o, %s, %z = attn.linear_attention %q, %k, %v causal top_left rate %r : tensor<2x4x?x6xf32>, tensor<2x2x?x6xf32>, tensor<2x2x?x5xf32>, tensor<2x2x?xf32>
  return
}

// -----

func.func @linear_attention_c8(%q: tensor<2x4x?x6xf32>, %k: tensor<2x2x?x6xf32>, %v: tensor<2x2x?x5xf32>, %r: tensor<2x2x?xf32>) {
  // expected-error @+1 {{'attn.linear_attention' op takes a delta update only when causal}}
  %o, %s, %z = attn.linear_attention %q, %k, %v update delta rate %r : tensor<2x4x?x6xf32>, tensor<2x2x?x6xf32>, tensor<2x2x?x5xf32>, tensor<2x2x?xf32>
  return
}

// -----

func.func @linear_attention_c9(%q: tensor<2x4x?x6xf32>, %k: tensor<2x2x?x6xf32>, %v: tensor<2x2x?x5xf32>, %g: tensor<2x2x?x5xf32>) {
  // expected-error @+1 {{'attn.linear_attention' op expected a decay tensor<2x2x?xf32> or tensor<2x2x?x6xf32>, got tensor<2x2x?x5xf32>}}
  %o, %s, %z = attn.linear_attention %q, %k, %v causal top_left update gated decay %g : tensor<2x4x?x6xf32>, tensor<2x2x?x6xf32>, tensor<2x2x?x5xf32>, tensor<2x2x?x5xf32>
  return
}

// -----

func.func @linear_attention_c10(%q: tensor<2x4x?x6xf32>, %k: tensor<2x2x?x6xf32>, %v: tensor<2x2x?x5xf32>, %r: tensor<2x4x?xf32>) {
  // expected-error @+1 {{'attn.linear_attention' op expected a rate tensor<2x2x?xf32>, got tensor<2x4x?xf32>}}
  %o, %s, %z = attn.linear_attention %q, %k, %v causal top_left update delta rate %r : tensor<2x4x?x6xf32>, tensor<2x2x?x6xf32>, tensor<2x2x?x5xf32>, tensor<2x4x?xf32>
  return
}

// -----

func.func @linear_attention_c11(%q: tensor<2x4x?x6xf32>, %k: tensor<2x2x?x6xf32>, %v: tensor<2x2x?x5xf32>, %r: tensor<2x2x?xf32>) {
  // expected-error @+1 {{'attn.linear_attention' op takes no denominator with a delta update, which forgets keys}}
  %o, %s, %z = attn.linear_attention %q, %k, %v causal top_left update delta rate %r divided add : tensor<2x4x?x6xf32>, tensor<2x2x?x6xf32>, tensor<2x2x?x5xf32>, tensor<2x2x?xf32>
  return
}

// -----

func.func @linear_attention_c12(%q: tensor<2x4x?x6xf32>, %k: tensor<2x2x?x6xf32>, %v: tensor<2x2x?x5xf32>, %t: tensor<2x4x6x5xf32>) {
  // expected-error @+1 {{'attn.linear_attention' op expected a state tensor<2x2x6x5xf32>, got tensor<2x4x6x5xf32>}}
  %o, %s, %z = attn.linear_attention %q, %k, %v from %t : tensor<2x4x?x6xf32>, tensor<2x2x?x6xf32>, tensor<2x2x?x5xf32>, tensor<2x4x6x5xf32>
  return
}

// -----

func.func @linear_attention_c13(%q: tensor<2x4x?x6xf32>, %k: tensor<2x2x?x6xf32>, %v: tensor<2x2x?x5xf32>, %t: tensor<2x2x6x5xf32>, %u: tensor<2x2x5xf32>) {
  // expected-error @+1 {{'attn.linear_attention' op expected a sum of keys tensor<2x2x6xf32>, got tensor<2x2x5xf32>}}
  %o, %s, %z = attn.linear_attention %q, %k, %v from %t, %u : tensor<2x4x?x6xf32>, tensor<2x2x?x6xf32>, tensor<2x2x?x5xf32>, tensor<2x2x6x5xf32>, tensor<2x2x5xf32>
  return
}

// -----

func.func @linear_attention_c14(%q: tensor<2x4x?x6xf32>, %k: tensor<2x2x?x6xf32>, %v: tensor<2x2x?x5xf32>, %t: tensor<2x2x6x5xf32>) {
  // expected-error @+1 {{'attn.linear_attention' op expected the sum of keys that belongs to the state, for the denominator}}
  %o, %s, %z = attn.linear_attention %q, %k, %v from %t divided clamp : tensor<2x4x?x6xf32>, tensor<2x2x?x6xf32>, tensor<2x2x?x5xf32>, tensor<2x2x6x5xf32>
  return
}

// -----

func.func @linear_attention_c15(%q: tensor<2x4x?x6xf32>, %k: tensor<2x2x?x6xf32>, %v: tensor<2x2x?x5xf32>) {
  // expected-error @+1 {{'attn.linear_attention' op expected a finite eps that is not negative, got -1.000000}}
  %o, %s, %z = attn.linear_attention %q, %k, %v divided add eps -1.0 : tensor<2x4x?x6xf32>, tensor<2x2x?x6xf32>, tensor<2x2x?x5xf32>
  return
}
