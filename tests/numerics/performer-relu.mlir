// The generalised Performer (Choromanski et al. 2021) with features relu(W x) + 1e-3, written as weights divided by their sum.
// RUN: sed '/FILE/d; s/MASK/causal(top_left)/' %s > %t.0.mlir
// RUN: cd %S/data/performer_relu-causal && attn-run %t.0.mlir --reference --rtol 1e-6 --atol 1e-6 --input q=q.npy --input k=k.npy \
// RUN:   --input v=v.npy --input w=w.npy --expect out=expected_out.npy
// RUN: sed '/FILE/d; s/MASK/not prefix(0)/' %s > %t.1.mlir
// RUN: cd %S/data/performer_relu-full && attn-run %t.1.mlir --reference --rtol 1e-6 --atol 1e-6 --input q=q.npy --input k=k.npy \
// RUN:   --input v=v.npy --input w=w.npy --expect out=expected_out.npy
// RUN: sed '/attn.name = "w"/d; s/FILE/6x4xf32/; s/MASK/causal(top_left)/' %s > %t.2.mlir
// RUN: %run_compiled %t.2.mlir %t --weights=random:3 --sizes B=2,N=7 --sizes B=1,N=65 --sizes B=1,N=1
// RUN: attnc %t.2.mlir --weights=%t.safetensors --require-linear --explain | FileCheck %s
// CHECK: pointwise, pointwise, linear_attention

func.func @performer(
    %w: tensor<6x4xf32> {attn.name = "w"},
    %q: tensor<?x2x?x4xf32> {attn.name = "q", attn.dims = ["B", "H", "N", "D"]},
    %k: tensor<?x2x?x4xf32> {attn.name = "k", attn.dims = ["B", "H", "N", "D"]},
    %v: tensor<?x2x?x4xf32> {attn.name = "v", attn.dims = ["B", "H", "N", "E"]})
    -> (tensor<?x2x?x4xf32> {attn.name = "out"}) {
  %w = attn.weight "w" : tensor<FILE>
  %pq = attn.linear %q, %w : tensor<?x2x?x4xf32>, tensor<6x4xf32>
  %pk = attn.linear %k, %w : tensor<?x2x?x4xf32>, tensor<6x4xf32>
  %fq = attn.pointwise %pq : tensor<?x2x?x6xf32> {
  ^bb0(%x: f32):
    %zero = arith.constant 0.0 : f32
    %eps = arith.constant 1.0e-3 : f32
    %y = arith.maximumf %x, %zero : f32
    %r = arith.addf %y, %eps : f32
    attn.yield %r : f32
  }
  %fk = attn.pointwise %pk : tensor<?x2x?x6xf32> {
  ^bb0(%x: f32):
    %zero = arith.constant 0.0 : f32
    %eps = arith.constant 1.0e-3 : f32
    %y = arith.maximumf %x, %zero : f32
    %r = arith.addf %y, %eps : f32
    attn.yield %r : f32
  }
  %s = attn.score dot %fq, %fk : tensor<?x2x?x6xf32>, tensor<?x2x?x6xf32>
  %c = attn.mask %s where MASK : tensor<?x2x?x?xf32>
  %p = attn.normalize sum %c eps 0.0 : tensor<?x2x?x?xf32>
  %out = attn.combine %p, %v : tensor<?x2x?x?xf32>, tensor<?x2x?x4xf32>
  return %out : tensor<?x2x?x4xf32>
}
