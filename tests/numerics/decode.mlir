// One query, or a few, against keys and values in rows: numbers of keys around the blocks, widths around the vectors, more
// heads than keys have, heads that are merged, no key at all.
// RUN: sed 's/QUERIES/1/g' %s > %t.1.mlir
// RUN: attnc %t.1.mlir --explain | FileCheck %s
// RUN: %run_compiled %t.1.mlir %t.1 --backend llvm --sizes B=2,M=1 --sizes B=1,M=2 --sizes B=1,M=63 \
// RUN:   --sizes B=1,M=64 --sizes B=3,M=65 --sizes B=1,M=1000 --sizes B=0,M=3 --sizes B=2,M=0 --sizes B=1,M=8191
// RUN: sed 's/QUERIES/?/g' %s > %t.n.mlir
// RUN: attnc %t.n.mlir --bind N=0..4 --explain | FileCheck %s
// RUN: %run_compiled %t.n.mlir %t.n --backend llvm --bind N=0..4 --sizes B=2,N=4,M=257 --sizes B=1,N=1,M=1500 --sizes B=1,N=3,M=7 \
// RUN:   --sizes B=1,N=0,M=9
// CHECK-NOT: {{stream|strip}}
// CHECK-COUNT-4: strategy: decode
// CHECK-NOT: {{stream|strip}}

func.func @decode(
    %q1: tensor<?x3xQUERIESx1xf32> {attn.name = "q1", attn.dims = ["B", "H1", "N", "D1"]},
    %k1: tensor<?x3x?x1xf32> {attn.name = "k1", attn.dims = ["B", "H1", "M", "D1"]},
    %v1: tensor<?x3x?x5xf32> {attn.name = "v1", attn.dims = ["B", "H1", "M", "E1"]},
    %q5: tensor<?x10xQUERIESx5xf32> {attn.name = "q5", attn.dims = ["B", "H5", "N", "D5"]},
    %k5: tensor<?x2x?x5xf32> {attn.name = "k5", attn.dims = ["B", "G5", "M", "D5"]},
    %v5: tensor<?x2x?x64xf32> {attn.name = "v5", attn.dims = ["B", "G5", "M", "E5"]},
    %q64: tensor<?xQUERIESx512xf32> {attn.name = "q64", attn.dims = ["B", "N", "C"]},
    %k64: tensor<?x?x128xf32> {attn.name = "k64", attn.dims = ["B", "M", "C64"]},
    %v64: tensor<?x?x2xf32> {attn.name = "v64", attn.dims = ["B", "M", "E64"]},
    %q128: tensor<?x2xQUERIESx128xf32> {attn.name = "q128", attn.dims = ["B", "H128", "N", "D128"]},
    %k128: tensor<?x2x?x128xf32> {attn.name = "k128", attn.dims = ["B", "H128", "M", "D128"]},
    %v128: tensor<?x2x?x128xf32> {attn.name = "v128", attn.dims = ["B", "H128", "M", "D128"]})
    -> (tensor<?x3xQUERIESx5xf32> {attn.name = "o1"}, tensor<?x10xQUERIESx64xf32> {attn.name = "o5"},
        tensor<?xQUERIESx8xf32> {attn.name = "o64"}, tensor<?x2xQUERIESx128xf32> {attn.name = "o128"}) {
  %o1 = attn.attention %q1, %k1, %v1 scale 2.0 : tensor<?x3xQUERIESx1xf32>, tensor<?x3x?x1xf32>, tensor<?x3x?x5xf32>
  %o5 = attn.attention %q5, %k5, %v5 scale 0.5 : tensor<?x10xQUERIESx5xf32>, tensor<?x2x?x5xf32>, tensor<?x2x?x64xf32>
  %q = attn.split_heads %q64 into 8 : tensor<?xQUERIESx512xf32>
  %k = attn.split_heads %k64 into 2 : tensor<?x?x128xf32>
  %v = attn.split_heads %v64 into 2 : tensor<?x?x2xf32>
  %o = attn.attention %q, %k, %v scale 0.125 : tensor<?x8xQUERIESx64xf32>, tensor<?x2x?x64xf32>, tensor<?x2x?x1xf32>
  %o64 = attn.merge_heads %o : tensor<?x8xQUERIESx1xf32>
  %o128 = attn.attention %q128, %k128, %v128 scale 0.08838834764831845
      : tensor<?x2xQUERIESx128xf32>, tensor<?x2x?x128xf32>, tensor<?x2x?x128xf32>
  return %o1, %o5, %o64, %o128 : tensor<?x3xQUERIESx5xf32>, tensor<?x10xQUERIESx64xf32>, tensor<?xQUERIESx8xf32>,
      tensor<?x2xQUERIESx128xf32>
}
