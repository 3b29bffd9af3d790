// Keys and values stay in rows where a streaming kernel's workers make panels of them, and where queries are few: by the
// type, or by --bind.
// RUN: attn-opt %s --attn-fuse --attn-choose-schedules=vector-bits=256 --attn-assign-layouts | FileCheck %s

// CHECK-LABEL: func.func @many
// CHECK-NOT: panels
// CHECK: strategy = stream
// CHECK-NOT: panels
func.func @many(%q: tensor<?x2x?x64xf32> {attn.dims = ["B", "H", "N", "D"]},
                %k: tensor<?x2x?x64xf32> {attn.dims = ["B", "H", "M", "D"]}) -> tensor<?x2x?x64xf32> {
  %s = attn.score dot %q, %k : tensor<?x2x?x64xf32>, tensor<?x2x?x64xf32>
  %p = attn.normalize softmax %s : tensor<?x2x?x?xf32>
  %o = attn.combine %p, %k : tensor<?x2x?x?xf32>, tensor<?x2x?x64xf32>
  return %o : tensor<?x2x?x64xf32>
}

// Heads that share keys share the panels that a worker makes of them.
// CHECK-LABEL: func.func @grouped
// CHECK-NOT: panels
// CHECK: strategy = stream
// CHECK-NOT: panels
func.func @grouped(%q: tensor<?x4x16x64xf32> {attn.dims = ["B", "H", "N", "D"]},
                   %k: tensor<?x2x?x64xf32> {attn.dims = ["B", "G", "M", "D"]}) -> tensor<?x4x16x64xf32> {
  %s = attn.score dot %q, %k : tensor<?x4x16x64xf32>, tensor<?x2x?x64xf32>
  %p = attn.normalize softmax %s : tensor<?x4x16x?xf32>
  %o = attn.combine %p, %k : tensor<?x4x16x?xf32>, tensor<?x2x?x64xf32>
  return %o : tensor<?x4x16x64xf32>
}

// A strip of at most 4 queries, of scores and of pairs.
// CHECK-LABEL: func.func @strips
// CHECK-NOT: panels
// CHECK-COUNT-2: strategy = strip
// CHECK-NOT: panels
func.func @strips(%q: tensor<?x2x4x64xf32> {attn.dims = ["B", "H", "N", "D"]},
                  %k: tensor<?x2x?x64xf32> {attn.dims = ["B", "H", "M", "D"]},
                  %vector: tensor<64xf32>) -> (tensor<?x2x4x?xf32>, tensor<?x2x4x64xf32>) {
  %s = attn.score dot %q, %k : tensor<?x2x4x64xf32>, tensor<?x2x?x64xf32>
  %a = attn.pair_score %q, %k captures(%vector) : tensor<?x2x4x64xf32>, tensor<?x2x?x64xf32>, tensor<64xf32> {
  ^bb0(%x: f32, %y: f32, %h: index, %d: index, %numbers: tensor<64xf32>):
    %sum = arith.addf %x, %y : f32
    %weight = tensor.extract %numbers[%d] : tensor<64xf32>
    %r = arith.mulf %sum, %weight : f32
    attn.yield %r : f32
  }
  %p = attn.normalize softmax %a : tensor<?x2x4x?xf32>
  %o = attn.combine %p, %k : tensor<?x2x4x?xf32>, tensor<?x2x?x64xf32>
  return %s, %o : tensor<?x2x4x?xf32>, tensor<?x2x4x64xf32>
}

// CHECK-LABEL: func.func @bound_strip
// CHECK-NOT: panels
// CHECK: strategy = strip
// CHECK-NOT: panels
func.func @bound_strip(%q: tensor<?x2x?x64xf32> {attn.dims = ["B", "H", "N", "D"]},
                       %k: tensor<?x2x?x64xf32> {attn.dims = ["B", "H", "M", "D"]}) -> tensor<?x2x?x?xf32>
    attributes {attn.bounds = {N = array<i64: 0, 4>}} {
  %s = attn.score dot %q, %k : tensor<?x2x?x64xf32>, tensor<?x2x?x64xf32>
  return %s : tensor<?x2x?x?xf32>
}

// CHECK-LABEL: func.func @negative_strip
// CHECK: key_panels
// CHECK: strategy = strip
func.func @negative_strip(%q: tensor<?x2x5x64xf32> {attn.dims = ["B", "H", "N", "D"]},
                          %k: tensor<?x2x?x64xf32> {attn.dims = ["B", "H", "M", "D"]}) -> tensor<?x2x5x?xf32> {
  %s = attn.score dot %q, %k : tensor<?x2x5x64xf32>, tensor<?x2x?x64xf32>
  return %s : tensor<?x2x5x?xf32>
}

// A dense kernel writes panels at no cost: they are taken.
// CHECK-LABEL: func.func @negative_projected
// CHECK: attn.linear
// CHECK: key_panels
// CHECK-NOT: strategy = rows
func.func @negative_projected(%x: tensor<?x128x64xf32> {attn.dims = ["B", "N", "C"]}) -> tensor<?x128x64xf32> {
  %w = attn.weight "w" : tensor<64x64xf32>
  %u = attn.weight "u" : tensor<64x64xf32>
  %y = attn.linear %x, %w : tensor<?x128x64xf32>, tensor<64x64xf32>
  %z = attn.linear %x, %u : tensor<?x128x64xf32>, tensor<64x64xf32>
  %q = attn.split_heads %x into 4 : tensor<?x128x64xf32>
  %k = attn.split_heads %y into 4 : tensor<?x128x64xf32>
  %v = attn.split_heads %z into 4 : tensor<?x128x64xf32>
  %s = attn.score dot %q, %k : tensor<?x4x128x16xf32>, tensor<?x4x128x16xf32>
  %p = attn.normalize softmax %s : tensor<?x4x128x128xf32>
  %o = attn.combine %p, %v : tensor<?x4x128x128xf32>, tensor<?x4x128x16xf32>
  %m = attn.merge_heads %o : tensor<?x4x128x16xf32>
  return %m : tensor<?x128x64xf32>
}
