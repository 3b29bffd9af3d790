// Blocks of keys from a table, by head and block of queries; what the table lacks in rows lists nothing, and so does a
// number that no block has.
// RUN: cd %S/data/mask-listed && attn-run %s --reference --rtol 1e-9 --atol 1e-9 \
// RUN:   --input q=q.npy --input k=k.npy --input v=v.npy --input table=table.npy --expect out=expected_out.npy
// RUN: %run_compiled %s %t --sizes B=2,N=7,M=13,P=2 --sizes B=1,N=65,M=64,P=30 --sizes B=2,N=1,M=513,P=1 \
// RUN:   --sizes B=1,N=100,M=1100,P=33 --sizes B=0,N=7,M=13,P=1 --sizes B=2,N=0,M=5,P=1 --sizes B=2,N=3,M=0,P=7 \
// RUN:   --integers table=-2..5
// RUN: %run_compiled %s %t --sizes B=1,N=1000,M=1000,P=400 --integers table=-40..400
// RUN: attnc %s -o %t.so
// RUN: not attn-run %t.so --input q=zeros:[1,2,3,4] --input k=zeros:[1,2,3,4] --input v=zeros:[1,2,3,4] --input table=zeros:[2,0,2] 2>&1 | FileCheck %s
// CHECK: input 3 "table": dimension P is 0, the minimum is 1

func.func @attention(
    %q: tensor<?x2x?x4xf32> {attn.name = "q", attn.dims = ["B", "H", "N", "D"]},
    %k: tensor<?x2x?x4xf32> {attn.name = "k", attn.dims = ["B", "H", "M", "D"]},
    %v: tensor<?x2x?x4xf32> {attn.name = "v", attn.dims = ["B", "H", "M", "D"]},
    %table: tensor<2x?x2xi32> {attn.name = "table", attn.dims = ["H", "P", "R"]})
    -> (tensor<?x2x?x4xf32> {attn.name = "out"}) {
  %out = attn.attention %q, %k, %v scale 0.5
      where listed(%table, 3)
      : tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>, tensor<2x?x2xi32>
  return %out : tensor<?x2x?x4xf32>
}
