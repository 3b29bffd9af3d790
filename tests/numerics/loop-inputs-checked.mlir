// What a step of a loop chooses by is checked before the first, as if the step stood in the model: tokens of each, lengths for all.
// RUN: attnc %s -o %t.so
// RUN: attn-run %t.so --guard --input table=random:1:[5,4] --input x=random:2:[2,3,4] --input ids=full:4:[2,6] --input lengths=full:3:[2] > %t.out
// RUN: not attn-run %t.so --guard --input table=random:1:[5,4] --input x=random:2:[2,3,4] --input ids=full:5:[2,6] --input lengths=full:3:[2] 2>&1 | FileCheck %s --check-prefix=TOKEN
// RUN: not attn-run %t.so --guard --input table=random:1:[5,4] --input x=random:2:[2,3,4] --input ids=full:4:[2,6] --input lengths=full:4:[2] 2>&1 | FileCheck %s --check-prefix=LENGTH
// RUN: %run_compiled %s %t --sizes B=2,N=3,T=6 --sizes B=1,N=1,T=1 --sizes B=0,N=3,T=2 --sizes B=2,N=2,T=0
// TOKEN: input 2 "ids"[0,0]: 5 is outside [0, 4]
// LENGTH: input 3 "lengths"[0]: 4 is outside [0, 3]

func.func private @step(%sum: tensor<?x4xf32> {attn.dims = ["B", "C"]}, %id: tensor<?xi32> {attn.dims = ["B"]},
                        %table: tensor<5x4xf32>, %x: tensor<?x?x4xf32> {attn.dims = ["B", "M", "C"]}, %lengths: tensor<?xi32> {attn.dims = ["B"]})
    -> (tensor<?x4xf32> {attn.dims = ["B", "C"]}) {
  %e = attn.embed %table, %id : tensor<5x4xf32>, tensor<?xi32>
  %p = attn.pool mean %x lengths %lengths : tensor<?x?x4xf32>, tensor<?xi32>
  %s = attn.add %sum, %e : tensor<?x4xf32>, tensor<?x4xf32>
  %next = attn.add %s, %p : tensor<?x4xf32>, tensor<?x4xf32>
  return %next : tensor<?x4xf32>
}

func.func @sum(
    %table: tensor<5x4xf32> {attn.name = "table"}, %x: tensor<?x?x4xf32> {attn.name = "x", attn.dims = ["B", "N", "C"]},
    %ids: tensor<?x?xi32> {attn.name = "ids", attn.dims = ["B", "T"]}, %lengths: tensor<?xi32> {attn.name = "lengths", attn.dims = ["B"]})
    -> (tensor<?x4xf32> {attn.name = "out"}) {
  %nothing = attn.rearrange %x sizes affine_map<(b, n, c) -> (b, c)> from affine_map<(b, c) -> (b, -1, c)> : tensor<?x?x4xf32>
  %sum = attn.loop @step carried(%nothing) each(%ids) with(%table, %x, %lengths)
      : (tensor<?x4xf32>, tensor<?x?xi32>, tensor<5x4xf32>, tensor<?x?x4xf32>, tensor<?xi32>) -> tensor<?x4xf32>
  return %sum : tensor<?x4xf32>
}
