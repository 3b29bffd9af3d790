// Performer (Choromanski et al. 2021): positive random features with the stabilisers of queries and keys, written as weights
// divided by their sum. The reference takes the map, compiled code none.
// RUN: sed 's/MASK/not prefix(0)/; s/READ//; s/INDEX//; /%%n:/d; s/FEATURES/19/g; s/WIDTH/8/g; s/HEADS/2/g' %s > %t.0.mlir
// RUN: cd %S/data/performer-full && attn-run %t.0.mlir --reference --rtol 1e-9 --atol 1e-9 --input q=q.npy --input k=k.npy \
// RUN:   --input v=v.npy --input w=w.npy --expect out=expected_out.npy
// RUN: sed 's/MASK/causal(top_left)/; s/READ//; s/INDEX//; /%%n:/d; s/FEATURES/19/g; s/WIDTH/8/g; s/HEADS/2/g' %s > %t.1.mlir
// RUN: cd %S/data/performer-causal && attn-run %t.1.mlir --reference --rtol 1e-9 --atol 1e-9 --input q=q.npy --input k=k.npy \
// RUN:   --input v=v.npy --input w=w.npy --expect out=expected_out.npy
// RUN: %run_compiled %t.1.mlir %t --sizes B=2,N=7,M=7 --sizes B=1,N=65,M=65 --sizes B=1,N=1,M=1 --sizes B=1,N=67,M=5
// RUN: sed 's/MASK/lengths(%%n)/; s/READ/ lengths %%n/; s/INDEX/, tensor<?xi32>/; s/FEATURES/8/g; s/WIDTH/4/g; s/HEADS/1/g' %s > %t.2.mlir
// RUN: cd %S/data/performer-padding && attn-run %t.2.mlir --reference --rtol 1e-9 --atol 1e-9 --input q=q.npy --input k=k.npy \
// RUN:   --input v=v.npy --input w=w.npy --input n=lengths.npy --expect out=expected_out.npy
// RUN: %run_compiled %t.2.mlir %t --sizes B=2,N=7,M=7 --sizes B=1,N=129,M=257 --sizes B=1,N=1,M=1 --sizes B=2,N=3,M=0 --sizes B=2,N=0,M=3 \
// RUN:   --sizes B=6,N=5,M=700
// RUN: attnc %t.2.mlir --require-linear --explain | FileCheck %s --check-prefix=LINEAR
// LINEAR: random_features, random_features, linear_attention
// RUN: sed 's/of row/of none/; s/of head/of none/; s/eps 1.0e-4/eps 0.0/; s/MASK/lengths(%%n)/; s/READ/ lengths %%n/; s/INDEX/, tensor<?xi32>/; s/FEATURES/8/g; s/WIDTH/4/g; s/HEADS/1/g' %s > %t.3.mlir
// RUN: %run_compiled %t.3.mlir %t --sizes B=2,N=7,M=7 --sizes B=1,N=66,M=3

func.func @performer(
    %n: tensor<?xi32> {attn.name = "n", attn.dims = ["B"]},
    %q: tensor<?xHEADSx?xWIDTHxf32> {attn.name = "q", attn.dims = ["B", "H", "N", "D"]},
    %k: tensor<?xHEADSx?xWIDTHxf32> {attn.name = "k", attn.dims = ["B", "H", "M", "D"]},
    %v: tensor<?xHEADSx?xWIDTHxf32> {attn.name = "v", attn.dims = ["B", "H", "M", "E"]},
    %w: tensor<FEATURESxWIDTHxf32> {attn.name = "w"})
    -> (tensor<?xHEADSx?xWIDTHxf32> {attn.name = "out"}) {
  %fq = attn.random_features %q, %w of row eps 1.0e-4 : tensor<?xHEADSx?xWIDTHxf32>, tensor<FEATURESxWIDTHxf32>
  %fk = attn.random_features %k, %w of headREAD eps 1.0e-4
      : tensor<?xHEADSx?xWIDTHxf32>, tensor<FEATURESxWIDTHxf32>INDEX
  %s = attn.score dot %fq, %fk : tensor<?xHEADSx?xFEATURESxf32>, tensor<?xHEADSx?xFEATURESxf32>
  %c = attn.mask %s where MASK : tensor<?xHEADSx?x?xf32>INDEX
  %p = attn.normalize sum %c eps 0.0 : tensor<?xHEADSx?x?xf32>
  %out = attn.combine %p, %v : tensor<?xHEADSx?x?xf32>, tensor<?xHEADSx?xWIDTHxf32>
  return %out : tensor<?xHEADSx?xWIDTHxf32>
}
