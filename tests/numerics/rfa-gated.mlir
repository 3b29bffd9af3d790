// Gated random feature attention (Peng et al. 2021): the state and the sum forget by a gate g, a key comes in with 1 - g.
// RUN: cd %S/data/rfa-gated && attn-run %s --reference --rtol 1e-6 --atol 1e-7 --input q=q.npy --input k=k.npy \
// RUN:   --input v=v.npy --input w=w.npy --input gate=gate.npy --expect out=expected_out.npy --expect s=expected_S.npy \
// RUN:   --expect z=expected_z.npy
// RUN: sed '/attn.name = "w"/d; s/%%v: .*/&\n/; s/%%uq = /%%w = attn.weight "w" : tensor<6x4xf32>\n  &/' %s > %t.mlir
// RUN: %run_compiled %t.mlir %t --weights=random:3 --input gate=%S/data/rfa-gated/gate.npy --sizes B=1,N=9

func.func @rfa(
    %w: tensor<6x4xf32> {attn.name = "w"},
    %gate: tensor<?x2x?xf32> {attn.name = "gate", attn.dims = ["B", "H", "N"]},
    %q: tensor<?x2x?x4xf32> {attn.name = "q", attn.dims = ["B", "H", "N", "D"]},
    %k: tensor<?x2x?x4xf32> {attn.name = "k", attn.dims = ["B", "H", "N", "D"]},
    %v: tensor<?x2x?x4xf32> {attn.name = "v", attn.dims = ["B", "H", "N", "E"]})
    -> (tensor<?x2x?x4xf32> {attn.name = "out"}, tensor<?x2x12x4xf32> {attn.name = "s"}, tensor<?x2x12xf32> {attn.name = "z"}) {
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
  %fk = attn.features %pk terms 2 captures(%gate) : tensor<?x2x?x6xf32>, tensor<?x2x?xf32> {
  ^bb0(%x: f32, %b: index, %h: index, %n: index, %d: index, %gates: tensor<?x2x?xf32>):
    %one = arith.constant 1.0 : f32
    %g = tensor.extract %gates[%b, %h, %n] : tensor<?x2x?xf32>
    %put = arith.subf %one, %g : f32
    %root = arith.constant 0.40824829046386301637 : f32
    %factor = arith.mulf %put, %root : f32
    %sin = math.sin %x : f32
    %cos = math.cos %x : f32
    %y = arith.mulf %sin, %factor : f32
    %z = arith.mulf %cos, %factor : f32
    attn.yield %y, %z : f32, f32
  }
  %decay = attn.pointwise %gate : tensor<?x2x?xf32> {
  ^bb0(%x: f32):
    %y = math.log %x : f32
    attn.yield %y : f32
  }
  %out, %s, %z = attn.linear_attention %fq, %fk, %v causal top_left update gated decay %decay divided signed eps 1.0e-6
      : tensor<?x2x?x12xf32>, tensor<?x2x?x12xf32>, tensor<?x2x?x4xf32>, tensor<?x2x?xf32>
  return %out, %s, %z : tensor<?x2x?x4xf32>, tensor<?x2x12x4xf32>, tensor<?x2x12xf32>
}
