// Linear attention of heads that share keys, from and to tokens [B, N, C], with features of width beyond a vector.
// RUN: %run_compiled %s %t --sizes B=2,N=7 --sizes B=1,N=130 --sizes B=1,N=1 --sizes B=0,N=3 --sizes B=1,N=0
// RUN: sed 's/causal top_left//' %s > %t.whole.mlir
// RUN: %run_compiled %t.whole.mlir %t --sizes B=2,N=7 --sizes B=1,N=130 --sizes B=1,N=1 --sizes B=0,N=3 --sizes B=1,N=0
// RUN: attnc %s --explain | FileCheck %s
// CHECK: split_heads, split_heads, split_heads, features, features, linear_attention, merge_heads

func.func @grouped(
    %q: tensor<?x?x108xf32> {attn.name = "q", attn.dims = ["B", "N", "C"]},
    %k: tensor<?x?x36xf32> {attn.name = "k", attn.dims = ["B", "N", "K"]},
    %v: tensor<?x?x34xf32> {attn.name = "v", attn.dims = ["B", "N", "V"]},
    %scales: tensor<2x18xf32> {attn.name = "scales"})
    -> (tensor<?x?x102xf32> {attn.name = "out"}) {
  %qh = attn.split_heads %q into 6 : tensor<?x?x108xf32>
  %kh = attn.split_heads %k into 2 : tensor<?x?x36xf32>
  %vh = attn.split_heads %v into 2 : tensor<?x?x34xf32>
  %fq = attn.features %qh terms 3 : tensor<?x6x?x18xf32> {
  ^bb0(%x: f32, %b: index, %h: index, %n: index, %d: index):
    %two = arith.constant 2.0 : f32
    %y = arith.mulf %x, %x : f32
    %z = arith.addf %x, %two : f32
    attn.yield %x, %y, %z : f32, f32, f32
  }
  %fk = attn.features %kh terms 3 captures(%scales) : tensor<?x2x?x18xf32>, tensor<2x18xf32> {
  ^bb0(%x: f32, %b: index, %h: index, %n: index, %d: index, %factors: tensor<2x18xf32>):
    %factor = tensor.extract %factors[%h, %d] : tensor<2x18xf32>
    %y = arith.mulf %x, %factor : f32
    %z = math.absf %x : f32
    attn.yield %x, %y, %z : f32, f32, f32
  }
  %o, %s, %z = attn.linear_attention %fq, %fk, %vh causal top_left divided signed eps 1.0
      : tensor<?x6x?x54xf32>, tensor<?x2x?x54xf32>, tensor<?x2x?x17xf32>
  %out = attn.merge_heads %o : tensor<?x6x?x17xf32>
  return %out : tensor<?x?x102xf32>
}
