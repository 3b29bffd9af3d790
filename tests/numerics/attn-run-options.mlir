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
// RUN: not attn-run %s --reference --guard 2>&1 | FileCheck %s --check-prefix=ONLY-COMPILED
// RUN: not attn-run %s --reference --variant=x86-64-v3 2>&1 | FileCheck %s --check-prefix=ONLY-COMPILED
// RUN: not attn-run %s %t.npy --reference --describe 2>&1 | FileCheck %s --check-prefix=ONE-MODEL
// RUN: not attn-run %t.so --benchmark --threads=1,2 2>&1 | FileCheck %s --check-prefix=ONE-COUNT
// RUN: not attn-run %t.so --threads=1,x 2>&1 | FileCheck %s --check-prefix=THREADS
// RUN: attnc %s -o %t.so
// RUN: sed 's/attn.add %%x/attn.blend %%x/; s/, %%x :/, %%x alpha 0.5 :/' %s > %t.other.mlir
// RUN: attnc %t.other.mlir -o %t.other.so
// RUN: attn-run %t.so %t.so --threads=1,2 --input x=iota:[1,4] --expect out=%t.npy --expect-reference=%s
// RUN: attn-run %t.so --input x=iota:[1,4] --expect-reference=%s --precision=int8 | FileCheck %s --check-prefix=NAIVE
// RUN: not attn-run %t.so %t.other.so --input x=iota:[1,4] --expect out=%t.npy | FileCheck %s --check-prefix=SECOND
// RUN: not attn-run %t.so %t.other.so --input x=iota:[1,4] --expect-reference=%s \
// RUN:   | FileCheck %s --check-prefix=OTHER-REFERENCE
// RUN: sed 's/"out"/"y"/' %s > %t.named.mlir && attnc %t.named.mlir -o %t.named.so
// RUN: not attn-run %t.so %t.named.so --input x=iota:[1,4] 2>&1 | FileCheck %s --check-prefix=OTHER-PORTS

// HELP: attn-run MODEL... [options]
// NO-MODEL: error: no model given; see attn-run --help
// UNKNOWN: error: unknown option '--referense'; did you mean '--reference'?
// NOT-COMPILED: is not compiled: make a library with attnc -o model.so, or add --reference
// PRECISION: error: --precision is f64, f32, bf16 or int8, got 'f16'
// NEGATIVE: error: --rtol wants a number that is not negative, got '-1'
// NAMED: error: --input wants NAME=VALUE, got 'x'
// SAME: out: max abs error 0, max rel error 0
// DIFFERENT: out: max abs error 6, max rel error 1; 3 of 4 elements differ, the first at 1: 0, expected 2
// OTHER-SHAPE: out: shape [2,4], expected [1,4]
// NO-LIBRARY: attn-run: error: {{.*}}.first:
// ONLY-COMPILED: error: --benchmark, --guard and --variant are for compiled models, not for --reference
// ONE-MODEL: error: one model at a time with --benchmark or --describe, got '{{.*}}' and '{{.*}}'
// ONE-COUNT: error: --benchmark times one number of threads, without --guard
// THREADS: error: --threads wants a number that is not negative, got 'x'
// NAIVE: out: error 0, naive int8 0, bound
// SECOND: out: max abs error 0,
// SECOND-NEXT: out: max abs error 3, {{.*}} 3 of 4 elements differ
// OTHER-REFERENCE: .so: out: error 0,
// OTHER-REFERENCE-NEXT: .other.so: out: error 3, {{.*}}: too large
// OTHER-PORTS: .named.so: its inputs or outputs are not those of
func.func @twice(%x: tensor<?x4xf32> {attn.name = "x", attn.dims = ["N", "C"]})
    -> (tensor<?x4xf32> {attn.name = "out"}) {
  %out = attn.add %x, %x : tensor<?x4xf32>, tensor<?x4xf32>
  return %out : tensor<?x4xf32>
}
