// Reformer (Kitaev et al. 2020), all buckets of a chunk: each round's list of tokens, sorted by bucket, is cut into chunks of four that see
// themselves and the chunk before, in the ring of all rounds. A token sees itself only where it sees no other: its score with
// itself is -1e5, so that keys that are hidden, at whatever score, would weigh nothing against it.
// RUN: cd %S/data/lsh_attention-full && attn-run %s --reference --rtol 1e-6 --atol 1e-6 --input qk=qk.npy --input v=v.npy \
// RUN:   --input buckets=buckets.npy --input gamma=full:0.5:[4] --expect out=expected_out.npy --expect order=expected_order.npy
// RUN: %run_compiled %s %t --sizes B=2,N=16,D=4 --sizes B=1,N=4,D=4 --sizes B=2,N=8,D=4 --sizes B=1,N=300,D=4 \
// RUN:   --sizes B=0,N=8,D=4 --sizes B=1,N=0,D=4 --integers buckets=0..3 --input gamma=full:0.5:[4]
// RUN: %run_compiled %s %t --sizes B=1,N=1000,D=4 --integers buckets=-70000..70000 --input gamma=full:0.5:[4]
// RUN: attnc %s -o %t.so && attn-run %t.so --describe | FileCheck %s --check-prefix=DIMENSION
// DIMENSION: dimension N: from 0, no upper bound, a multiple of 4
// RUN: attnc %s -o %t.h && FileCheck %s --check-prefix=HEADER --input-file=%t.h
// HEADER: 0 <= N, a multiple of 4
// RUN: not attn-run %t.so --input qk=zeros:[1,2,18,4] --input v=zeros:[1,2,18,5] --input buckets=zeros:[1,6,18] \
// RUN:   --input gamma=zeros:[4] 2>&1 | FileCheck %s
// CHECK: input 0 "qk": dimension N is 18, expected a multiple of 4

func.func @reformer(
    %qk: tensor<?x2x?x4xf32> {attn.name = "qk", attn.dims = ["B", "H", "N", "D"]},
    %v: tensor<?x2x?x5xf32> {attn.name = "v", attn.dims = ["B", "H", "N", "E"]},
    %buckets: tensor<?x6x?xi32> {attn.name = "buckets", attn.dims = ["B", "L", "N"]},
    %gamma: tensor<4xf32> {attn.name = "gamma", attn.dims = ["D"]})
    -> (tensor<?x2x?x5xf32> {attn.name = "out"}, tensor<?x6x?xi32> {attn.name = "order"}) {
  %key = attn.rms_norm %qk, %gamma eps 1.0e-6 : tensor<?x2x?x4xf32>, tensor<4xf32>
  %order = attn.sort %buckets : tensor<?x6x?xi32>
  %around = attn.wrap %order rounds 3 chunk 4 before 1 after 0 : tensor<?x6x?xi32>
  %q = attn.gather %qk, %order : tensor<?x2x?x4xf32>, tensor<?x6x?xi32>
  %k = attn.gather %key, %around : tensor<?x2x?x4xf32>, tensor<?x6x?xi32>
  %values = attn.gather %v, %around : tensor<?x2x?x5xf32>, tensor<?x6x?xi32>
  %s = attn.score dot %q, %k scale 1.0 : tensor<?x6x?x4xf32>, tensor<?x6x?x4xf32>
  %t = attn.modify %s captures(%order, %around) : tensor<?x6x?x?xf32>, tensor<?x6x?xi32>, tensor<?x6x?xi32> {
  ^bb0(%x: f32, %b: index, %h: index, %i: index, %j: index, %of: tensor<?x6x?xi32>, %to: tensor<?x6x?xi32>):
    %token = tensor.extract %of[%b, %h, %i] : tensor<?x6x?xi32>
    %other = tensor.extract %to[%b, %h, %j] : tensor<?x6x?xi32>
    %self = arith.cmpi eq, %token, %other : i32
    %low = arith.constant -1.0e5 : f32
    %y = arith.select %self, %low, %x : f32
    attn.yield %y : f32
  }
  %m = attn.mask %t where blocks(4, 4, 0, 1) : tensor<?x6x?x?xf32>
  %p = attn.normalize softmax %m : tensor<?x6x?x?xf32>
  %o = attn.combine %p, %values : tensor<?x6x?x?xf32>, tensor<?x6x?x5xf32>
  %l = attn.reduce_map logsumexp %m over keys : tensor<?x6x?x?xf32>
  %places = attn.invert %order : tensor<?x6x?xi32>
  %rounds = attn.gather %o, %places : tensor<?x6x?x5xf32>, tensor<?x6x?xi32>
  %logarithms = attn.gather %l, %places : tensor<?x6x?xf32>, tensor<?x6x?xi32>
  %out = attn.merge_parts %rounds, %logarithms parts 3 : tensor<?x6x?x5xf32>, tensor<?x6x?xf32>
  return %out, %order : tensor<?x2x?x5xf32>, tensor<?x6x?xi32>
}
