// A graph is checked before anything is computed, by compiled code and by the reference: row pointers rise from 0 to the
// number of edges, columns are nodes, ids are groups or -1.
// RUN: attnc %s -o %t.so && attn-run %t.so --describe | FileCheck %s --check-prefix=DESCRIBE
// RUN: attnc %s -o %t.h && FileCheck %s --check-prefix=HEADER < %t.h
// RUN: %python -c "import sys; sys.path.insert(0, '%S/..'); from run_compiled import write_npy as w; \
// RUN:   [w('%t.%%s.npy' %% n, [len(x)], x) for n, x in dict(good=[0, 2, 2, 3], start=[1, 2, 2, 3], fall=[0, 2, 1, 3], \
// RUN:    short=[0, 2, 2, 2], edges=[2, 0, 2], beyond=[0, 3, 1], below=[0, 1, -1], ids=[0, -1, 3], id=[0, -2, 1], \
// RUN:    none=[]).items()]"
// RUN: attn-run %t.so --input x=iota:[1,1,3,1] --input rows=zeros:[3,1] --input rowptr=%t.good.npy --input col=%t.edges.npy --input ids=%t.ids.npy \
// RUN:   --expect-reference=%s
// RUN: not attn-run %t.so --input x=iota:[1,1,3,1] --input rows=zeros:[3,1] --input rowptr=%t.start.npy --input col=%t.edges.npy --input ids=%t.ids.npy \
// RUN:   2>&1 | FileCheck %s --check-prefix=START
// RUN: not attn-run %t.so --input x=iota:[1,1,3,1] --input rows=zeros:[3,1] --input rowptr=%t.fall.npy --input col=%t.edges.npy --input ids=%t.ids.npy \
// RUN:   2>&1 | FileCheck %s --check-prefix=FALL
// RUN: not attn-run %t.so --input x=iota:[1,1,3,1] --input rows=zeros:[3,1] --input rowptr=%t.short.npy --input col=%t.edges.npy --input ids=%t.ids.npy \
// RUN:   2>&1 | FileCheck %s --check-prefix=SHORT
// RUN: not attn-run %t.so --input x=iota:[1,1,3,1] --input rows=zeros:[3,1] --input rowptr=%t.good.npy --input col=%t.beyond.npy --input ids=%t.ids.npy \
// RUN:   2>&1 | FileCheck %s --check-prefix=BEYOND
// RUN: not attn-run %t.so --input x=iota:[1,1,3,1] --input rows=zeros:[3,1] --input rowptr=%t.good.npy --input col=%t.below.npy --input ids=%t.ids.npy \
// RUN:   2>&1 | FileCheck %s --check-prefix=BELOW
// RUN: not attn-run %t.so --input x=iota:[1,1,3,1] --input rows=zeros:[3,1] --input rowptr=%t.good.npy --input col=%t.edges.npy --input ids=%t.id.npy \
// RUN:   2>&1 | FileCheck %s --check-prefix=GROUP
// RUN: not attn-run %t.so --input x=iota:[1,1,4,1] --input rows=zeros:[4,1] --input rowptr=%t.good.npy --input col=%t.edges.npy --input ids=%t.ids.npy \
// RUN:   2>&1 | FileCheck %s --check-prefix=NODES
// RUN: not attn-run %t.so --input x=iota:[1,1,3,1] --input rows=zeros:[3,1] --input rowptr=%t.none.npy --input col=%t.edges.npy --input ids=%t.ids.npy \
// RUN:   2>&1 | FileCheck %s --check-prefix=POINTERS
// RUN: not attn-run %s --reference --input x=iota:[1,1,3,1] --input rows=zeros:[3,1] --input rowptr=%t.start.npy --input col=%t.edges.npy \
// RUN:   --input ids=%t.ids.npy 2>&1 | FileCheck %s --check-prefix=REFERENCE-START
// RUN: not attn-run %s --reference --input x=iota:[1,1,3,1] --input rows=zeros:[3,1] --input rowptr=%t.fall.npy --input col=%t.edges.npy \
// RUN:   --input ids=%t.ids.npy 2>&1 | FileCheck %s --check-prefix=REFERENCE-FALL
// RUN: not attn-run %s --reference --input x=iota:[1,1,3,1] --input rows=zeros:[3,1] --input rowptr=%t.short.npy --input col=%t.edges.npy \
// RUN:   --input ids=%t.ids.npy 2>&1 | FileCheck %s --check-prefix=REFERENCE-SHORT
// RUN: not attn-run %s --reference --input x=iota:[1,1,3,1] --input rows=zeros:[3,1] --input rowptr=%t.good.npy --input col=%t.beyond.npy \
// RUN:   --input ids=%t.ids.npy 2>&1 | FileCheck %s --check-prefix=REFERENCE-BEYOND
// RUN: not attn-run %s --reference --input x=iota:[1,1,3,1] --input rows=zeros:[3,1] --input rowptr=%t.good.npy --input col=%t.edges.npy \
// RUN:   --input ids=%t.id.npy 2>&1 | FileCheck %s --check-prefix=REFERENCE-GROUP
// RUN: not attn-run %s --reference --input x=iota:[1,1,3,1] --input rows=zeros:[3,1] --input rowptr=%t.none.npy --input col=%t.edges.npy \
// RUN:   --input ids=%t.ids.npy 2>&1 | FileCheck %s --check-prefix=REFERENCE-POINTERS
// RUN: not attn-run %s --reference --input x=iota:[1,1,4,1] --input rows=zeros:[4,1] --input rowptr=%t.good.npy --input col=%t.edges.npy \
// RUN:   --input ids=%t.ids.npy 2>&1 | FileCheck %s --check-prefix=REFERENCE-NODES

