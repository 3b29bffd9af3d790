// Longformer (Beltagy et al. 2020): tokens see their window and the global tokens; global tokens see all, with
// projections of their own. Rows of padding are 0.
// RUN: cd %S/data/longformer-global_padded && attn-run %s --reference --rtol 1e-9 --atol 1e-9 --input q=q.npy \
// RUN:   --input k=k.npy --input v=v.npy --input qg=qg.npy --input kg=kg.npy --input vg=vg.npy --input flags=flags.npy \
// RUN:   --input chosen=chosen.npy --input kept=kept.npy --input lengths=lengths.npy --expect out=expected_out.npy
// RUN: %run_compiled %s %t --sizes B=2,N=17 --sizes B=1,N=300 --sizes B=2,N=1 --sizes B=0,N=3 --sizes B=1,N=0 \
// RUN:   --integers flags=0..1
// RUN: %run_compiled %s %t --sizes B=2,N=700 --integers flags=0..1:sorted

func.func @longformer(
    %q: tensor<?x2x?x4xf32> {attn.name = "q", attn.dims = ["B", "H", "N", "D"]},
    %k: tensor<?x2x?x4xf32> {attn.name = "k", attn.dims = ["B", "H", "N", "D"]},
    %v: tensor<?x2x?x4xf32> {attn.name = "v", attn.dims = ["B", "H", "N", "D"]},
    %qg: tensor<?x2x?x4xf32> {attn.name = "qg", attn.dims = ["B", "H", "N", "D"]},
    %kg: tensor<?x2x?x4xf32> {attn.name = "kg", attn.dims = ["B", "H", "N", "D"]},
    %vg: tensor<?x2x?x4xf32> {attn.name = "vg", attn.dims = ["B", "H", "N", "D"]},
    %flags: tensor<?x?xi32> {attn.name = "flags", attn.dims = ["B", "N"]},
    %chosen: tensor<?x1x?x1xf32> {attn.name = "chosen", attn.dims = ["B", "one", "N", "one"]},
    %kept: tensor<?x1x?x1xf32> {attn.name = "kept", attn.dims = ["B", "one", "N", "one"]},
    %lengths: tensor<?xi32> {attn.name = "lengths", attn.dims = ["B"]})
    -> (tensor<?x2x?x4xf32> {attn.name = "out"}) {
  %local = attn.attention %q, %k, %v scale 0.5 where (window(3, 3, top_left) or global(%flags)) and lengths(%lengths)
      : tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>, tensor<?x?xi32>, tensor<?xi32>
  %global = attn.attention %qg, %kg, %vg scale 0.5 where lengths(%lengths)
      : tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>, tensor<?xi32>
  %out = attn.pointwise %local, %global, %chosen, %kept
      : tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>, tensor<?x1x?x1xf32>, tensor<?x1x?x1xf32> {
  ^bb0(%l: f32, %g: f32, %c: f32, %r: f32):
    %zero = arith.constant 0.0 : f32
    %of = arith.cmpf ogt, %c, %zero : f32
    %row = arith.select %of, %g, %l : f32
    %there = arith.cmpf ogt, %r, %zero : f32
    %y = arith.select %there, %row, %zero : f32
    attn.yield %y : f32
  }
  return %out : tensor<?x2x?x4xf32>
}
