// States that forget: gated by head and by feature, delta, gated delta (Yang et al. 2023, 2024), as ONNX LinearAttention has them.
// RUN: sed 's/UPDATE/update gated decay %%g/; s/TYPES/, tensor<?x3x?xf32>/; s/DECAY/?x3x?xf32/; s/, "F"//; /%%r:/d' %s > %t.0.mlir
// RUN: cd %S/data/state_update-gated && attn-run %t.0.mlir --reference --rtol 1e-9 --atol 1e-9 --input q=q.npy --input k=k.npy \
// RUN:   --input v=v.npy --input g=decay.npy --input s0=state.npy --expect out=expected_out.npy --expect s=expected_S.npy
// RUN: %run_compiled %t.0.mlir %t --rows g=0.3 --sizes B=2,N=7 --sizes B=1,N=130 --sizes B=1,N=1 --sizes B=1,N=0
// RUN: sed 's/UPDATE/update gated decay %%g/; s/TYPES/, tensor<?x3x?x4xf32>/; s/DECAY/?x3x?x4xf32/; /%%r:/d' %s > %t.1.mlir
// RUN: cd %S/data/state_update-gated_features && attn-run %t.1.mlir --reference --rtol 1e-9 --atol 1e-9 --input q=q.npy --input k=k.npy \
// RUN:   --input v=v.npy --input g=decay.npy --input s0=state.npy --expect out=expected_out.npy --expect s=expected_S.npy
// RUN: %run_compiled %t.1.mlir %t --rows g=0.3 --sizes B=2,N=7 --sizes B=1,N=65 --sizes B=1,N=1
// RUN: sed 's/UPDATE/update delta rate %%r/; s/TYPES/, tensor<?x3x?xf32>/; /%%g:/d' %s > %t.2.mlir
// RUN: cd %S/data/state_update-delta && attn-run %t.2.mlir --reference --rtol 1e-9 --atol 1e-9 --input q=q.npy --input k=k.npy \
// RUN:   --input v=v.npy --input r=rate.npy --input s0=state.npy --expect out=expected_out.npy --expect s=expected_S.npy
// RUN: %run_compiled %t.2.mlir %t --rows k=0.3 --rows r=0.3 --sizes B=2,N=7 --sizes B=1,N=65 --sizes B=1,N=1
// RUN: sed 's/UPDATE/update gated_delta decay %%g rate %%r/; s/TYPES/, tensor<?x3x?xf32>, tensor<?x3x?xf32>/; s/DECAY/?x3x?xf32/; s/, "F"//' %s > %t.3.mlir
// RUN: cd %S/data/state_update-gated_delta && attn-run %t.3.mlir --reference --rtol 1e-9 --atol 1e-9 --input q=q.npy --input k=k.npy \
// RUN:   --input v=v.npy --input g=decay.npy --input r=rate.npy --input s0=state.npy --expect out=expected_out.npy --expect s=expected_S.npy
// RUN: %run_compiled %t.3.mlir %t --rows k=0.3 --rows r=0.3 --rows g=0.3 --sizes B=2,N=7 --sizes B=1,N=65 --sizes B=1,N=1

func.func @update(
    %g: tensor<DECAY> {attn.name = "g", attn.dims = ["B", "H", "N", "F"]},
    %r: tensor<?x3x?xf32> {attn.name = "r", attn.dims = ["B", "H", "N"]},
    %s0: tensor<?x3x4x5xf32> {attn.name = "s0", attn.dims = ["B", "H", "D", "E"]},
    %q: tensor<?x3x?x4xf32> {attn.name = "q", attn.dims = ["B", "H", "N", "D"]},
    %k: tensor<?x3x?x4xf32> {attn.name = "k", attn.dims = ["B", "H", "N", "D"]},
    %v: tensor<?x3x?x5xf32> {attn.name = "v", attn.dims = ["B", "H", "N", "E"]})
    -> (tensor<?x3x?x5xf32> {attn.name = "out"}, tensor<?x3x4x5xf32> {attn.name = "s"}) {
  %out, %s, %z = attn.linear_attention %q, %k, %v causal top_left UPDATE from %s0
      : tensor<?x3x?x4xf32>, tensor<?x3x?x4xf32>, tensor<?x3x?x5xf32>TYPES, tensor<?x3x4x5xf32>
  return %out, %s : tensor<?x3x?x5xf32>, tensor<?x3x4x5xf32>
}
