// The command line of attn-run: usage errors exit with 2, comparisons that fail with 1.
// RUN: attn-run --help | FileCheck %s --check-prefix=HELP
// RUN: not attn-run 2>&1 | FileCheck %s --check-prefix=NO-MODEL
// RUN: not attn-run --referense %s 2>&1 | FileCheck %s --check-prefix=UNKNOWN
// RUN: not attn-run %s 2>&1 | FileCheck %s --check-prefix=NOT-COMPILED
// RUN: not attn-run %s --reference --precision=f16 2>&1 | FileCheck %s --check-prefix=PRECISION
// RUN: not attn-run %s --reference --rtol=-1 2>&1 | FileCheck %s --check-prefix=NEGATIVE
// RUN: not attn-run %s --reference --input x 2>&1 | FileCheck %s --check-prefix=NAMED
// RUN: attn-run %s --reference --input x=iota:[1,4] --output out=%t.npy
// RUN: attn-run %s --reference --input x=iota:[1,4] --expect out=%t.npy --rtol=0 --atol=0 \
// RUN:   | FileCheck %s --check-prefix=SAME
// RUN: not attn-run %s --reference --input x=zeros:[1,4] --expect out=%t.npy | FileCheck %s --check-prefix=DIFFERENT
// RUN: not attn-run %s --reference --input x=zeros:[2,4] --expect out=%t.npy | FileCheck %s --check-prefix=OTHER-SHAPE
// RUN: attn-run %s --reference --input x=random:7:[2,4] > %t.first
// RUN: attn-run %s --reference --input x=random:7:[2,4] > %t.second
// RUN: diff %t.first %t.second
// RUN: not attn-run %t.first 2>&1 | FileCheck %s --check-prefix=NO-LIBRARY

// HELP: attn-run MODEL [options]
// NO-MODEL: error: no model given; see attn-run --help
// UNKNOWN: error: unknown option '--referense'; did you mean '--reference'?
// NOT-COMPILED: is not compiled: make a library with attnc -o model.so, or add --reference
// PRECISION: error: --precision is f64 or f32, got 'f16'
// NEGATIVE: error: --rtol wants a number that is not negative, got '-1'
// NAMED: error: --input wants NAME=VALUE, got 'x'
// SAME: out: max abs error 0, max rel error 0
// DIFFERENT: out: max abs error 6, max rel error 1; 3 of 4 elements differ, the first at 1: 0, expected 2
// OTHER-SHAPE: out: shape [2,4], expected [1,4]
// NO-LIBRARY: attn-run: error: {{.*}}.first:
func.func @twice(%x: tensor<?x4xf32> {attn.name = "x", attn.dims = ["N", "C"]})
    -> (tensor<?x4xf32> {attn.name = "out"}) {
  %out = attn.add %x, %x : tensor<?x4xf32>, tensor<?x4xf32>
  return %out : tensor<?x4xf32>
}
