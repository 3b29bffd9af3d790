// A table of positions bounds what sizes are made of: 9 rows of N + 1 tokens, 12 of 2 N, 4 of K / 3, rounded down.
// RUN: attnc %s -o %t.h && FileCheck %s --check-prefix=HEADER < %t.h
// RUN: attnc %s -o %t.so && not attn-run %t.so --input ids=zeros:[2,7] --input x=zeros:[2,6,4] --input y=zeros:[15,4] \
// RUN:   --input nine=zeros:[9,4] --input twelve=zeros:[12,4] --input four=zeros:[4,4] 2>&1 | FileCheck %s
// RUN: not attn-run %t.so --input ids=zeros:[2,10] --input x=zeros:[2,6,4] --input y=zeros:[12,4] \
// RUN:   --input nine=zeros:[9,4] --input twelve=zeros:[12,4] --input four=zeros:[4,4] 2>&1 | FileCheck %s --check-prefix=TOKENS
// RUN: not attn-run %t.so --input ids=zeros:[2,7] --input x=zeros:[2,7,4] --input y=zeros:[12,4] \
// RUN:   --input nine=zeros:[9,4] --input twelve=zeros:[12,4] --input four=zeros:[4,4] 2>&1 | FileCheck %s --check-prefix=TWICE
// RUN: %run_compiled %s %t --integers ids=0..1 --sizes B=2,N=8,M=6,K=14 --sizes B=1,N=0,M=1,K=3 --sizes B=1,N=3,M=0,K=0
// HEADER: N <= 8
// HEADER: M <= 6
// HEADER: K <= 14
// TOKENS: dimension N is 9, the maximum is 8
// TWICE: dimension M is 7, the maximum is 6
// CHECK: dimension K is 15, the maximum is 14

func.func @positions(
    %ids: tensor<?x?xi32> {attn.name = "ids", attn.dims = ["B", "N + 1"]},
    %x: tensor<?x?x4xf32> {attn.name = "x", attn.dims = ["B", "M", "C"]},
    %y: tensor<?x4xf32> {attn.name = "y", attn.dims = ["K", "C"]},
    %nine: tensor<9x4xf32> {attn.name = "nine"}, %twelve: tensor<12x4xf32> {attn.name = "twelve"},
    %four: tensor<4x4xf32> {attn.name = "four"})
    -> (tensor<?x4xf32> {attn.name = "one_more"}, tensor<?x?x4xf32> {attn.name = "odd"}, tensor<4xf32> {attn.name = "last"}) {
  %a = attn.positions %nine, %ids : tensor<9x4xf32>, tensor<?x?xi32>
  %doubled = attn.rearrange %x sizes affine_map<(b, m, c) -> (b, m * 2, c)> from affine_map<(b, m, c) -> (b, m floordiv 2, c)> : tensor<?x?x4xf32>
  %p = attn.positions %twelve, %doubled : tensor<12x4xf32>, tensor<?x?x4xf32>
  %twice = attn.add %doubled, %p : tensor<?x?x4xf32>, tensor<?x4xf32>
  %odd = attn.rearrange %twice sizes affine_map<(b, m, c) -> (b, m floordiv 2, c)> from affine_map<(b, m, c) -> (b, m * 2 + 1, c)> : tensor<?x?x4xf32>
  %thirds = attn.rearrange %y sizes affine_map<(k, c) -> (1, k floordiv 3, c)> from affine_map<(b, k, c) -> (k * 3, c)> : tensor<?x4xf32>
  %q = attn.positions %four, %thirds : tensor<4x4xf32>, tensor<1x?x4xf32>
  %last = attn.rearrange %q sizes affine_map<(k, c) -> (c)> from affine_map<(c) -> (3, c)> : tensor<?x4xf32>
  return %a, %odd, %last : tensor<?x4xf32>, tensor<?x?x4xf32>, tensor<4xf32>
}
