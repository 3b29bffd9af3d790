// Buckets by random rotations, and one of its own for padding.
// RUN: cd %S/data/lsh_buckets-padded && attn-run %s --reference --input x=x.npy --input rotations=rotations.npy \
// RUN:   --input lengths=lengths.npy --expect ids=expected_ids.npy --expect all=expected_all.npy
// RUN: %run_compiled %s %t --sizes B=2,N=13 --sizes B=1,N=1 --sizes B=3,N=97 --sizes B=0,N=3 --sizes B=2,N=0
// Few rotations, of which ties are nearer.
// RUN: sed 's/x7xf32/x4xf32/g; s/2x7x3x19/2x4x3x2/g' %s > %t.few.mlir
// RUN: cd %S/data/lsh_buckets-three_rounds && attn-run %t.few.mlir --reference --input x=x.npy --input rotations=rotations.npy \
// RUN:   --input lengths=full:16:[2] --expect all=expected_ids.npy
// RUN: %run_compiled %t.few.mlir %t --sizes B=2,N=16 --sizes B=1,N=33 --input rotations=%S/data/lsh_buckets-three_rounds/rotations.npy

func.func @bucket(
    %x: tensor<?x2x?x7xf32> {attn.name = "x", attn.dims = ["B", "H", "N", "D"]},
    %rotations: tensor<2x7x3x19xf32> {attn.name = "rotations", attn.dims = ["H", "D", "R", "F"]},
    %lengths: tensor<?xi32> {attn.name = "lengths", attn.dims = ["B"]})
    -> (tensor<?x6x?xi32> {attn.name = "ids"}, tensor<?x6x?xi32> {attn.name = "all"}) {
  %ids = attn.bucket %x, %rotations lengths %lengths : tensor<?x2x?x7xf32>, tensor<2x7x3x19xf32>, tensor<?xi32>
  %all = attn.bucket %x, %rotations : tensor<?x2x?x7xf32>, tensor<2x7x3x19xf32>
  return %ids, %all : tensor<?x6x?xi32>, tensor<?x6x?xi32>
}
