// Maps of few queries that leave their kernel, or that no stream computes: strips that read keys and values in rows, of odd
// widths, shared by heads, in one row with other heads, in bf16; keys normalised as they are read.
// RUN: sed 's/QUERIES/1/g' %s > %t.1.mlir
// RUN: attnc %t.1.mlir --explain | FileCheck %s
// RUN: %run_compiled %t.1.mlir %t.1 --sizes B=2,M=1 --sizes B=1,M=2 --sizes B=1,M=63 --sizes B=3,M=65 --sizes B=1,M=517 \
// RUN:   --sizes B=0,M=3 --sizes B=2,M=0
// RUN: sed 's/QUERIES/?/g' %s > %t.n.mlir
// RUN: attnc %t.n.mlir --bind N=0..4 --explain | FileCheck %s
// RUN: %run_compiled %t.n.mlir %t.n --bind N=0..4 --sizes B=2,N=4,M=70 --sizes B=1,N=1,M=150 --sizes B=1,N=3,M=7 \
// RUN:   --sizes B=1,N=0,M=9
// CHECK-NOT: copy into
// CHECK: l2_normalize, score, normalize, combine
// CHECK-NEXT: strategy: strip
// CHECK-NOT: copy into
// CHECK: l2_normalize, score, normalize, combine, merge_heads
// CHECK-NEXT: strategy: decode
// CHECK-NOT: copy into
// CHECK: score, mask, normalize, mix_heads, combine
// CHECK-NEXT: strategy: strip
// CHECK-NOT: copy into
// CHECK: pair_score, normalize, combine
// CHECK-NEXT: strategy: strip
// CHECK-NOT: copy into

func.func @few(
    %q: tensor<?x4xQUERIESx19xf32> {attn.name = "q", attn.dims = ["B", "H", "N", "D"]},
    %k: tensor<?x2x?x19xf32> {attn.name = "k", attn.dims = ["B", "G", "M", "D"]},
    %v: tensor<?x2x?x70xf32> {attn.name = "v", attn.dims = ["B", "G", "M", "E"]},
    %rows: tensor<?xQUERIESx96xf32> {attn.name = "rows", attn.dims = ["B", "N", "C"]},
    %key_rows: tensor<?x?x96xf32> {attn.name = "key_rows", attn.dims = ["B", "M", "C"], attn.storage = "bf16"},
    %lengths: tensor<?xi32> {attn.name = "lengths", attn.dims = ["B"]},
    %mix: tensor<3x3xf32> {attn.name = "mix"}, %vector: tensor<19xf32> {attn.name = "vector"})
    -> (tensor<?x4xQUERIESx70xf32> {attn.name = "cosine"}, tensor<?x4xQUERIESx?xf32> {attn.name = "cosine_map"},
        tensor<?xQUERIESx96xf32> {attn.name = "cosine_rows"}, tensor<?x3xQUERIESx32xf32> {attn.name = "mixed"},
        tensor<?x4xQUERIESx70xf32> {attn.name = "additive"}) {
  %c = attn.score cosine %q, %k : tensor<?x4xQUERIESx19xf32>, tensor<?x2x?x19xf32>
  %strong = attn.modify %c : tensor<?x4xQUERIESx?xf32> {
  ^bb0(%s: f32, %b: index, %h: index, %i: index, %j: index):
    %five = arith.constant 5.0 : f32
    %y = arith.mulf %s, %five : f32
    attn.yield %y : f32
  }
  %cosine_map = attn.normalize softmax %strong : tensor<?x4xQUERIESx?xf32>
  %cosine = attn.combine %cosine_map, %v : tensor<?x4xQUERIESx?xf32>, tensor<?x2x?x70xf32>

  %qh = attn.split_heads %rows into 3 : tensor<?xQUERIESx96xf32>
  %kh = attn.split_heads %key_rows into 3 : tensor<?x?x96xf32>
  %cr = attn.score cosine %qh, %kh : tensor<?x3xQUERIESx32xf32>, tensor<?x3x?x32xf32>
  %pr = attn.normalize softmax %cr : tensor<?x3xQUERIESx?xf32>
  %or = attn.combine %pr, %kh : tensor<?x3xQUERIESx?xf32>, tensor<?x3x?x32xf32>
  %cosine_rows = attn.merge_heads %or : tensor<?x3xQUERIESx32xf32>

  %s = attn.score dot %qh, %kh scale 0.25 : tensor<?x3xQUERIESx32xf32>, tensor<?x3x?x32xf32>
  %m = attn.mask %s where lengths(%lengths) : tensor<?x3xQUERIESx?xf32>, tensor<?xi32>
  %p = attn.normalize softmax %m : tensor<?x3xQUERIESx?xf32>
  %pm = attn.mix_heads %p, %mix : tensor<?x3xQUERIESx?xf32>, tensor<3x3xf32>
  %mixed = attn.combine %pm, %kh : tensor<?x3xQUERIESx?xf32>, tensor<?x3x?x32xf32>

  %a = attn.score additive %q, %k with %vector : tensor<?x4xQUERIESx19xf32>, tensor<?x2x?x19xf32>, tensor<19xf32>
  %pa = attn.normalize softmax %a : tensor<?x4xQUERIESx?xf32>
  %additive = attn.combine %pa, %v : tensor<?x4xQUERIESx?xf32>, tensor<?x2x?x70xf32>
  return %cosine, %cosine_map, %cosine_rows, %mixed, %additive : tensor<?x4xQUERIESx70xf32>, tensor<?x4xQUERIESx?xf32>,
      tensor<?xQUERIESx96xf32>, tensor<?x3xQUERIESx32xf32>, tensor<?x4xQUERIESx70xf32>
}
