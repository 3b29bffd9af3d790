// A learned number for each bucket of distances: the formula counts the buckets that begin at or before a distance, so that
// its logarithms are taken where the model is written, under a causal mask.
// RUN: cd %S/data/t5_attention-causal && attn-run %s --reference --rtol 1e-9 --atol 1e-9 --input q=q.npy \
// RUN:   --input k=k.npy --input v=v.npy --input table=table.npy --expect out=expected_out.npy
// RUN: attnc %s --explain | FileCheck %s
// CHECK: strategy: stream
// RUN: %run_compiled %s %t --sizes B=2,N=19 --sizes B=1,N=65 --sizes B=3,N=1 --sizes B=0,N=7 --sizes B=2,N=0

func.func @attention(
    %q: tensor<?x2x?x4xf32> {attn.name = "q", attn.dims = ["B", "H", "N", "D"]},
    %k: tensor<?x2x?x4xf32> {attn.name = "k", attn.dims = ["B", "H", "N", "D"]},
    %v: tensor<?x2x?x4xf32> {attn.name = "v", attn.dims = ["B", "H", "N", "E"]},
    %table: tensor<8x2xf32> {attn.name = "table"}) -> (tensor<?x2x?x4xf32> {attn.name = "out"}) {
  %s = attn.score dot %q, %k : tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>
  %u = attn.modify %s captures(%table) : tensor<?x2x?x?xf32>, tensor<8x2xf32> {
  ^bb0(%x: f32, %b: index, %h: index, %i: index, %j: index, %bias: tensor<8x2xf32>):
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %rel = arith.subi %i, %j : index
    %t1 = arith.constant 1 : index
    %g1 = arith.cmpi sge, %rel, %t1 : index
    %b1 = arith.select %g1, %c1, %c0 : index
    %s1 = arith.addi %c0, %b1 : index
    %t2 = arith.constant 2 : index
    %g2 = arith.cmpi sge, %rel, %t2 : index
    %b2 = arith.select %g2, %c1, %c0 : index
    %s2 = arith.addi %s1, %b2 : index
    %t3 = arith.constant 3 : index
    %g3 = arith.cmpi sge, %rel, %t3 : index
    %b3 = arith.select %g3, %c1, %c0 : index
    %s3 = arith.addi %s2, %b3 : index
    %t4 = arith.constant 4 : index
    %g4 = arith.cmpi sge, %rel, %t4 : index
    %b4 = arith.select %g4, %c1, %c0 : index
    %s4 = arith.addi %s3, %b4 : index
    %t5 = arith.constant 6 : index
    %g5 = arith.cmpi sge, %rel, %t5 : index
    %b5 = arith.select %g5, %c1, %c0 : index
    %s5 = arith.addi %s4, %b5 : index
    %t6 = arith.constant 8 : index
    %g6 = arith.cmpi sge, %rel, %t6 : index
    %b6 = arith.select %g6, %c1, %c0 : index
    %s6 = arith.addi %s5, %b6 : index
    %t7 = arith.constant 12 : index
    %g7 = arith.cmpi sge, %rel, %t7 : index
    %b7 = arith.select %g7, %c1, %c0 : index
    %s7 = arith.addi %s6, %b7 : index
    %value = tensor.extract %bias[%s7, %h] : tensor<8x2xf32>
    %r = arith.addf %x, %value : f32
    attn.yield %r : f32
  }
  %m = attn.mask %u where causal(top_left) : tensor<?x2x?x?xf32>
  %p = attn.normalize softmax %m : tensor<?x2x?x?xf32>
  %out = attn.combine %p, %v : tensor<?x2x?x?xf32>, tensor<?x2x?x4xf32>
  return %out : tensor<?x2x?x4xf32>
}
