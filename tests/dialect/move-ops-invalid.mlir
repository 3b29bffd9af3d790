// Every constraint of rearrange, take, append_rows, scatter_add; of argmax and cache_append.
// RUN: attn-opt %s --split-input-file --verify-diagnostics

func.func @rearrange_c1(%x: tensor<?x4xf32>) {
  // expected-error @+1 {{'attn.rearrange' op expected sizes of 1 to 8 dimensions from those of tensor<?x4xf32>}}
  %y = attn.rearrange %x sizes affine_map<(a) -> (a)> from affine_map<(a) -> (a, 0)> : tensor<?x4xf32>
  return
}

// -----

func.func @rearrange_c2(%x: tensor<?x4xf32>) {
  // expected-error @+1 {{'attn.rearrange' op expected a place in tensor<?x4xf32> from one of 2 dimensions}}
  %y = attn.rearrange %x sizes affine_map<(a, b) -> (a, b)> from affine_map<(a, b) -> (a)> : tensor<?x4xf32>
  return
}

// -----

func.func @rearrange_c3(%x: tensor<?x4xf32>) {
  // expected-error @+1 {{'attn.rearrange' op expected sizes that are not negative, got -1}}
  %y = attn.rearrange %x sizes affine_map<(a, b) -> (a, b - 5)> from affine_map<(a, b) -> (a, b)> : tensor<?x4xf32>
  return
}

// -----

func.func @rearrange_c4(%x: tensor<?x4xf32>) {
  // expected-error @+1 {{'attn.rearrange' op expected divisions by numbers of 1 or more}}
  %y = attn.rearrange %x sizes affine_map<(a, b) -> (a, b)> from affine_map<(a, b) -> (a, b floordiv (-2))> : tensor<?x4xf32>
  return
}

// -----

func.func @take_c1(%x: tensor<f32>, %i: tensor<?xi32>) {
  // expected-error @+1 {{'attn.take' op expected an input of rank 1 or more and a result of rank 8 or less, got tensor<f32> and tensor<?xi32>}}
  %y = attn.take %x, %i : tensor<f32>, tensor<?xi32>
  return
}

// -----

func.func @append_rows_c1(%x: tensor<2x3x4xf32>, %z: tensor<1x2x3x4xf32>) {
  // expected-error @+1 {{'attn.append_rows' op expected rows of one element type, in tensors of one rank or of rank 2, got tensor<2x3x4xf32> and tensor<1x2x3x4xf32>}}
  %y = attn.append_rows %x, %z : tensor<2x3x4xf32>, tensor<1x2x3x4xf32>
  return
}

// -----

func.func @append_rows_c2(%x: tensor<2x3x4xf32>, %z: tensor<1x5xf32>) {
  // expected-error @+1 {{'attn.append_rows' op expected rows of one static width, got tensor<2x3x4xf32> and tensor<1x5xf32>}}
  %y = attn.append_rows %x, %z : tensor<2x3x4xf32>, tensor<1x5xf32>
  return
}

// -----

func.func @append_rows_c3(%x: tensor<2x3x4xf32>, %z: tensor<3x3x4xf32>) {
  // expected-error @+1 {{'attn.append_rows' op expected tensors that differ in their numbers of rows alone, got tensor<2x3x4xf32> and tensor<3x3x4xf32>}}
  %y = attn.append_rows %x, %z : tensor<2x3x4xf32>, tensor<3x3x4xf32>
  return
}

// -----

func.func @scatter_add_c1(%x: tensor<?x4xf32>, %i: tensor<?x2xi32>, %r: tensor<?x2xf64>) {
  // expected-error @+1 {{'attn.scatter_add' op expected one element type, got tensor<?x4xf32> and tensor<?x2xf64>}}
  %y = attn.scatter_add %x, %i, %r : tensor<?x4xf32>, tensor<?x2xi32>, tensor<?x2xf64>
  return
}

// -----

func.func @scatter_add_c2(%x: tensor<?x4xf32>, %i: tensor<?x2xi32>, %r: tensor<?x3xf32>) {
  // expected-error @+1 {{'attn.scatter_add' op expected a base [B, V] and as many indices [B, N] as numbers [B, N], got tensor<?x4xf32>, tensor<?x2xi32> and tensor<?x3xf32>}}
  %y = attn.scatter_add %x, %i, %r : tensor<?x4xf32>, tensor<?x2xi32>, tensor<?x3xf32>
  return
}

// -----

func.func @argmax_c1(%x: tensor<?x0xf32>) {
  // expected-error @+1 {{'attn.argmax' op expected a last dimension that is not 0, got tensor<?x0xf32>}}
  %y = attn.argmax %x : tensor<?x0xf32>
  return
}

// -----

func.func @cache_append_c1(%c: tensor<?x2x?x8xf32>, %r: tensor<?x1x8xf32>, %n: tensor<?xi32>) {
  // expected-error @+1 {{'attn.cache_append' op expected cache and rows of one rank and element type, got tensor<?x2x?x8xf32> and tensor<?x1x8xf32>}}
  %y = attn.cache_append %c, %r at %n : tensor<?x2x?x8xf32>, tensor<?x1x8xf32>, tensor<?xi32>
  return
}

// -----

func.func @cache_append_c2(%c: tensor<?x2x?x8xf32>, %r: tensor<?x3x?x8xf32>, %n: tensor<?xi32>) {
  // expected-error @+1 {{'attn.cache_append' op expected cache and rows that differ in their numbers of rows alone, got tensor<?x2x?x8xf32> and tensor<?x3x?x8xf32>}}
  %y = attn.cache_append %c, %r at %n : tensor<?x2x?x8xf32>, tensor<?x3x?x8xf32>, tensor<?xi32>
  return
}

// -----

func.func @cache_append_c3(%c: tensor<3x2x4x8xf32>, %r: tensor<3x2x1x8xf32>, %n: tensor<2xi32>) {
  // expected-error @+1 {{'attn.cache_append' op expected one place a sample, got tensor<2xi32> for tensor<3x2x4x8xf32>}}
  %y = attn.cache_append %c, %r at %n : tensor<3x2x4x8xf32>, tensor<3x2x1x8xf32>, tensor<2xi32>
  return
}
