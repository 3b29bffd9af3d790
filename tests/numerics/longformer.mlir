// Longformer (Beltagy et al. 2020): tokens see their window and the global tokens; global tokens see all, with
// projections of their own. Only the rows of global tokens are taken through these, and put in the place of what the
// window gave. Rows of padding are 0. `index` has the positions of each sample's global tokens, then -1.
// RUN: cd %S/data/longformer-global_padded && attn-run %s --reference --rtol 1e-9 --atol 1e-9 --input q=q.npy \
// RUN:   --input k=k.npy --input v=v.npy --input qg=qg.npy --input kg=kg.npy --input vg=vg.npy --input flags=flags.npy \
// RUN:   --input index=index.npy --input kept=kept.npy --input lengths=lengths.npy --expect out=expected_out.npy
// RUN: %run_compiled %s %t --sizes B=2,N=17,G=2 --sizes B=1,N=300,G=7 --sizes B=2,N=1,G=1 --sizes B=0,N=3,G=1 \
// RUN:   --sizes B=1,N=0,G=0 --sizes B=1,N=0,G=2 --sizes B=1,N=31,G=0 --integers flags=0..1
// RUN: %run_compiled %s %t --sizes B=2,N=701,G=3 --integers flags=0..1:sorted
// RUN: attnc %s -o %t.so
// RUN: not attn-run %t.so --input q=zeros:[1,2,3,4] --input k=zeros:[1,2,3,4] --input v=zeros:[1,2,3,4] \
// RUN:   --input qg=zeros:[1,2,3,4] --input kg=zeros:[1,2,3,4] --input vg=zeros:[1,2,3,4] --input flags=zeros:[1,3] \
// RUN:   --input index=full:3:[1,1,2] --input kept=zeros:[1,1,3,1] --input lengths=zeros:[1] 2>&1 | FileCheck %s
// RUN: attn-run %t.so --describe | FileCheck %s --check-prefix=PORTS
// PORTS: input index: i32 [B,1,G] in [-1, N)
// RUN: attnc %s -o %t.h && FileCheck %s --check-prefix=HEADER --input-file=%t.h
// HEADER: every element of index lies in [-1, N)
// CHECK: input 7 "index"[0,0,0]: 3 is outside [-1, 2]

func.func @longformer(
    %q: tensor<?x2x?x4xf32> {attn.name = "q", attn.dims = ["B", "H", "N", "D"]},
    %k: tensor<?x2x?x4xf32> {attn.name = "k", attn.dims = ["B", "H", "N", "D"]},
    %v: tensor<?x2x?x4xf32> {attn.name = "v", attn.dims = ["B", "H", "N", "D"]},
    %qg: tensor<?x2x?x4xf32> {attn.name = "qg", attn.dims = ["B", "H", "N", "D"]},
    %kg: tensor<?x2x?x4xf32> {attn.name = "kg", attn.dims = ["B", "H", "N", "D"]},
    %vg: tensor<?x2x?x4xf32> {attn.name = "vg", attn.dims = ["B", "H", "N", "D"]},
    %flags: tensor<?x?xi32> {attn.name = "flags", attn.dims = ["B", "N"]},
    %index: tensor<?x1x?xi32> {attn.name = "index", attn.dims = ["B", "one", "G"]},
    %kept: tensor<?x1x?x1xf32> {attn.name = "kept", attn.dims = ["B", "one", "N", "one"]},
    %lengths: tensor<?xi32> {attn.name = "lengths", attn.dims = ["B"]})
    -> (tensor<?x2x?x4xf32> {attn.name = "out"}) {
  %local = attn.attention %q, %k, %v scale 0.5 where (window(3, 3, top_left) or global(%flags)) and lengths(%lengths)
      : tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>, tensor<?x?xi32>, tensor<?xi32>
  %tokens = attn.merge_heads %qg : tensor<?x2x?x4xf32>
  %rows = attn.split_heads %tokens into 1 : tensor<?x?x8xf32>
  %chosen = attn.gather %rows, %index : tensor<?x1x?x8xf32>, tensor<?x1x?xi32>
  %merged = attn.merge_heads %chosen : tensor<?x1x?x8xf32>
  %queries = attn.split_heads %merged into 2 : tensor<?x?x8xf32>
  %global = attn.attention %queries, %kg, %vg scale 0.5 where lengths(%lengths)
      : tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>, tensor<?xi32>
  %all = attn.scatter %local, %index, %global : tensor<?x2x?x4xf32>, tensor<?x1x?xi32>, tensor<?x2x?x4xf32>
  %out = attn.pointwise %all, %kept : tensor<?x2x?x4xf32>, tensor<?x1x?x1xf32> {
  ^bb0(%x: f32, %there: f32):
    %zero = arith.constant 0.0 : f32
    %on = arith.cmpf ogt, %there, %zero : f32
    %y = arith.select %on, %x, %zero : f32
    attn.yield %y : f32
  }
  return %out : tensor<?x2x?x4xf32>
}
