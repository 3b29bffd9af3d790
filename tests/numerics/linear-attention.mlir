// Linear attention by its op, with elu(x) + 1 as feature map (Katharopoulos et al. 2020): output, state and sum of keys.
// RUN: sed 's/MASK/causal top_left/; s/FROM//; /%%n:/d; /%%s0:/d; /%%z0:/d; s/MORE//; s/HEADS/2/; s/WIDTH/5/g; s/VALUES/3/g' %s > %t.0.mlir
// RUN: cd %S/data/linear_attention-elu_causal && attn-run %t.0.mlir --reference --rtol 1e-9 --atol 1e-9 --input q=q.npy \
// RUN:   --input k=k.npy --input v=v.npy --expect out=expected_out.npy --expect s=expected_S.npy --expect z=expected_z.npy
// RUN: %run_compiled %t.0.mlir %t --sizes B=2,N=7,M=7 --sizes B=1,N=63,M=65 --sizes B=1,N=129,M=127 --sizes B=1,N=1,M=1 \
// RUN:   --sizes B=2,N=0,M=3 --sizes B=2,N=3,M=0 --sizes B=0,N=3,M=3
// RUN: sed 's/MASK//; s/FROM//; /%%n:/d; /%%s0:/d; /%%z0:/d; s/MORE//; s/HEADS/2/; s/WIDTH/5/g; s/VALUES/3/g' %s > %t.1.mlir
// RUN: cd %S/data/linear_attention-elu_full && attn-run %t.1.mlir --reference --rtol 1e-9 --atol 1e-9 --input q=q.npy \
// RUN:   --input k=k.npy --input v=v.npy --expect out=expected_out.npy --expect s=expected_S.npy --expect z=expected_z.npy
// RUN: %run_compiled %t.1.mlir %t --sizes B=2,N=7,M=7 --sizes B=1,N=130,M=257 --sizes B=1,N=1,M=1 --sizes B=2,N=0,M=3 --sizes B=2,N=3,M=0
// RUN: sed 's/MASK/lengths %%n/; s/FROM//; /%%s0:/d; /%%z0:/d; s/MORE/, tensor<?xi32>/; s/HEADS/2/; s/WIDTH/4/g; s/VALUES/4/g' %s > %t.2.mlir
// RUN: cd %S/data/linear_attention-elu_padding && attn-run %t.2.mlir --reference --rtol 1e-9 --atol 1e-9 --input q=q.npy \
// RUN:   --input k=k.npy --input v=v.npy --input n=lengths.npy --expect out=expected_out.npy --expect s=expected_S.npy --expect z=expected_z.npy
// RUN: %run_compiled %t.2.mlir %t --sizes B=3,N=9,M=30
// RUN: sed 's/MASK/lengths %%n/; s/FROM//; /%%s0:/d; /%%z0:/d; s/MORE/, tensor<?xi32>/; s/HEADS/1/; s/?x2x/?x1x/g; s/WIDTH/4/g; s/VALUES/4/g' %s > %t.3.mlir
// RUN: cd %S/data/linear_attention-empty_keys && attn-run %t.3.mlir --reference --rtol 1e-9 --atol 1e-9 --input q=q.npy \
// RUN:   --input k=k.npy --input v=v.npy --input n=lengths.npy --expect out=expected_out.npy --expect s=expected_S.npy --expect z=expected_z.npy
// RUN: sed 's/MASK/causal top_left/; s/FROM/from %%s0, %%z0/; /%%n:/d; s/MORE/, tensor<?x2x4x4xf32>, tensor<?x2x4xf32>/; s/HEADS/2/; s/WIDTH/4/g; s/VALUES/4/g' %s > %t.4.mlir
// RUN: cd %S/data/linear_attention-continue_state && attn-run %t.4.mlir --reference --rtol 1e-9 --atol 1e-9 --input q=q.npy \
// RUN:   --input k=k.npy --input v=v.npy --input s0=state.npy --input z0=sum.npy --expect out=expected_out.npy --expect s=expected_S.npy --expect z=expected_z.npy
// RUN: %run_compiled %t.4.mlir %t --sizes B=2,N=7,M=7 --sizes B=1,N=66,M=66 --sizes B=2,N=1,M=1

func.func @linear(
    %n: tensor<?xi32> {attn.name = "n", attn.dims = ["B"]},
    %s0: tensor<?x2xWIDTHxVALUESxf32> {attn.name = "s0", attn.dims = ["B", "H", "D", "E"]},
    %z0: tensor<?x2xWIDTHxf32> {attn.name = "z0", attn.dims = ["B", "H", "D"]},
    %q: tensor<?x2x?xWIDTHxf32> {attn.name = "q", attn.dims = ["B", "H", "N", "D"]},
    %k: tensor<?x2x?xWIDTHxf32> {attn.name = "k", attn.dims = ["B", "H", "M", "D"]},
    %v: tensor<?x2x?xVALUESxf32> {attn.name = "v", attn.dims = ["B", "H", "M", "E"]})
    -> (tensor<?x2x?xVALUESxf32> {attn.name = "out"}, tensor<?x2xWIDTHxVALUESxf32> {attn.name = "s"},
        tensor<?x2xWIDTHxf32> {attn.name = "z"}) {
  %f = attn.features %q : tensor<?x2x?xWIDTHxf32> {
  ^bb0(%x: f32, %b: index, %h: index, %i: index, %d: index):
    %zero = arith.constant 0.0 : f32
    %one = arith.constant 1.0 : f32
    %above = arith.addf %x, %one : f32
    %below = math.exp %x : f32
    %positive = arith.cmpf ogt, %x, %zero : f32
    %r = arith.select %positive, %above, %below : f32
    attn.yield %r : f32
  }
  %g = attn.pointwise %k : tensor<?x2x?xWIDTHxf32> {
  ^bb0(%x: f32):
    %zero = arith.constant 0.0 : f32
    %one = arith.constant 1.0 : f32
    %above = arith.addf %x, %one : f32
    %below = math.exp %x : f32
    %positive = arith.cmpf ogt, %x, %zero : f32
    %r = arith.select %positive, %above, %below : f32
    attn.yield %r : f32
  }
  %out, %s, %z = attn.linear_attention %f, %g, %v MASK FROM divided add eps 1.0e-6
      : tensor<?x2x?xWIDTHxf32>, tensor<?x2x?xWIDTHxf32>, tensor<?x2x?xVALUESxf32>MORE
  return %out, %s, %z : tensor<?x2x?xVALUESxf32>, tensor<?x2xWIDTHxVALUESxf32>, tensor<?x2xWIDTHxf32>
}
