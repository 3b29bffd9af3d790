// What is not computed along the edges of a graph, and what else than that declines a graph.
// RUN: split-file %s %t
// RUN: not attnc %t/beside.mlir --stop-after=tile -o - 2>&1 | FileCheck %s --check-prefix=BESIDE
// RUN: not attnc %t/hidden.mlir --stop-after=tile -o - 2>&1 | FileCheck %s --check-prefix=BESIDE
// RUN: not attnc %t/graphs.mlir --stop-after=tile -o - 2>&1 | FileCheck %s --check-prefix=BESIDE
// RUN: not attnc %t/two.mlir --stop-after=tile -o - 2>&1 | FileCheck %s --check-prefix=TWO
// RUN: not attnc %t/computed.mlir --stop-after=tile -o - 2>&1 | FileCheck %s --check-prefix=COMPUTED
// RUN: not attnc %t/loops.mlir --stop-after=tile -o - 2>&1 | FileCheck %s --check-prefix=LOOPS
// RUN: not attnc %t/leaves.mlir --stop-after=tile -o - 2>&1 | FileCheck %s --check-prefix=LEAVES
// RUN: not attnc %t/columns.mlir --stop-after=tile -o - 2>&1 | FileCheck %s --check-prefix=COLUMNS
// RUN: not attnc %t/reduced.mlir --stop-after=tile -o - 2>&1 | FileCheck %s --check-prefix=REDUCED
// RUN: not attnc %t/dense.mlir --stop-after=tile -o - 2>&1 | FileCheck %s --check-prefix=DENSE
// RUN: not attnc %t/given.mlir --stop-after=tile -o - 2>&1 | FileCheck %s --check-prefix=GIVEN
// RUN: not attnc %t/top-k.mlir --stop-after=tile -o - 2>&1 | FileCheck %s --check-prefix=TOP-K
// RUN: attnc %t/halide.mlir --backend=halide --stop-after=tile -o - | FileCheck %s --check-prefix=HALIDE
// BESIDE: no back end can compile this: llvm: a mask has places that are no edges; expected graph(..) or graph(..) or window(0, 0, ..), and other masks joined to it by `and`
// TWO: llvm: the maps of one kernel lie along the edges of two graphs
// COMPUTED: llvm: the model computes the graph; expected row pointers and columns to be inputs or weights, which are checked
// LOOPS: llvm: some of its maps have loops, others have not
// LEAVES: llvm: a map along edges leaves the kernel; make it again where it is read, or take its edge_values
// COLUMNS: llvm: only the edges of a node are normalised together
// REDUCED: llvm: only the edges of a node are reduced together
// DENSE: llvm: a map has places that are no edges
// GIVEN: llvm: a map along edges meets a tensor that is none
// TOP-K: llvm: attn.top_k is not computed along edges
// HALIDE-DAG: declined = "halide: maps along the edges of a graph are not held in strips"
// HALIDE-DAG: strategy = edges

//--- beside.mlir
func.func @m(%q: tensor<1x1x?x4xf32> {attn.dims = ["B", "H", "N", "D"]}, %r: tensor<?xi32> {attn.dims = ["N + 1"]}, %c: tensor<?xi32>) -> tensor<1x1x?x4xf32> {
  %o = attn.attention %q, %q, %q scale 1.0 where graph(%r, %c) or causal(top_left)
      : tensor<1x1x?x4xf32>, tensor<1x1x?x4xf32>, tensor<1x1x?x4xf32>, tensor<?xi32>, tensor<?xi32>
  return %o : tensor<1x1x?x4xf32>
}

//--- hidden.mlir
func.func @m(%q: tensor<1x1x?x4xf32> {attn.dims = ["B", "H", "N", "D"]}, %r: tensor<?xi32> {attn.dims = ["N + 1"]}, %c: tensor<?xi32>) -> tensor<1x1x?x4xf32> {
  %o = attn.attention %q, %q, %q scale 1.0 where causal(top_left) and not graph(%r, %c)
      : tensor<1x1x?x4xf32>, tensor<1x1x?x4xf32>, tensor<1x1x?x4xf32>, tensor<?xi32>, tensor<?xi32>
  return %o : tensor<1x1x?x4xf32>
}

