// The strategy follows from what a kernel holds, the register tile from the width of a vector.
// RUN: attn-opt %s --attn-fuse --attn-choose-schedules=vector-bits=512 | FileCheck %s --check-prefixes=CHECK,WIDE
// RUN: attn-opt %s --attn-fuse --attn-choose-schedules=vector-bits=256 | FileCheck %s --check-prefixes=CHECK,MIDDLE
// RUN: attn-opt %s --attn-fuse --attn-choose-schedules="vector-bits=256 precision=bf16" | FileCheck %s --check-prefix=BF16
// RUN: attn-opt %s --attn-fuse --attn-choose-schedules="vector-bits=256 precision=int8" | FileCheck %s --check-prefix=INT8
// RUN: attn-opt %s --attn-fuse --attn-choose-schedules=vector-bits=128 | FileCheck %s --check-prefixes=CHECK,NARROW

// Deep weights leave fewer rows of the input in cache: 65536 / 2048 elements, in whole tiles.
// CHECK-LABEL: func.func @dense
func.func @dense(%x: tensor<?x2048xf32>) -> tensor<?x4xf32> {
  // WIDE: schedule(#attn.schedule<backend = llvm, strategy = dense, lanes = 16, rows = 8, cols = 48, block_rows = 32, depth_block = 192>)
  // MIDDLE: schedule(#attn.schedule<backend = llvm, strategy = dense, lanes = 8, rows = 6, cols = 16, block_rows = 30, depth_block = 256>)
  // BF16: strategy = dense, {{.*}}, depth_block = 256, precision = bf16>
  // INT8: strategy = dense, {{.*}}, depth_block = 512, precision = int8>
  // NARROW: schedule(#attn.schedule<backend = llvm, strategy = dense, lanes = 4, rows = 6, cols = 8, block_rows = 30, depth_block = 256>)
  %w = attn.weight "w" : tensor<4x2048xf32>
  %y = attn.linear %x, %w : tensor<?x2048xf32>, tensor<4x2048xf32>
  return %y : tensor<?x4xf32>
}

// CHECK-LABEL: func.func @shallow
func.func @shallow(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  // CHECK: strategy = dense, {{.*}}, block_rows = 96, depth_block
  %w = attn.weight "w" : tensor<4x4xf32>
  %y = attn.linear %x, %w : tensor<?x4xf32>, tensor<4x4xf32>
  return %y : tensor<?x4xf32>
}

// CHECK-LABEL: func.func @deepest
func.func @deepest(%x: tensor<?x99999xf32>) -> tensor<?x4xf32> {
  // WIDE: strategy = dense, {{.*}}, block_rows = 8, depth_block
  // MIDDLE: strategy = dense, {{.*}}, block_rows = 6, depth_block
  // NARROW: strategy = dense, {{.*}}, block_rows = 6, depth_block
  %w = attn.weight "w" : tensor<4x99999xf32>
  %y = attn.linear %x, %w : tensor<?x99999xf32>, tensor<4x99999xf32>
  return %y : tensor<?x4xf32>
}

// Tiles of 48 columns would compute 288 of 256; of 64, as many as there are. 192 are whole tiles of both.
// CHECK-LABEL: func.func @tile_of_columns
func.func @tile_of_columns(%x: tensor<?x48xf32>) -> tensor<?x192xf32> {
  // WIDE: strategy = dense, lanes = 16, rows = 6, cols = 64,
  // WIDE: strategy = dense, lanes = 16, rows = 8, cols = 48,
  %w = attn.weight "w" : tensor<256x48xf32>
  %v = attn.weight "v" : tensor<192x256xf32>
  %y = attn.linear %x, %w : tensor<?x48xf32>, tensor<256x48xf32>
  %z = attn.linear %y, %v : tensor<?x256xf32>, tensor<192x256xf32>
  return %z : tensor<?x192xf32>
}

// CHECK-LABEL: func.func @stream
func.func @stream(%q: tensor<?x2x?x4xf32> {attn.dims = ["B", "H", "N", "D"]}) -> tensor<?x2x?x4xf32> {
  // WIDE: strategy = stream, lanes = 16, rows = 8, cols = 32, block_rows = 96, key_block = 256>
  // MIDDLE: strategy = stream, lanes = 8, rows = 6, cols = 16, block_rows = 96, key_block = 256>
  // NARROW: strategy = stream, lanes = 4, rows = 6, cols = 8, block_rows = 96, key_block = 256>
  %s = attn.score dot %q, %q : tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>
  %p = attn.normalize softmax %s : tensor<?x2x?x?xf32>
  %o = attn.combine %p, %q : tensor<?x2x?x?xf32>, tensor<?x2x?x4xf32>
  return %o : tensor<?x2x?x4xf32>
}

