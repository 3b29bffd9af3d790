// What masks beside a graph hide is not read: a NaN among the values of node 0 reaches no other node.
// RUN: %run_compiled %s %t --sizes N=20,E=200 --rows v=1,0=nan --sizes N=300,E=4000
// RUN: %run_compiled %s %t --sizes N=1,E=3 --sizes N=0,E=0

func.func @hidden(
    %q: tensor<1x3x?x4xf32> {attn.name = "q", attn.dims = ["B", "H", "N", "D"]},
    %v: tensor<1x3x?x5xf32> {attn.name = "v", attn.dims = ["B", "H", "N", "F"]},
    %rowptr: tensor<?xi32> {attn.name = "rowptr", attn.dims = ["N + 1"]},
    %col: tensor<?xi32> {attn.name = "col", attn.dims = ["E"]}) -> (tensor<1x3x?x5xf32> {attn.name = "out"}) {
  %out = attn.attention %q, %q, %v scale 0.5 where graph(%rowptr, %col) and not prefix(1)
      : tensor<1x3x?x4xf32>, tensor<1x3x?x4xf32>, tensor<1x3x?x5xf32>, tensor<?xi32>, tensor<?xi32>
  return %out : tensor<1x3x?x5xf32>
}