//--- graphs.mlir
func.func @m(%q: tensor<1x1x?x4xf32> {attn.dims = ["B", "H", "N", "D"]}, %r: tensor<?xi32> {attn.dims = ["N + 1"]}, %c: tensor<?xi32>) -> tensor<1x1x?x4xf32> {
  %o = attn.attention %q, %q, %q scale 1.0 where graph(%r, %c) and (graph(%r, %c) or window(0, 0, top_left))
      : tensor<1x1x?x4xf32>, tensor<1x1x?x4xf32>, tensor<1x1x?x4xf32>, tensor<?xi32>, tensor<?xi32>
  return %o : tensor<1x1x?x4xf32>
}

//--- two.mlir
func.func @m(%v: tensor<1x?xf32> {attn.dims = ["H", "E"]}, %r: tensor<?xi32> {attn.dims = ["N + 1"]}, %c: tensor<?xi32> {attn.dims = ["E"]},
             %other: tensor<?xi32> {attn.dims = ["F"]}) -> tensor<1x1x?xf32> {
  %s = attn.edge_score %v over %r, %c : tensor<1x?xf32>, tensor<?xi32>, tensor<?xi32>
  %y = attn.edge_values %s over %r, %other : tensor<1x1x?x?xf32>, tensor<?xi32>, tensor<?xi32>
  return %y : tensor<1x1x?xf32>
}

//--- computed.mlir
func.func @m(%q: tensor<1x1x?x4xf32> {attn.dims = ["B", "H", "N", "D"]}, %r: tensor<?xi32> {attn.dims = ["N + 1"]}, %i: tensor<?xi32> {attn.dims = ["E"]}) -> tensor<1x1x?x4xf32> {
  %c = attn.pointwise %i : tensor<?xi32> {
  ^bb0(%x: i32):
    %y = arith.addi %x, %x : i32
    attn.yield %y : i32
  }
  %o = attn.attention %q, %q, %q scale 1.0 where graph(%r, %c)
      : tensor<1x1x?x4xf32>, tensor<1x1x?x4xf32>, tensor<1x1x?x4xf32>, tensor<?xi32>, tensor<?xi32>
  return %o : tensor<1x1x?x4xf32>
}

//--- loops.mlir
func.func @m(%v: tensor<1x?xf32> {attn.dims = ["H", "E"]}, %r: tensor<?xi32> {attn.dims = ["N + 1"]}, %c: tensor<?xi32> {attn.dims = ["E"]}) -> tensor<1x1x?xf32> {
  %s = attn.edge_score %v over %r, %c : tensor<1x?xf32>, tensor<?xi32>, tensor<?xi32>
  %m = attn.mask %s where graph(%r, %c) or window(0, 0, top_left) : tensor<1x1x?x?xf32>, tensor<?xi32>, tensor<?xi32>
  %y = attn.reduce_map sum %m over keys : tensor<1x1x?x?xf32>
  return %y : tensor<1x1x?xf32>
}

//--- leaves.mlir
func.func @m(%v: tensor<1x?xf32> {attn.dims = ["H", "E"]}, %r: tensor<?xi32> {attn.dims = ["N + 1"]}, %c: tensor<?xi32> {attn.dims = ["E"]}) -> tensor<1x1x?x?xf32> {
  %s = attn.edge_score %v over %r, %c : tensor<1x?xf32>, tensor<?xi32>, tensor<?xi32>
  %p = attn.normalize softmax %s : tensor<1x1x?x?xf32>
  return %p : tensor<1x1x?x?xf32>
}