// Values that fill more than half a tile's vectors, and queries that are fewer than 8, keep the tile.
// CHECK-LABEL: func.func @stream_wide_values
func.func @stream_wide_values(%q: tensor<?x2x?x33xf32> {attn.dims = ["B", "H", "N", "D"]}) -> tensor<?x2x?x33xf32> {
  // WIDE: strategy = stream, lanes = 16, rows = 6, cols = 64, block_rows = 96, key_block = 256>
  %s = attn.score dot %q, %q : tensor<?x2x?x33xf32>, tensor<?x2x?x33xf32>
  %p = attn.normalize softmax %s : tensor<?x2x?x?xf32>
  %o = attn.combine %p, %q : tensor<?x2x?x?xf32>, tensor<?x2x?x33xf32>
  return %o : tensor<?x2x?x33xf32>
}

// CHECK-LABEL: func.func @stream_few_queries
func.func @stream_few_queries(%q: tensor<?x2x7x4xf32> {attn.dims = ["B", "H", "N", "D"]},
                              %k: tensor<?x2x?x4xf32> {attn.dims = ["B", "H", "M", "D"]}) -> tensor<?x2x7x4xf32> {
  // WIDE: strategy = stream, lanes = 16, rows = 6, cols = 64, block_rows = 96, key_block = 256>
  %s = attn.score dot %q, %k : tensor<?x2x7x4xf32>, tensor<?x2x?x4xf32>
  %p = attn.normalize softmax %s : tensor<?x2x7x?xf32>
  %o = attn.combine %p, %k : tensor<?x2x7x?xf32>, tensor<?x2x?x4xf32>
  return %o : tensor<?x2x7x4xf32>
}

// Grouped heads, masks and formulas are streamed too.
// CHECK-LABEL: func.func @stream_masked
func.func @stream_masked(%q: tensor<?x2x?x4xf32> {attn.dims = ["B", "H", "N", "D"]},
                         %k: tensor<?x1x?x4xf32> {attn.dims = ["B", "Hk", "M", "D"]}) -> tensor<?x2x?x4xf32> {
  // CHECK: strategy = stream
  %s = attn.score dot %q, %k : tensor<?x2x?x4xf32>, tensor<?x1x?x4xf32>
  %t = attn.mask %s where causal(top_left) : tensor<?x2x?x?xf32>
  %p = attn.normalize softmax %t : tensor<?x2x?x?xf32>
  %o = attn.combine %p, %k : tensor<?x2x?x?xf32>, tensor<?x1x?x4xf32>
  return %o : tensor<?x2x?x4xf32>
}

// Every normaliser whose sums can be carried from one block of keys to the next, and the log-sum-exp beside it.
// CHECK-LABEL: func.func @stream_relu_sum
func.func @stream_relu_sum(%q: tensor<?x2x?x4xf32> {attn.dims = ["B", "H", "N", "D"]}) -> tensor<?x2x?x4xf32> {
  // CHECK: strategy = stream
  %s = attn.score dot %q, %q : tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>
  %p = attn.normalize relu_sum %s : tensor<?x2x?x?xf32>
  %o = attn.combine %p, %q : tensor<?x2x?x?xf32>, tensor<?x2x?x4xf32>
  return %o : tensor<?x2x?x4xf32>
}

// CHECK-LABEL: func.func @stream_log_sum_exp
func.func @stream_log_sum_exp(%q: tensor<?x2x?x4xf32> {attn.dims = ["B", "H", "N", "D"]}) -> (tensor<?x2x?x4xf32>, tensor<?x2x?xf32>) {
  // CHECK: strategy = stream
  %s = attn.score dot %q, %q : tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>
  %p = attn.normalize softmax %s : tensor<?x2x?x?xf32>
  %l = attn.reduce_map logsumexp %s over keys : tensor<?x2x?x?xf32>
  %o = attn.combine %p, %q : tensor<?x2x?x?xf32>, tensor<?x2x?x4xf32>
  return %o, %l : tensor<?x2x?x4xf32>, tensor<?x2x?xf32>
}

