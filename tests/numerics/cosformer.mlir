// cosFormer (Qin et al. 2022) as its paper writes it, a map times a cosine: computed without a map.
// (Against the oracle a quarter turn is 1.5708 as an f32.)
// RUN: sed 's/MASK/not prefix(0)/; s/LENGTHS//; /%%n:/d' %s > %t.full.mlir
// RUN: cd %S/data/cosformer-full && attn-run %t.full.mlir --reference --rtol 1e-5 --atol 1e-6 --input q=q.npy \
// RUN:   --input k=k.npy --input v=v.npy --expect out=expected_out.npy
// RUN: sed 's/MASK/lengths(%%n)/; s/LENGTHS/, tensor<?xi32>/' %s > %t.whole.mlir
// RUN: %run_compiled %t.whole.mlir %t --sizes B=2,N=7,M=7 --sizes B=1,N=129,M=128 --sizes B=1,N=127,M=257 \
// RUN:   --sizes B=1,N=1,M=1 --sizes B=2,N=0,M=3 --sizes B=2,N=3,M=0 --sizes B=0,N=3,M=3
// RUN: attnc %t.whole.mlir --require-linear --explain | FileCheck %s --check-prefix=LINEAR
// LINEAR: strategy: linear
// LINEAR: linear: a state of 10 x 7 for each head of keys, no map
// RUN: sed 's/MASK/causal(top_left)/; s/LENGTHS//; /%%n:/d' %s > %t.causal.mlir
// RUN: cd %S/data/cosformer-causal && attn-run %t.causal.mlir --reference --rtol 1e-5 --atol 1e-6 --input q=q.npy \
// RUN:   --input k=k.npy --input v=v.npy --expect out=expected_out.npy
// RUN: %run_compiled %t.causal.mlir %t --sizes B=2,N=7,M=7 --sizes B=1,N=63,M=63 --sizes B=1,N=64,M=64 --sizes B=1,N=131,M=131 \
// RUN:   --sizes B=1,N=1,M=1 --sizes B=2,N=3,M=70 --sizes B=1,N=70,M=3 --sizes B=2,N=3,M=0 --sizes B=0,N=3,M=3
// RUN: sed 's/MASK/causal(bottom_right) and lengths(%%n)/; s/LENGTHS/, tensor<?xi32>/' %s > %t.aligned.mlir
// RUN: %run_compiled %t.aligned.mlir %t --sizes B=2,N=7,M=7 --sizes B=1,N=63,M=195 --sizes B=1,N=195,M=63 --sizes B=1,N=2,M=1
// RUN: attnc %t.aligned.mlir --explain | FileCheck %s --check-prefix=LINEAR

func.func @cosformer(
    %n: tensor<?xi32> {attn.name = "n", attn.dims = ["B"]},
    %q: tensor<?x2x?x5xf32> {attn.name = "q", attn.dims = ["B", "H", "N", "D"]},
    %k: tensor<?x2x?x5xf32> {attn.name = "k", attn.dims = ["B", "H", "M", "D"]},
    %v: tensor<?x2x?x7xf32> {attn.name = "v", attn.dims = ["B", "H", "M", "E"]})
    -> (tensor<?x2x?x7xf32> {attn.name = "out"}) {
  %fq = attn.activation relu %q : tensor<?x2x?x5xf32>
  %fk = attn.activation relu %k : tensor<?x2x?x5xf32>
  %s = attn.score dot %fq, %fk : tensor<?x2x?x5xf32>, tensor<?x2x?x5xf32>
  %t = attn.modify %s captures(%fq, %fk) : tensor<?x2x?x?xf32>, tensor<?x2x?x5xf32>, tensor<?x2x?x5xf32> {
  ^bb0(%x: f32, %b: index, %h: index, %i: index, %j: index, %queries: tensor<?x2x?x5xf32>, %keys: tensor<?x2x?x5xf32>):
    %rows = arith.constant 2 : index
    %n_queries = tensor.dim %queries, %rows : tensor<?x2x?x5xf32>
    %n_keys = tensor.dim %keys, %rows : tensor<?x2x?x5xf32>
    %longer = arith.maxsi %n_queries, %n_keys : index
    %length = arith.index_cast %longer : index to i32
    %d = arith.subi %i, %j : index
    %distance = arith.index_cast %d : index to i32
    %distance_real = arith.sitofp %distance : i32 to f32
    %length_real = arith.sitofp %length : i32 to f32
    %quarter = arith.constant 1.57079632679489661923 : f32
    %turn = arith.mulf %distance_real, %quarter : f32
    %angle = arith.divf %turn, %length_real : f32
    %weight = math.cos %angle : f32
    %r = arith.mulf %x, %weight : f32
    attn.yield %r : f32
  }
  %c = attn.mask %t where MASK : tensor<?x2x?x?xf32>LENGTHS
  %p = attn.normalize sum %c eps 1.0e-6 : tensor<?x2x?x?xf32>
  %out = attn.combine %p, %v : tensor<?x2x?x?xf32>, tensor<?x2x?x7xf32>
  return %out : tensor<?x2x?x7xf32>
}
