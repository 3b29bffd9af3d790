// A slope of distance for each head, 2^(-8 (h + 1) / H), as a formula: no table is read.
// RUN: attnc %s --explain | FileCheck %s
// CHECK: strategy: stream
// RUN: %run_compiled %s %t --sizes B=2,N=7 --sizes B=1,N=65 --sizes B=3,N=1 --sizes B=0,N=7 --sizes B=2,N=0

func.func @attention(
    %q: tensor<?x4x?x5xf32> {attn.name = "q", attn.dims = ["B", "H", "N", "D"]},
    %k: tensor<?x4x?x5xf32> {attn.name = "k", attn.dims = ["B", "H", "N", "D"]},
    %v: tensor<?x4x?x3xf32> {attn.name = "v", attn.dims = ["B", "H", "N", "E"]})
    -> (tensor<?x4x?x3xf32> {attn.name = "out"}) {
  %out = attn.attention %q, %k, %v scale 0.5 where causal(top_left)
      : tensor<?x4x?x5xf32>, tensor<?x4x?x5xf32>, tensor<?x4x?x3xf32> {
  ^bb0(%x: f32, %b: index, %h: index, %i: index, %j: index):
    %minus2 = arith.constant -2.0 : f32
    %one = arith.constant 1 : index
    %next = arith.addi %h, %one : index
    %n = arith.index_cast %next : index to i32
    %f = arith.sitofp %n : i32 to f32
    %e = arith.mulf %f, %minus2 : f32
    %slope = math.exp2 %e : f32
    %d = arith.subi %j, %i : index
    %w = arith.index_cast %d : index to i32
    %distance = arith.sitofp %w : i32 to f32
    %bias = arith.mulf %slope, %distance : f32
    %r = arith.addf %x, %bias : f32
    attn.yield %r : f32
  }
  return %out : tensor<?x4x?x3xf32>
}