// A normaliser that needs all scores of a row at once. Head by head: four register tiles of rows.
// CHECK-LABEL: func.func @strip_heads
func.func @strip_heads(%q: tensor<?x2x?x4xf32> {attn.dims = ["B", "H", "N", "D"]}) -> tensor<?x2x?x4xf32> {
  // WIDE: strategy = strip, lanes = 16, rows = 6, cols = 64, block_rows = 24>
  // MIDDLE: strategy = strip, lanes = 8, rows = 6, cols = 16, block_rows = 24>
  // NARROW: strategy = strip, lanes = 4, rows = 6, cols = 8, block_rows = 24>
  %s = attn.score dot %q, %q : tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>
  %p = attn.normalize sparsemax %s : tensor<?x2x?x?xf32>
  %o = attn.combine %p, %q : tensor<?x2x?x?xf32>, tensor<?x2x?x4xf32>
  return %o : tensor<?x2x?x4xf32>
}

// With the rows that a convolution needs above and below them, whole register tiles: strips twice as long.
// CHECK-LABEL: func.func @strip_convolved
func.func @strip_convolved(%q: tensor<?x2x?x4xf32> {attn.dims = ["B", "H", "N", "D"]}, %w: tensor<2x2x3x3xf32>) -> tensor<?x2x?x4xf32> {
  // CHECK: strategy = strip, {{.*}}, block_rows = 58>
  %s = attn.score dot %q, %q : tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>
  %t = attn.map_conv %s, %w : tensor<?x2x?x?xf32>, tensor<2x2x3x3xf32>
  %p = attn.normalize softmax %t : tensor<?x2x?x?xf32>
  %o = attn.combine %p, %q : tensor<?x2x?x?xf32>, tensor<?x2x?x4xf32>
  return %o : tensor<?x2x?x4xf32>
}

// A strip of all heads.
// CHECK-LABEL: func.func @strip_all_heads
func.func @strip_all_heads(%q: tensor<?x2x?x4xf32> {attn.dims = ["B", "H", "N", "D"]}, %w: tensor<2x2xf32>) -> tensor<?x2x?x4xf32> {
  // CHECK: strategy = strip, {{.*}}, block_rows = 24>
  %s = attn.score dot %q, %q : tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>
  %t = attn.mix_heads %s, %w : tensor<?x2x?x?xf32>, tensor<2x2xf32>
  %p = attn.normalize softmax %t : tensor<?x2x?x?xf32>
  %o = attn.combine %p, %q : tensor<?x2x?x?xf32>, tensor<?x2x?x4xf32>
  return %o : tensor<?x2x?x4xf32>
}

// Whole columns are needed: a task has all rows of a map.
// CHECK-LABEL: func.func @strip_whole_map
func.func @strip_whole_map(%q: tensor<?x2x?x4xf32> {attn.dims = ["B", "H", "N", "D"]}) -> tensor<?x2x?x4xf32> {
  // CHECK: strategy = strip, lanes = {{[0-9]+}}, rows = 6, cols = {{[0-9]+}}>
  %s = attn.score dot %q, %q : tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>
  %p = attn.normalize softmax %s over queries : tensor<?x2x?x?xf32>
  %o = attn.combine %p, %q : tensor<?x2x?x?xf32>, tensor<?x2x?x4xf32>
  return %o : tensor<?x2x?x4xf32>
}

// CHECK-LABEL: func.func @strip_sinkhorn
func.func @strip_sinkhorn(%s: tensor<?x2x?x?xf32> {attn.dims = ["B", "H", "N", "M"]}) -> tensor<?x2x?x?xf32> {
  // CHECK: strategy = strip, lanes = {{[0-9]+}}, rows = 6, cols = {{[0-9]+}}>
  %p = attn.normalize sinkhorn %s iterations 4 : tensor<?x2x?x?xf32>
  return %p : tensor<?x2x?x?xf32>
}

// CHECK-LABEL: func.func @strip_column_sums
func.func @strip_column_sums(%s: tensor<?x2x?x?xf32> {attn.dims = ["B", "H", "N", "M"]}) -> tensor<?x2x?xf32> {
  // CHECK: strategy = strip, lanes = {{[0-9]+}}, rows = 6, cols = {{[0-9]+}}>
  %p = attn.reduce_map sum %s over queries : tensor<?x2x?x?xf32>
  return %p : tensor<?x2x?xf32>
}

