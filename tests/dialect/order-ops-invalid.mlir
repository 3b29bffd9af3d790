// Each constraint of the ops that order rows, violated once.
// RUN: attn-opt %s --split-input-file --verify-diagnostics

func.func @bucket_c1(%x: tensor<?x8x?x64xf32>, %r: tensor<8x64x4x16xf64>) {
  // expected-error @+1 {{'attn.bucket' op expected one element type, got input tensor<?x8x?x64xf32> and rotations tensor<8x64x4x16xf64>}}
  %y = attn.bucket %x, %r : tensor<?x8x?x64xf32>, tensor<8x64x4x16xf64>
  return
}

// -----

func.func @bucket_c2(%x: tensor<?x8x?x64xf32>, %r: tensor<8x64x?x16xf32>) {
  // expected-error @+1 {{'attn.bucket' op expected rotations of a static shape without 0, got tensor<8x64x?x16xf32>}}
  %y = attn.bucket %x, %r : tensor<?x8x?x64xf32>, tensor<8x64x?x16xf32>
  return
}

// -----

func.func @bucket_c3(%x: tensor<?x8x?x64xf32>, %r: tensor<8x32x4x16xf32>) {
  // expected-error @+1 {{'attn.bucket' op expected rotations [H, D, rounds, F] with the heads and width of the input tensor<?x8x?x64xf32>, got tensor<8x32x4x16xf32>}}
  %y = attn.bucket %x, %r : tensor<?x8x?x64xf32>, tensor<8x32x4x16xf32>
  return
}

// -----

func.func @bucket_c4(%x: tensor<2x8x?x64xf32>, %r: tensor<8x64x4x16xf32>, %n: tensor<3xi32>) {
  // expected-error @+1 {{'attn.bucket' op expected one length a sample, got tensor<3xi32> for tensor<2x8x?x64xf32>}}
  %y = attn.bucket %x, %r lengths %n : tensor<2x8x?x64xf32>, tensor<8x64x4x16xf32>, tensor<3xi32>
  return
}

// -----

func.func @wrap_c1(%x: tensor<?x8x?xi32>) {
  // expected-error @+1 {{'attn.wrap' op expected a static number of lists that 3 rounds divide, got tensor<?x8x?xi32>}}
  %y = attn.wrap %x rounds 3 chunk 4 before 1 after 0 : tensor<?x8x?xi32>
  return
}

// -----

func.func @wrap_c2(%x: tensor<?x8x?xi32>) {
  // expected-error @+1 {{'attn.wrap' op expected a chunk of 1 to 2^20 and 0 to 2^20 chunks before and after, got 0, 1 and 0}}
  %y = attn.wrap %x rounds 4 chunk 0 before 1 after 0 : tensor<?x8x?xi32>
  return
}

// -----

func.func @wrap_c3(%x: tensor<?x8x10xi32>) {
  // expected-error @+1 {{'attn.wrap' op expected lists of a multiple of 4, got tensor<?x8x10xi32>}}
  %y = attn.wrap %x rounds 4 chunk 4 before 1 after 0 : tensor<?x8x10xi32>
  return
}

// -----

func.func @gather_c1(%x: tensor<2x8x?x64xf32>, %i: tensor<3x8x?xi32>) {
  // expected-error @+1 {{'attn.gather' op expected input and index of one batch, got tensor<2x8x?x64xf32> and tensor<3x8x?xi32>}}
  %y = attn.gather %x, %i : tensor<2x8x?x64xf32>, tensor<3x8x?xi32>
  return
}

// -----

func.func @gather_c2(%x: tensor<?x8x?x64xf32>, %i: tensor<?x12x?xi32>) {
  // expected-error @+1 {{'attn.gather' op expected an index for a multiple of the input's heads, got tensor<?x12x?xi32> for tensor<?x8x?x64xf32>}}
  %y = attn.gather %x, %i : tensor<?x8x?x64xf32>, tensor<?x12x?xi32>
  return
}

// -----

func.func @scatter_c1(%x: tensor<?x8x?x64xf32>, %i: tensor<?x1x?xi32>, %r: tensor<?x8x?x64xf64>) {
  // expected-error @+1 {{'attn.scatter' op expected one element type, got base tensor<?x8x?x64xf32> and rows tensor<?x8x?x64xf64>}}
  %y = attn.scatter %x, %i, %r : tensor<?x8x?x64xf32>, tensor<?x1x?xi32>, tensor<?x8x?x64xf64>
  return
}

// -----

func.func @scatter_c2(%x: tensor<2x8x?x64xf32>, %i: tensor<3x1x?xi32>, %r: tensor<2x8x?x64xf32>) {
  // expected-error @+1 {{'attn.scatter' op expected base, index and rows of one batch, got tensor<2x8x?x64xf32>, tensor<3x1x?xi32> and tensor<2x8x?x64xf32>}}
  %y = attn.scatter %x, %i, %r : tensor<2x8x?x64xf32>, tensor<3x1x?xi32>, tensor<2x8x?x64xf32>
  return
}

