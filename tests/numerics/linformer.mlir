// Linformer (Wang et al. 2020): rows of a table project keys and values to a few, whatever their number; padded tokens are left out.
// RUN: sed 's/TABLE/5x16/g; s/MASK/not prefix(0)/; s/LENGTHS//; /%%n:/d; s/MORE//' %s > %t.0.mlir
// RUN: cd %S/data/linformer-shared && attn-run %t.0.mlir --reference --rtol 1e-9 --atol 1e-9 --input q=q.npy --input k=k.npy \
// RUN:   --input v=v.npy --input e=e.npy --input f=f.npy --expect out=expected_out.npy --expect map=expected_map.npy
// RUN: sed 's/TABLE/2x5x13/g; s/MASK/lengths(%%n)/; s/LENGTHS/, tensor<?xi32>/' %s > %t.1.mlir
// RUN: cd %S/data/linformer-per_head_padded && attn-run %t.1.mlir --reference --rtol 1e-9 --atol 1e-9 --input q=q.npy --input k=k.npy \
// RUN:   --input v=v.npy --input e=e.npy --input f=f.npy --input n=lengths.npy --expect out=expected_out.npy --expect map=expected_map.npy
// RUN: sed 's/TABLE/2x5x300/g; s/MASK/lengths(%%n)/; s/LENGTHS/, tensor<?xi32>/; s/, %%map : /: /; s/return %%out: tensor<?x2x?x4xf32>, .*/return %%out : tensor<?x2x?x4xf32>/; s/, tensor<?x2x?x5xf32> {attn.name = "map"}//' %s > %t.2.mlir
// RUN: %run_compiled %t.2.mlir %t --sizes B=2,N=7,M=13 --sizes B=1,N=65,M=300 --sizes B=1,N=1,M=1 --sizes B=1,N=3,M=0
// RUN: attnc %t.2.mlir --require-linear --explain | FileCheck %s
// CHECK: given_score, mask, normalize, combine
// CHECK: score, normalize, combine

func.func @linformer(
    %n: tensor<?xi32> {attn.name = "n", attn.dims = ["B"]},
    %q: tensor<?x2x?x4xf32> {attn.name = "q", attn.dims = ["B", "H", "N", "D"]},
    %k: tensor<?x2x?x4xf32> {attn.name = "k", attn.dims = ["B", "H", "M", "D"]},
    %v: tensor<?x2x?x4xf32> {attn.name = "v", attn.dims = ["B", "H", "M", "E"]},
    %e: tensor<TABLExf32> {attn.name = "e"}, %f: tensor<TABLExf32> {attn.name = "f"})
    -> (tensor<?x2x?x4xf32> {attn.name = "out"}, tensor<?x2x?x5xf32> {attn.name = "map"}) {
  %of_keys = attn.given_score %e over %k : tensor<TABLExf32>, tensor<?x2x?x4xf32>
  %real_keys = attn.mask %of_keys where MASK : tensor<?x2x5x?xf32>LENGTHS
  %by_keys = attn.normalize none %real_keys : tensor<?x2x5x?xf32>
  %few_keys = attn.combine %by_keys, %k : tensor<?x2x5x?xf32>, tensor<?x2x?x4xf32>
  %of_values = attn.given_score %f over %v : tensor<TABLExf32>, tensor<?x2x?x4xf32>
  %real_values = attn.mask %of_values where MASK : tensor<?x2x5x?xf32>LENGTHS
  %by_values = attn.normalize none %real_values : tensor<?x2x5x?xf32>
  %few_values = attn.combine %by_values, %v : tensor<?x2x5x?xf32>, tensor<?x2x?x4xf32>
  %s = attn.score dot %q, %few_keys scale 0.5 : tensor<?x2x?x4xf32>, tensor<?x2x5x4xf32>
  %map = attn.normalize softmax %s : tensor<?x2x?x5xf32>
  %out = attn.combine %map, %few_values : tensor<?x2x?x5xf32>, tensor<?x2x5x4xf32>
  return %out, %map : tensor<?x2x?x4xf32>, tensor<?x2x?x5xf32>
}