// Only the scores' own log-sum-exp falls out of streaming, and only that of a softmax.
// CHECK-LABEL: func.func @negative_stream_reductions
func.func @negative_stream_reductions(%q: tensor<?x2x?x4xf32> {attn.dims = ["B", "H", "N", "D"]}) -> (tensor<?x2x?x4xf32>, tensor<?x2x?xf32>) {
  // CHECK-NOT: strategy = stream
  // CHECK: strategy = strip
  %s = attn.score dot %q, %q : tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>
  %p = attn.normalize softmax_one %s : tensor<?x2x?x?xf32>
  %l = attn.reduce_map logsumexp %s over keys : tensor<?x2x?x?xf32>
  %o = attn.combine %p, %q : tensor<?x2x?x?xf32>, tensor<?x2x?x4xf32>
  return %o, %l : tensor<?x2x?x4xf32>, tensor<?x2x?xf32>
}

// CHECK-LABEL: func.func @negative_stream_max
func.func @negative_stream_max(%q: tensor<?x2x?x4xf32> {attn.dims = ["B", "H", "N", "D"]}) -> (tensor<?x2x?x4xf32>, tensor<?x2x?xf32>) {
  // CHECK-NOT: strategy = stream
  // CHECK: strategy = strip
  %s = attn.score dot %q, %q : tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>
  %p = attn.normalize softmax %s : tensor<?x2x?x?xf32>
  %l = attn.reduce_map max %p over keys : tensor<?x2x?x?xf32>
  %o = attn.combine %p, %q : tensor<?x2x?x?xf32>, tensor<?x2x?x4xf32>
  return %o, %l : tensor<?x2x?x4xf32>, tensor<?x2x?xf32>
}

// CHECK-LABEL: func.func @negative_stream_relative_values
func.func @negative_stream_relative_values(%q: tensor<?x2x?x4xf32> {attn.dims = ["B", "H", "N", "D"]}, %t: tensor<7x4xf32>) -> tensor<?x2x?x4xf32> {
  // CHECK: strategy = strip
  %s = attn.score dot %q, %q : tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>
  %p = attn.normalize softmax %s : tensor<?x2x?x?xf32>
  %o = attn.combine %p, %q relative %t aligned top_left : tensor<?x2x?x?xf32>, tensor<?x2x?x4xf32>, tensor<7x4xf32>
  return %o : tensor<?x2x?x4xf32>
}

// The chain that is streamed when nothing else reads its map.
// CHECK-LABEL: func.func @negative_stream_returned_map
func.func @negative_stream_returned_map(%q: tensor<?x2x?x4xf32> {attn.dims = ["B", "H", "N", "D"]}) -> (tensor<?x2x?x4xf32>, tensor<?x2x?x?xf32>) {
  // CHECK-NOT: strategy = stream
  // CHECK: strategy = strip
  %s = attn.score dot %q, %q : tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>
  %p = attn.normalize softmax %s : tensor<?x2x?x?xf32>
  %o = attn.combine %p, %q : tensor<?x2x?x?xf32>, tensor<?x2x?x4xf32>
  return %o, %p : tensor<?x2x?x4xf32>, tensor<?x2x?x?xf32>
}

// A softmax over other places, another kind of score, a blend with a given map: none is the chain.
// CHECK-LABEL: func.func @negative_stream_axis
func.func @negative_stream_axis(%q: tensor<?x2x?x4xf32> {attn.dims = ["B", "H", "N", "D"]}) -> tensor<?x2x?x4xf32> {
  // CHECK: strategy = strip
  %s = attn.score dot %q, %q : tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>
  %p = attn.normalize softmax %s over heads : tensor<?x2x?x?xf32>
  %o = attn.combine %p, %q : tensor<?x2x?x?xf32>, tensor<?x2x?x4xf32>
  return %o : tensor<?x2x?x4xf32>
}

// CHECK-LABEL: func.func @negative_stream_relative
func.func @negative_stream_relative(%q: tensor<?x2x?x4xf32> {attn.dims = ["B", "H", "N", "D"]}, %t: tensor<7x4xf32>) -> tensor<?x2x?x4xf32> {
  // CHECK: strategy = strip
  %s = attn.relative_score %q, %t like %q aligned top_left : tensor<?x2x?x4xf32>, tensor<7x4xf32>, tensor<?x2x?x4xf32>
  %p = attn.normalize softmax %s : tensor<?x2x?x?xf32>
  %o = attn.combine %p, %q : tensor<?x2x?x?xf32>, tensor<?x2x?x4xf32>
  return %o : tensor<?x2x?x4xf32>
}