// -----

func.func @scatter_c3(%x: tensor<?x8x?x64xf32>, %i: tensor<?x3x?xi32>, %r: tensor<?x8x?x64xf32>) {
  // expected-error @+1 {{'attn.scatter' op expected rows for each head and heads a multiple of the index's, got base tensor<?x8x?x64xf32>, index tensor<?x3x?xi32> and rows tensor<?x8x?x64xf32>}}
  %y = attn.scatter %x, %i, %r : tensor<?x8x?x64xf32>, tensor<?x3x?xi32>, tensor<?x8x?x64xf32>
  return
}

// -----

func.func @scatter_c4(%x: tensor<?x8x?x64xf32>, %i: tensor<?x1x?xi32>, %r: tensor<?x8x?x32xf32>) {
  // expected-error @+1 {{'attn.scatter' op expected rows of the base's width, got tensor<?x8x?x32xf32> for tensor<?x8x?x64xf32>}}
  %y = attn.scatter %x, %i, %r : tensor<?x8x?x64xf32>, tensor<?x1x?xi32>, tensor<?x8x?x32xf32>
  return
}

// -----

func.func @scatter_c5(%x: tensor<?x8x?x64xf32>, %i: tensor<?x1x3xi32>, %r: tensor<?x8x4x64xf32>) {
  // expected-error @+1 {{'attn.scatter' op expected as many rows as indices, got tensor<?x8x4x64xf32> and tensor<?x1x3xi32>}}
  %y = attn.scatter %x, %i, %r : tensor<?x8x?x64xf32>, tensor<?x1x3xi32>, tensor<?x8x4x64xf32>
  return
}

// -----

func.func @merge_parts_c1(%x: tensor<?x8x?x64xf32>, %l: tensor<?x8x?xf32>) {
  // expected-error @+1 {{'attn.merge_parts' op expected outputs of static width and heads that 3 parts divide, got tensor<?x8x?x64xf32>}}
  %y = attn.merge_parts %x, %l parts 3 : tensor<?x8x?x64xf32>, tensor<?x8x?xf32>
  return
}

// -----

func.func @merge_parts_c2(%x: tensor<?x8x?x64xf32>, %l: tensor<?x4x?xf32>) {
  // expected-error @+1 {{'attn.merge_parts' op expected one logarithm for each row of tensor<?x8x?x64xf32>, got tensor<?x4x?xf32>}}
  %y = attn.merge_parts %x, %l parts 4 : tensor<?x8x?x64xf32>, tensor<?x4x?xf32>
  return
}

// -----

func.func @group_rows_c1(%x: tensor<?x10x64xf32>) {
  // expected-error @+1 {{'attn.group_rows' op expected a number of rows that 4 divides, got tensor<?x10x64xf32>}}
  %y = attn.group_rows %x by 4 : tensor<?x10x64xf32>
  return
}

// -----

func.func @group_rows_c2(%x: tensor<?x?x?xf32>) {
  // expected-error @+1 {{'attn.group_rows' op expected a static width, below 2^31 in a block, got tensor<?x?x?xf32>}}
  %y = attn.group_rows %x by 4 : tensor<?x?x?xf32>
  return
}

// -----

func.func @block_sum_c1(%x: tensor<?x10x64xf32>) {
  // expected-error @+1 {{'attn.block_sum' op expected a number of rows that 4 divides, got tensor<?x10x64xf32>}}
  %y = attn.block_sum %x by 4 : tensor<?x10x64xf32>
  return
}

// -----

func.func @block_sum_c2(%x: tensor<?x?x?xf32>) {
  // expected-error @+1 {{'attn.block_sum' op expected a static width, below 2^31 in a block, got tensor<?x?x?xf32>}}
  %y = attn.block_sum %x by 4 : tensor<?x?x?xf32>
  return
}

// -----

func.func @ungroup_rows_c1(%x: tensor<?x?x10xf32>) {
  // expected-error @+1 {{'attn.ungroup_rows' op expected a static width that 4 divides, got tensor<?x?x10xf32>}}
  %y = attn.ungroup_rows %x by 4 : tensor<?x?x10xf32>
  return
}

// -----

func.func @concat_c1(%x: tensor<?x3x4xf32>, %z: tensor<?x2x4xf32>) {
  // expected-error @+1 {{'attn.concat' op expected tensors that differ in their last dimension alone, got tensor<?x3x4xf32> and tensor<?x2x4xf32>}}
  %y = attn.concat %x, %z : tensor<?x3x4xf32>, tensor<?x2x4xf32>
  return
}

// -----

func.func @concat_c2(%x: tensor<?x3x4xf32>, %z: tensor<?x3x?xf32>) {
  // expected-error @+1 {{'attn.concat' op expected static widths, got tensor<?x3x4xf32> and tensor<?x3x?xf32>}}
  %y = attn.concat %x, %z : tensor<?x3x4xf32>, tensor<?x3x?xf32>
  return
}
