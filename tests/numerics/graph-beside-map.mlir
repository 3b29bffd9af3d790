// One score that is masked by a graph with and without loops, by another graph and by none: a kernel for each, which makes
// the score again, as no kernel holds the map of another.
// RUN: attnc %s --stop-after=tile -o - | FileCheck %s --check-prefix=KERNELS
// RUN: %run_compiled %s %t --sizes N=20,E=90,F=30 --sizes N=130,E=900,F=0 --sizes N=0,E=0,F=0
// KERNELS-COUNT-3: strategy = edges
// KERNELS-NOT: strategy = edges

func.func @beside(
    %q: tensor<1x3x?x9xf32> {attn.name = "q", attn.dims = ["B", "H", "N", "D"]},
    %v: tensor<1x3x?x17xf32> {attn.name = "v", attn.dims = ["B", "H", "N", "W"]},
    %rowptr: tensor<?xi32> {attn.name = "rowptr", attn.dims = ["N + 1"]}, %col: tensor<?xi32> {attn.name = "col", attn.dims = ["E"]},
    %rowptr2: tensor<?xi32> {attn.name = "rowptr2", attn.dims = ["N + 1"]}, %col2: tensor<?xi32> {attn.name = "col2", attn.dims = ["F"]})
    -> (tensor<1x3x?x17xf32> {attn.name = "edges"}, tensor<1x3x?x17xf32> {attn.name = "loops"},
        tensor<1x3x?x17xf32> {attn.name = "others"}, tensor<1x3x?x17xf32> {attn.name = "all"}) {
  %edges = attn.attention %q, %q, %v scale 0.3 where graph(%rowptr, %col)
      : tensor<1x3x?x9xf32>, tensor<1x3x?x9xf32>, tensor<1x3x?x17xf32>, tensor<?xi32>, tensor<?xi32>
  %loops = attn.attention %q, %q, %v scale 0.3 where graph(%rowptr, %col) or window(0, 0, top_left)
      : tensor<1x3x?x9xf32>, tensor<1x3x?x9xf32>, tensor<1x3x?x17xf32>, tensor<?xi32>, tensor<?xi32>
  %others = attn.attention %q, %q, %v scale 0.3 where graph(%rowptr2, %col2)
      : tensor<1x3x?x9xf32>, tensor<1x3x?x9xf32>, tensor<1x3x?x17xf32>, tensor<?xi32>, tensor<?xi32>
  %all = attn.attention %q, %q, %v scale 0.3 : tensor<1x3x?x9xf32>, tensor<1x3x?x9xf32>, tensor<1x3x?x17xf32>
  return %edges, %loops, %others, %all
      : tensor<1x3x?x17xf32>, tensor<1x3x?x17xf32>, tensor<1x3x?x17xf32>, tensor<1x3x?x17xf32>
}
