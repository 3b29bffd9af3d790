// Attention of few queries reads keys and values in rows: no copy into panels comes before it.
// RUN: split-file %s %t
// RUN: attn-opt %t/type.mlir --attn-fuse --attn-choose-schedules=vector-bits=256 --attn-assign-layouts | FileCheck %s --check-prefixes=TYPE,MIDDLE
// RUN: attn-opt %t/type.mlir --attn-fuse --attn-choose-schedules=vector-bits=512 --attn-assign-layouts | FileCheck %s --check-prefixes=TYPE,WIDE
// RUN: attn-opt %t/type.mlir --attn-fuse --attn-choose-schedules="vector-bits=256 backend=halide" | FileCheck %s --check-prefix=HALIDE
// HALIDE-NOT: strategy = decode
// RUN: attnc %t/bound.mlir --bind N=1..4 --explain -march=x86-64-v3 | FileCheck %s --check-prefix=FEW
// FEW: strategy: decode (registers 1x64, lanes 8, rows a task 4, keys a block 256, by llvm)
// FEW-NOT: copy into
// FEW: mask: {{.*}}; keys that no query of a tile can see are skipped
// RUN: attnc %t/bound.mlir --bind N=1..5,M=1..4 --explain -march=x86-64-v3 | FileCheck %s --check-prefix=MANY
// RUN: attnc %t/bound.mlir --explain -march=x86-64-v3 | FileCheck %s --check-prefix=MANY
// MANY-NOT: decode
// MANY: strategy: stream

//--- type.mlir
// One head of keys and values for each query: one row, whose accumulators are half of the registers.
// TYPE-LABEL: func.func @one
func.func @one(%q: tensor<?x2x1x128xf32> {attn.dims = ["B", "H", "N", "D"]},
               %k: tensor<?x2x?x128xf32> {attn.dims = ["B", "H", "M", "D"]}) -> tensor<?x2x1x128xf32> {
  // TYPE-NOT: panels
  // MIDDLE: strategy = decode, lanes = 8, rows = 1, cols = 64, block_rows = 1, key_block = 128>
  // WIDE: strategy = decode, lanes = 16, rows = 1, cols = 128, block_rows = 1, key_block = 128>
  %s = attn.score dot %q, %k : tensor<?x2x1x128xf32>, tensor<?x2x?x128xf32>
  %p = attn.normalize softmax %s : tensor<?x2x1x?xf32>
  %o = attn.combine %p, %k : tensor<?x2x1x?xf32>, tensor<?x2x?x128xf32>
  return %o : tensor<?x2x1x128xf32>
}

// Five heads share keys, in two tiles; 20 rows are four queries of them.
// TYPE-LABEL: func.func @grouped
func.func @grouped(%q: tensor<?x10x4x64xf32> {attn.dims = ["B", "H", "N", "D"]},
                   %k: tensor<?x2x?x64xf32> {attn.dims = ["B", "G", "M", "D"]}) -> tensor<?x10x4x64xf32> {
  // TYPE-NOT: panels
  // MIDDLE: strategy = decode, lanes = 8, rows = 3, cols = 16, block_rows = 20, key_block = 256>
  // WIDE: strategy = decode, lanes = 16, rows = 3, cols = 80, block_rows = 20, key_block = 256>
  %s = attn.score dot %q, %k : tensor<?x10x4x64xf32>, tensor<?x2x?x64xf32>
  %p = attn.normalize softmax %s : tensor<?x10x4x?xf32>
  %o = attn.combine %p, %k : tensor<?x10x4x?xf32>, tensor<?x2x?x64xf32>
  return %o : tensor<?x10x4x64xf32>
}

// Keys in panels serve each of five queries; the task of a head makes them.
// TYPE-LABEL: func.func @negative_five
func.func @negative_five(%q: tensor<?x2x5x64xf32> {attn.dims = ["B", "H", "N", "D"]},
                         %k: tensor<?x2x?x64xf32> {attn.dims = ["B", "H", "M", "D"]}) -> tensor<?x2x5x64xf32> {
  // TYPE-NOT: panels
  // TYPE: strategy = stream
  %s = attn.score dot %q, %k : tensor<?x2x5x64xf32>, tensor<?x2x?x64xf32>
  %p = attn.normalize softmax %s : tensor<?x2x5x?xf32>
  %o = attn.combine %p, %k : tensor<?x2x5x?xf32>, tensor<?x2x?x64xf32>
  return %o : tensor<?x2x5x64xf32>
}

// What does not stream is not decoded either.
// TYPE-LABEL: func.func @negative_sparsemax
func.func @negative_sparsemax(%q: tensor<?x2x1x64xf32> {attn.dims = ["B", "H", "N", "D"]},
                              %k: tensor<?x2x?x64xf32> {attn.dims = ["B", "H", "M", "D"]}) -> tensor<?x2x1x64xf32> {
  // TYPE: strategy = strip
  %s = attn.score dot %q, %k : tensor<?x2x1x64xf32>, tensor<?x2x?x64xf32>
  %p = attn.normalize sparsemax %s : tensor<?x2x1x?xf32>
  %o = attn.combine %p, %k : tensor<?x2x1x?xf32>, tensor<?x2x?x64xf32>
  return %o : tensor<?x2x1x64xf32>
}

//--- bound.mlir
func.func @bound(%q: tensor<?x2x?x64xf32> {attn.name = "q", attn.dims = ["B", "H", "N", "D"]},
                 %k: tensor<?x2x?x64xf32> {attn.name = "k", attn.dims = ["B", "H", "M", "D"]})
    -> (tensor<?x2x?x64xf32> {attn.name = "out"}) {
  %o = attn.attention %q, %k, %k scale 0.5 where causal(bottom_right)
      : tensor<?x2x?x64xf32>, tensor<?x2x?x64xf32>, tensor<?x2x?x64xf32>
  return %o : tensor<?x2x?x64xf32>
}
