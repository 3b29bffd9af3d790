// Every constraint of modify, mask, combine and attention.
// RUN: attn-opt %s --split-input-file --verify-diagnostics

func.func @modify_c1(%s: tensor<?x8x?x?xf32>) {
  // expected-error @+1 {{'attn.modify' op expected a formula with arguments ('f32', 'index', 'index', 'index', 'index'), got ('f32')}}
  %t = attn.modify %s : tensor<?x8x?x?xf32> {
  ^bb0(%x: f32):
    attn.yield %x : f32
  }
  return
}

// -----

func.func @mask_c1(%s: tensor<3x8x?x?xf32>, %n: tensor<2xi32>) {
  // expected-error @+1 {{'attn.mask' op expected one length for each of 3 samples, got tensor<2xi32>}}
  %t = attn.mask %s where lengths(%n) : tensor<3x8x?x?xf32>, tensor<2xi32>
  return
}

// -----

func.func @mask_c1_count(%s: tensor<3x8x?x?xf32>) {
  // expected-error @+2 {{'attn.mask' op expected 1 mask operands, got 0}}
  // expected-error @+1 {{failed to infer returned types}}
  %t = "attn.mask"(%s) <{mask = #attn.mask<lengths(0)>}> : (tensor<3x8x?x?xf32>) -> tensor<3x8x?x?xf32>
  return
}

// -----

func.func @normalize_unknown(%s: tensor<?x8x?x?xf32>) {
  // expected-error @+2 {{to be one of: softmax}}
  // expected-error @+1 {{failed to parse}}
  %t = attn.normalize hardmax %s : tensor<?x8x?x?xf32>
  return
}

// -----

func.func @combine_c1(%p: tensor<?x8x?x?xf32>, %v: tensor<?x8x?x16xf64>) {
  // expected-error @+1 {{expected one element type, got weights tensor<?x8x?x?xf32> and value tensor<?x8x?x16xf64>}}
  %o = attn.combine %p, %v : tensor<?x8x?x?xf32>, tensor<?x8x?x16xf64>
  return
}

// -----

func.func @combine_c2(%p: tensor<2x8x?x?xf32>, %v: tensor<3x8x?x16xf32>) {
  // expected-error @+1 {{'attn.combine' op expected weights and value of one batch, got 2 and 3}}
  %o = attn.combine %p, %v : tensor<2x8x?x?xf32>, tensor<3x8x?x16xf32>
  return
}

// -----

func.func @combine_c3(%p: tensor<?x8x?x?xf32>, %v: tensor<?x3x?x16xf32>) {
  // expected-error @+1 {{'attn.combine' op expected the map's heads to be a multiple of value heads, got 8 and 3}}
  %o = attn.combine %p, %v : tensor<?x8x?x?xf32>, tensor<?x3x?x16xf32>
  return
}

// -----

func.func @combine_c4(%p: tensor<?x8x?x6xf32>, %v: tensor<?x8x5x16xf32>) {
  // expected-error @+1 {{'attn.combine' op expected as many values as keys, got 5 values and 6 keys}}
  %o = attn.combine %p, %v : tensor<?x8x?x6xf32>, tensor<?x8x5x16xf32>
  return
}

// -----

func.func @combine_c5(%p: tensor<?x8x?x?xf32>, %v: tensor<?x8x?x?xf32>) {
  // expected-error @+1 {{'attn.combine' op expected a static value width, got tensor<?x8x?x?xf32>}}
  %o = attn.combine %p, %v : tensor<?x8x?x?xf32>, tensor<?x8x?x?xf32>
  return
}

// -----

func.func @attention_c1(%q: tensor<?x8x?x64xf32>, %k: tensor<?x8x?x64xf64>) {
  // expected-error @+1 {{'attn.attention' op expected one element type, got query}}
  %o = attn.attention %q, %k, %q : tensor<?x8x?x64xf32>, tensor<?x8x?x64xf64>, tensor<?x8x?x64xf32>
  return
}

// -----

func.func @attention_c2(%q: tensor<?x8x?x64xf32>, %k: tensor<2x8x?x64xf32>, %v: tensor<3x8x?x64xf32>) {
  // expected-error @+1 {{'attn.attention' op expected query, key and value of one batch, got ?, 2 and 3}}
  %o = attn.attention %q, %k, %v : tensor<?x8x?x64xf32>, tensor<2x8x?x64xf32>, tensor<3x8x?x64xf32>
  return
}

// -----

func.func @attention_c3(%q: tensor<?x8x?x64xf32>, %k: tensor<?x4x?x64xf32>, %v: tensor<?x2x?x64xf32>) {
  // expected-error @+1 {{expected query heads to be a multiple of the heads of key and value, got 8, 4 and 2}}
  %o = attn.attention %q, %k, %v : tensor<?x8x?x64xf32>, tensor<?x4x?x64xf32>, tensor<?x2x?x64xf32>
  return
}

// -----

func.func @attention_c4(%q: tensor<?x8x?x64xf32>, %k: tensor<?x8x?x32xf32>) {
  // expected-error @+1 {{'attn.attention' op expected query and key to share the head width, got 64 and 32}}
  %o = attn.attention %q, %k, %q : tensor<?x8x?x64xf32>, tensor<?x8x?x32xf32>, tensor<?x8x?x64xf32>
  return
}

// -----

func.func @attention_c4_value(%q: tensor<?x8x?x64xf32>, %v: tensor<?x8x?x?xf32>) {
  // expected-error @+1 {{'attn.attention' op expected a static value width, got tensor<?x8x?x?xf32>}}
  %o = attn.attention %q, %q, %v : tensor<?x8x?x64xf32>, tensor<?x8x?x64xf32>, tensor<?x8x?x?xf32>
  return
}

// -----

func.func @attention_c5(%q: tensor<?x8x?x64xf32>, %k: tensor<?x8x7x64xf32>, %v: tensor<?x8x6x64xf32>) {
  // expected-error @+1 {{key length differs from value length: key is tensor<?x8x7x64xf32>, value is tensor<?x8x6x64xf32> (dimension 2: 7 vs 6)}}
  %o = attn.attention %q, %k, %v : tensor<?x8x?x64xf32>, tensor<?x8x7x64xf32>, tensor<?x8x6x64xf32>
  return
}

// -----

func.func @attention_c6(%q: tensor<3x8x?x64xf32>, %n: tensor<2xi32>) {
  // expected-error @+1 {{'attn.attention' op expected one length for each of 3 samples, got tensor<2xi32>}}
  %o = attn.attention %q, %q, %q where lengths(%n)
      : tensor<3x8x?x64xf32>, tensor<3x8x?x64xf32>, tensor<3x8x?x64xf32>, tensor<2xi32>
  return
}

// -----

func.func @attention_c7(%q: tensor<?x8x?x64xf32>) {
  // expected-error @+1 {{'attn.attention' op expected a formula with arguments ('f32', 'index', 'index', 'index', 'index'), got ('f32')}}
  %o = attn.attention %q, %q, %q : tensor<?x8x?x64xf32>, tensor<?x8x?x64xf32>, tensor<?x8x?x64xf32> {
  ^bb0(%x: f32):
    attn.yield %x : f32
  }
  return
}
