// A kernel takes the schedule that attn.schedules has for its key. The key tells what is computed, not where.
// RUN: split-file %s %t
// RUN: attn-opt %t/model.mlir --attn-fuse --attn-choose-schedules=vector-bits=256 | FileCheck %s
// RUN: attn-opt %t/model.mlir --attn-fuse --attn-choose-schedules=vector-bits=512 | FileCheck %s --check-prefix=WIDE
// RUN: attn-opt %t/model.mlir --attn-fuse --attn-choose-schedules="vector-bits=256 precision=bf16" | FileCheck %s --check-prefix=BF16
// RUN: attn-opt %t/model.mlir --attn-fuse --attn-choose-schedules="vector-bits=256 list-alternatives" | FileCheck %s --check-prefix=LIST

//--- model.mlir
// CHECK-LABEL: func.func @given
// CHECK-NOT: attn.schedules
// CHECK: rows = 4, cols = 16, block_rows = 48, depth_block = 16>) attributes {attn.key = "linear-256-3022e2c8a8226ebd"}
// The same computation elsewhere, with another weight:
// CHECK: rows = 4, cols = 16, block_rows = 48, depth_block = 16>) attributes {attn.key = "linear-256-3022e2c8a8226ebd"}
// negative: another shape, so another key and the rules' schedule.
// CHECK: rows = 6, cols = 16, block_rows = 96, depth_block = 256>) attributes {attn.key = "linear-256-
// negative: another width of vectors, another precision.
// WIDE: rows = 8, cols = 48, block_rows = 96, depth_block = 192>) attributes {attn.key = "linear-512-
// BF16: rows = 6, cols = 16, block_rows = 96, depth_block = 256, precision = bf16>) attributes {attn.key = "linear-256-
func.func @given(%x: tensor<?x48xf32>) -> (tensor<?x48xf32>, tensor<?x8xf32>)
    attributes {attn.schedules = {
      "linear-256-3022e2c8a8226ebd" = #attn.schedule<backend = llvm, strategy = dense, lanes = 8, rows = 4, cols = 16,
                                                     block_rows = 48, depth_block = 16>}} {
  %w = attn.weight "w" : tensor<48x48xf32>
  %v = attn.weight "v" : tensor<48x48xf32>
  %u = attn.weight "u" : tensor<8x48xf32>
  %y = attn.linear %x, %w : tensor<?x48xf32>, tensor<48x48xf32>
  %z = attn.linear %y, %v : tensor<?x48xf32>, tensor<48x48xf32>
  %t = attn.linear %z, %u : tensor<?x48xf32>, tensor<8x48xf32>
  return %z, %t : tensor<?x48xf32>, tensor<?x8xf32>
}

// What is listed differs in one decision from what the kernel has, and a back end can keep it.
// LIST-LABEL: func.func @given
// LIST: attn.alternatives = [
// LIST-SAME: #attn.schedule<backend = llvm, strategy = dense, lanes = 8, rows = 6, cols = 16, block_rows = 48, depth_block = 16>
// LIST-SAME: #attn.schedule<backend = llvm, strategy = dense, lanes = 8, rows = 4, cols = 16, block_rows = 32, depth_block = 16>
// LIST-SAME: #attn.schedule<backend = llvm, strategy = dense, lanes = 8, rows = 4, cols = 16, block_rows = 48>
// LIST-SAME: ]
// negative: not what it has, not columns that cut a panel of weights.
// LIST-NOT: rows = 4, cols = 16, block_rows = 48, depth_block = 16>,
// LIST-NOT: cols = 24
// LIST: attn.key = "linear-256-3022e2c8a8226ebd"
// LIST-LABEL: func.func @streamed
// LIST: attn.alternatives = [
// LIST-SAME: strategy = stream, lanes = 8, rows = 6, cols = 16, block_rows = 96, key_block = 64>
// LIST-SAME: backend = llvm, strategy = strip,
// LIST-SAME: backend = halide, strategy = strip,
func.func @streamed(%q: tensor<?x2x?x16xf32> {attn.dims = ["B", "H", "N", "D"]}) -> tensor<?x2x?x16xf32> {
  %s = attn.score dot %q, %q : tensor<?x2x?x16xf32>, tensor<?x2x?x16xf32>
  %p = attn.normalize softmax %s : tensor<?x2x?x?xf32>
  %o = attn.combine %p, %q : tensor<?x2x?x?xf32>, tensor<?x2x?x16xf32>
  return %o : tensor<?x2x?x16xf32>
}
