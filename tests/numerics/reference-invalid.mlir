// Inputs that do not fit, and what only a run can find: each an error with a text and exit status 1.
// RUN: not attn-run %s --reference 2>&1 | FileCheck %s --check-prefix=MISSING
// RUN: not attn-run %s --reference --input other=zeros:[1] 2>&1 | FileCheck %s --check-prefix=NAME
// RUN: not attn-run %s --reference --input ids=full:5:[2,3] --input lengths=zeros:[2] 2>&1 \
// RUN:   | FileCheck %s --check-prefix=TOKEN
// RUN: not attn-run %s --reference --input ids=zeros:[2,3] --input lengths=full:4:[2] 2>&1 \
// RUN:   | FileCheck %s --check-prefix=LENGTH
// RUN: not attn-run %s --reference --input ids=zeros:[2,5] --input lengths=zeros:[2] 2>&1 \
// RUN:   | FileCheck %s --check-prefix=POSITION
// RUN: not attn-run %s --reference --input ids=zeros:[2,3] --input lengths=zeros:[3] 2>&1 \
// RUN:   | FileCheck %s --check-prefix=DIMENSION
// RUN: not attn-run %s --reference --input ids=zeros:[2] --input lengths=zeros:[2] 2>&1 \
// RUN:   | FileCheck %s --check-prefix=RANK
// RUN: not attn-run %s --reference --input ids=%S/data/pool-mean/x.npy --input lengths=zeros:[2] 2>&1 \
// RUN:   | FileCheck %s --check-prefix=KIND
// RUN: not attn-run %s --reference --input ids=zeros:[2,900000000000] --input lengths=zeros:[2] 2>&1 \
// RUN:   | FileCheck %s --check-prefix=SIZE
// RUN: not attn-run %s --reference --input ids=zeros:2,3 --input lengths=zeros:[2] 2>&1 \
// RUN:   | FileCheck %s --check-prefix=SHAPE
// RUN: not attn-run %s --reference --input ids=zeros:[2,3] --input lengths=random:1:[2] 2>&1 \
// RUN:   | FileCheck %s --check-prefix=RANGE
// RUN: attn-run %s --reference --describe | FileCheck %s --check-prefix=DESCRIBE

// MISSING: error: no --input for "ids", "lengths"
// NAME: error: the model has no input "other"; it has ids, lengths
// TOKEN: reference-invalid.mlir:{{[0-9]+}}:{{[0-9]+}}: 'attn.embed' op input "ids"[0,0]: 5 is outside [0, 4]
// LENGTH: 'attn.pool' op input "lengths"[0]: 4 is outside [0, 3]
// POSITION: 'attn.positions' op sequence of 5 tokens, the table of positions has 4 rows
// DIMENSION: error: input "lengths": shape [3], expected [B] (dimension B is 2, from input "ids")
// RANK: error: input "ids": shape [2], expected [B,S]
// KIND: error: input "ids": expected integers, as it is tensor<?x?xi32>
// SIZE: error: input "ids": shape [2,900000000000] is larger than the {{[0-9]+}} elements the reference may hold
// SHAPE: error: input "ids": expected a shape such as [2,7], got '2,3'
// RANGE: error: input "lengths": the range of these integers is not known
// DESCRIBE: model embedding
// DESCRIBE-NEXT: input ids: i32 [B,S] in [0, 4]
// DESCRIBE-NEXT: input lengths: i32 [B]
// DESCRIBE-NEXT: output out: f32 [?,2]
func.func @embedding(
    %ids: tensor<?x?xi32> {attn.name = "ids", attn.dims = ["B", "S"]},
    %lengths: tensor<?xi32> {attn.name = "lengths", attn.dims = ["B"]}) -> (tensor<?x2xf32> {attn.name = "out"}) {
  %table = arith.constant dense<1.0> : tensor<5x2xf32>
  %places = arith.constant dense<2.0> : tensor<4x2xf32>
  %x = attn.embed %table, %ids : tensor<5x2xf32>, tensor<?x?xi32>
  %p = attn.positions %places, %ids : tensor<4x2xf32>, tensor<?x?xi32>
  %y = attn.add %x, %p : tensor<?x?x2xf32>, tensor<?x2xf32>
  %out = attn.pool mean %y lengths %lengths : tensor<?x?x2xf32>, tensor<?xi32>
  return %out : tensor<?x2xf32>
}