// DESCRIBE: input rowptr: i32 [N + 1]
// DESCRIBE: input col: i32 [E]
// HEADER: rowptr: i32[N + 1]
// HEADER: rowptr rises from 0 to E
// HEADER: every element of col lies in [0, N)
// HEADER: every element of ids lies in [-1, 3]
// START: input 1 "rowptr"[0]: 1, expected 0
// FALL: input 1 "rowptr"[2]: 1, expected no less than 2
// SHORT: input 1 "rowptr"[3]: 2, expected 3
// BEYOND: input 2 "col"[1]: 3 is outside [0, 2]
// BELOW: input 2 "col"[2]: -1 is outside [0, 2]
// GROUP: input 3 "ids"[1]: -2 is outside [-1, 3]
// NODES: input 1 "rowptr": shape [4], expected [5] (dimension N is 4, from input 0 "x")
// POINTERS: input 1 "rowptr": shape [0], expected [4]
// REFERENCE-START: input "rowptr"[0]: 1, expected 0
// REFERENCE-FALL: input "rowptr"[2]: 1, expected no less than 2
// REFERENCE-SHORT: input "rowptr"[3]: 2, expected 3
// REFERENCE-BEYOND: input "col"[1]: 3 is outside [0, 2]
// REFERENCE-GROUP: input "ids"[1]: -2 is outside [-1, 3]
// REFERENCE-POINTERS: input "rowptr": shape [0], expected [N + 1]
// REFERENCE-NODES: input "rowptr": shape [4], expected [N + 1] (dimension N is 4, from input "x")

func.func @m(
    %x: tensor<1x1x?x1xf32> {attn.name = "x", attn.dims = ["B", "H", "N", "D"]},
    %rowptr: tensor<?xi32> {attn.name = "rowptr", attn.dims = ["N + 1"]},
    %col: tensor<?xi32> {attn.name = "col", attn.dims = ["E"]},
    %ids: tensor<?xi32> {attn.name = "ids", attn.dims = ["N"]},
    %rows: tensor<?x1xf32> {attn.name = "rows", attn.dims = ["N", "C"]})
    -> (tensor<1x1x?xf32> {attn.name = "sums"}, tensor<4x1xf32> {attn.name = "pooled"}) {
  %s = attn.score dot %x, %x : tensor<1x1x?x1xf32>, tensor<1x1x?x1xf32>
  %m = attn.mask %s where graph(%rowptr, %col) : tensor<1x1x?x?xf32>, tensor<?xi32>, tensor<?xi32>
  %sums = attn.reduce_map sum %m over keys : tensor<1x1x?x?xf32>
  %pooled = attn.segment_pool max %rows ids %ids groups 4 : tensor<?x1xf32>, tensor<?xi32>
  return %sums, %pooled : tensor<1x1x?xf32>, tensor<4x1xf32>
}