// CHECK-LABEL: func.func @negative_stream_given_map
func.func @negative_stream_given_map(%q: tensor<?x2x?x4xf32> {attn.dims = ["B", "H", "N", "D"]},
                                     %previous: tensor<?x2x?x?xf32> {attn.dims = ["B", "H", "N", "N"]}) -> tensor<?x2x?x4xf32> {
  // CHECK: strategy = strip
  %s = attn.score dot %q, %q : tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>
  %mix = attn.pointwise %previous, %s : tensor<?x2x?x?xf32>, tensor<?x2x?x?xf32> {
  ^bb0(%x: f32, %y: f32):
    %r = arith.addf %x, %y : f32
    attn.yield %r : f32
  }
  %p = attn.normalize softmax %mix : tensor<?x2x?x?xf32>
  %o = attn.combine %p, %q : tensor<?x2x?x?xf32>, tensor<?x2x?x4xf32>
  return %o : tensor<?x2x?x4xf32>
}

// CHECK-LABEL: func.func @rows
func.func @rows(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  // CHECK: strategy = rows, lanes = {{[0-9]+}}, rows = 6, cols = {{[0-9]+}}>
  %y = attn.l2_normalize %x eps 1.0e-6 : tensor<?x4xf32>
  return %y : tensor<?x4xf32>
}

// CHECK-LABEL: func.func @order
func.func @order(%ids: tensor<?x2x?xi32>, %x: tensor<?x2x?x4xf32>) -> tensor<?x2x?x4xf32> {
  // CHECK: strategy = order
  %order = attn.sort %ids : tensor<?x2x?xi32>
  // CHECK: strategy = order
  %y = attn.gather %x, %order : tensor<?x2x?x4xf32>, tensor<?x2x?xi32>
  return %y : tensor<?x2x?x4xf32>
}

// A schedule that is already there stays.
// CHECK-LABEL: func.func @negative_given
func.func @negative_given(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  // CHECK: schedule(#attn.schedule<backend = llvm, strategy = rows, lanes = 2, rows = 1, cols = 2>)
  %y = attn.kernel (%a = %x : tensor<?x4xf32>) -> tensor<?x4xf32>
      schedule(#attn.schedule<backend = llvm, strategy = rows, lanes = 2, rows = 1, cols = 2>) {
    %r = attn.l2_normalize %a eps 1.0e-6 : tensor<?x4xf32>
    attn.yield %r : tensor<?x4xf32>
  }
  return %y : tensor<?x4xf32>
}

// A state takes in 128 keys at a time, under a causal mask 64: their weights are a square.
// CHECK-LABEL: func.func @linear
func.func @linear(%q: tensor<?x4x?x8xf32>, %k: tensor<?x4x?x8xf32>) -> (tensor<?x4x?x8xf32>, tensor<?x4x?x8xf32>) {
  // CHECK: schedule(#attn.schedule<backend = llvm, strategy = linear, {{.*}}key_block = 128>)
  %0 = attn.kernel (%a = %q : tensor<?x4x?x8xf32>, %b = %k : tensor<?x4x?x8xf32>) -> tensor<?x4x?x8xf32> {
    %o, %s, %z = attn.linear_attention %a, %b, %b : tensor<?x4x?x8xf32>, tensor<?x4x?x8xf32>, tensor<?x4x?x8xf32>
    attn.yield %o : tensor<?x4x?x8xf32>
  }
  // CHECK: schedule(#attn.schedule<backend = llvm, strategy = linear, {{.*}}key_block = 64>)
  %1 = attn.kernel (%a = %q : tensor<?x4x?x8xf32>, %b = %k : tensor<?x4x?x8xf32>) -> tensor<?x4x?x8xf32> {
    %o, %s, %z = attn.linear_attention %a, %b, %b causal top_left : tensor<?x4x?x8xf32>, tensor<?x4x?x8xf32>, tensor<?x4x?x8xf32>
    attn.yield %o : tensor<?x4x?x8xf32>
  }
  return %0, %1 : tensor<?x4x?x8xf32>, tensor<?x4x?x8xf32>
}