//--- columns.mlir
func.func @m(%v: tensor<1x?xf32> {attn.dims = ["H", "E"]}, %r: tensor<?xi32> {attn.dims = ["N + 1"]}, %c: tensor<?xi32> {attn.dims = ["E"]}) -> tensor<1x1x?xf32> {
  %s = attn.edge_score %v over %r, %c : tensor<1x?xf32>, tensor<?xi32>, tensor<?xi32>
  %p = attn.normalize softmax %s over queries : tensor<1x1x?x?xf32>
  %y = attn.reduce_map sum %p over keys : tensor<1x1x?x?xf32>
  return %y : tensor<1x1x?xf32>
}

//--- reduced.mlir
func.func @m(%v: tensor<1x?xf32> {attn.dims = ["H", "E"]}, %r: tensor<?xi32> {attn.dims = ["N + 1"]}, %c: tensor<?xi32> {attn.dims = ["E"]}) -> tensor<1x1x?xf32> {
  %s = attn.edge_score %v over %r, %c : tensor<1x?xf32>, tensor<?xi32>, tensor<?xi32>
  %y = attn.reduce_map sum %s over queries : tensor<1x1x?x?xf32>
  return %y : tensor<1x1x?xf32>
}

//--- dense.mlir
func.func @m(%q: tensor<1x1x?x4xf32> {attn.dims = ["B", "H", "N", "D"]}, %r: tensor<?xi32> {attn.dims = ["N + 1"]}, %c: tensor<?xi32> {attn.dims = ["E"]}) -> tensor<1x1x?xf32> {
  %s = attn.score dot %q, %q : tensor<1x1x?x4xf32>, tensor<1x1x?x4xf32>
  %p = attn.normalize softmax %s : tensor<1x1x?x?xf32>
  %y = attn.edge_values %p over %r, %c : tensor<1x1x?x?xf32>, tensor<?xi32>, tensor<?xi32>
  return %y : tensor<1x1x?xf32>
}

//--- given.mlir
func.func @m(%v: tensor<1x?xf32> {attn.dims = ["H", "E"]}, %r: tensor<?xi32> {attn.dims = ["N + 1"]}, %c: tensor<?xi32> {attn.dims = ["E"]},
             %g: tensor<1x1x1x1xf32>) -> tensor<1x1x?xf32> {
  %s = attn.edge_score %v over %r, %c : tensor<1x?xf32>, tensor<?xi32>, tensor<?xi32>
  %t = attn.add %s, %g : tensor<1x1x?x?xf32>, tensor<1x1x1x1xf32>
  %y = attn.reduce_map sum %t over keys : tensor<1x1x?x?xf32>
  return %y : tensor<1x1x?xf32>
}

//--- top-k.mlir
func.func @m(%v: tensor<1x?xf32> {attn.dims = ["H", "E"]}, %r: tensor<?xi32> {attn.dims = ["N + 1"]}, %c: tensor<?xi32> {attn.dims = ["E"]}) -> tensor<1x1x?xf32> {
  %s = attn.edge_score %v over %r, %c : tensor<1x?xf32>, tensor<?xi32>, tensor<?xi32>
  %t = attn.top_k %s count 2 : tensor<1x1x?x?xf32>
  %y = attn.reduce_map sum %t over keys : tensor<1x1x?x?xf32>
  return %y : tensor<1x1x?xf32>
}

//--- halide.mlir
func.func @m(%q: tensor<1x1x?x4xf32> {attn.dims = ["B", "H", "N", "D"]}, %r: tensor<?xi32> {attn.dims = ["N + 1"]}, %c: tensor<?xi32> {attn.dims = ["E"]}) -> tensor<1x1x?x4xf32> {
  %o = attn.attention %q, %q, %q scale 1.0 where graph(%r, %c)
      : tensor<1x1x?x4xf32>, tensor<1x1x?x4xf32>, tensor<1x1x?x4xf32>, tensor<?xi32>, tensor<?xi32>
  return %o : tensor<1x1x?x4xf32>
}
