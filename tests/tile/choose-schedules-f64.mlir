// f64: half as many lanes, blocks that take the same bytes; not in Halide, and no linear in other numbers.
// RUN: attn-opt %s --attn-fuse --attn-choose-schedules=vector-bits=512 | FileCheck %s --check-prefixes=CHECK,WIDE
// RUN: attn-opt %s --attn-fuse --attn-choose-schedules=vector-bits=256 | FileCheck %s --check-prefixes=CHECK,MIDDLE
// RUN: attn-opt %s --attn-fuse --attn-choose-schedules=vector-bits=128 | FileCheck %s --check-prefixes=CHECK,NARROW
// RUN: attn-opt %s --attn-fuse --attn-choose-schedules="vector-bits=256 backend=halide" | FileCheck %s --check-prefix=HALIDE

// CHECK-LABEL: func.func @dense
func.func @dense(%x: tensor<?x2048xf64>) -> tensor<?x4xf64> {
  // WIDE: strategy = dense, lanes = 8, rows = 6, cols = 32, block_rows = 12, depth_block = 192>
  // MIDDLE: strategy = dense, lanes = 4, rows = 6, cols = 8, block_rows = 12, depth_block = 256>
  // NARROW: strategy = dense, lanes = 2, rows = 6, cols = 4, block_rows = 12, depth_block = 256>
  %w = attn.weight "w" : tensor<4x2048xf64>
  %y = attn.linear %x, %w : tensor<?x2048xf64>, tensor<4x2048xf64>
  return %y : tensor<?x4xf64>
}

// CHECK-LABEL: func.func @stream
// HALIDE-LABEL: func.func @stream
func.func @stream(%q: tensor<?x2x?x4xf64> {attn.dims = ["B", "H", "N", "D"]}) -> tensor<?x2x?x4xf64> {
  // WIDE: strategy = stream, lanes = 8, rows = 8, cols = 16, block_rows = 96, key_block = 128>
  // MIDDLE: strategy = stream, lanes = 4, rows = 6, cols = 8, block_rows = 96, key_block = 128>
  // NARROW: strategy = stream, lanes = 2, rows = 6, cols = 4, block_rows = 96, key_block = 128>
  // HALIDE: backend = llvm, strategy = stream, {{.*}}{attn.declined = "halide: pipelines compute in f32, this kernel in f64"
  %s = attn.score dot %q, %q : tensor<?x2x?x4xf64>, tensor<?x2x?x4xf64>
  %p = attn.normalize softmax %s : tensor<?x2x?x?xf64>
  %o = attn.combine %p, %q : tensor<?x2x?x?xf64>, tensor<?x2x?x4xf64>
  return %o : tensor<?x2x?x4xf64>
}

// A block of keys of decoding: 64 KiB / (64 x 8 bytes).
// CHECK-LABEL: func.func @decode
func.func @decode(%q: tensor<?x2x1x64xf64> {attn.dims = ["B", "H", "N", "D"]},
                  %k: tensor<?x2x?x64xf64> {attn.dims = ["B", "H", "M", "D"]}) -> tensor<?x2x1x64xf64> {
  // CHECK: strategy = decode, {{.*}}, key_block = 128>
  %s = attn.score dot %q, %k : tensor<?x2x1x64xf64>, tensor<?x2x?x64xf64>
  %p = attn.normalize softmax %s : tensor<?x2x1x?xf64>
  %o = attn.combine %p, %k : tensor<?x2x1x?xf64>, tensor<?x2x?x64xf64>
  return %o : tensor<?x2x1x64xf64>
}
