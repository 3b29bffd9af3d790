// Random feature attention (Peng et al. 2021): unit queries and keys, sines and cosines of their projections, a denominator that
// keeps its sign.
// RUN: sed '/FILE/d; s/MASK/causal top_left/' %s > %t.0.mlir
// RUN: cd %S/data/rfa-causal && attn-run %t.0.mlir --reference --rtol 1e-6 --atol 1e-7 --input q=q.npy --input k=k.npy \
// RUN:   --input v=v.npy --input w=w.npy --expect out=expected_out.npy --expect s=expected_S.npy --expect z=expected_z.npy
// RUN: sed '/FILE/d; s/MASK//' %s > %t.1.mlir
// RUN: cd %S/data/rfa-full && attn-run %t.1.mlir --reference --rtol 1e-6 --atol 1e-7 --input q=q.npy --input k=k.npy \
// RUN:   --input v=v.npy --input w=w.npy --expect out=expected_out.npy --expect s=expected_S.npy --expect z=expected_z.npy
// RUN: sed '/attn.name = "w"/d; s/FILE/6x4xf32/; s/MASK/causal top_left/' %s > %t.2.mlir
// RUN: %run_compiled %t.2.mlir %t --weights=random:3 --sizes B=2,N=7 --sizes B=1,N=65 --sizes B=1,N=1 --sizes B=1,N=0

func.func @rfa(
    %w: tensor<6x4xf32> {attn.name = "w"},
    %q: tensor<?x2x?x4xf32> {attn.name = "q", attn.dims = ["B", "H", "N", "D"]},
    %k: tensor<?x2x?x4xf32> {attn.name = "k", attn.dims = ["B", "H", "N", "D"]},
    %v: tensor<?x2x?x4xf32> {attn.name = "v", attn.dims = ["B", "H", "N", "E"]})
    -> (tensor<?x2x?x4xf32> {attn.name = "out"}, tensor<?x2x12x4xf32> {attn.name = "s"}, tensor<?x2x12xf32> {attn.name = "z"}) {
  %w = attn.weight "w" : tensor<FILE>
  %uq = attn.l2_normalize %q eps 1.0e-8 : tensor<?x2x?x4xf32>
  %uk = attn.l2_normalize %k eps 1.0e-8 : tensor<?x2x?x4xf32>
  %pq = attn.linear %uq, %w : tensor<?x2x?x4xf32>, tensor<6x4xf32>
  %pk = attn.linear %uk, %w : tensor<?x2x?x4xf32>, tensor<6x4xf32>
  %fq = attn.features %pq terms 2 : tensor<?x2x?x6xf32> {
  ^bb0(%x: f32, %b: index, %h: index, %n: index, %d: index):
    %root = arith.constant 0.40824829046386301637 : f32
    %sin = math.sin %x : f32
    %cos = math.cos %x : f32
    %y = arith.mulf %sin, %root : f32
    %z = arith.mulf %cos, %root : f32
    attn.yield %y, %z : f32, f32
  }
  %fk = attn.features %pk terms 2 : tensor<?x2x?x6xf32> {
  ^bb0(%x: f32, %b: index, %h: index, %n: index, %d: index):
    %root = arith.constant 0.40824829046386301637 : f32
    %sin = math.sin %x : f32
    %cos = math.cos %x : f32
    %y = arith.mulf %sin, %root : f32
    %z = arith.mulf %cos, %root : f32
    attn.yield %y, %z : f32, f32
  }
  %out, %s, %z = attn.linear_attention %fq, %fk, %v MASK divided signed eps 1.0e-6
      : tensor<?x2x?x12xf32>, tensor<?x2x?x12xf32>, tensor<?x2x?x4xf32>
  return %out, %s, %z : tensor<?x2x?x4xf32>, tensor<?x2x12x4xf32>, tensor<?x2x12xf32>
}
