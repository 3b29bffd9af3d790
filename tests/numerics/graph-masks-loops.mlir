// Masks joined by `and` to a graph whose nodes see themselves: they may hide a node's own place, for all samples or for one.
// RUN: %run_compiled %s %t --integers dense=0..1 --integers flags=0..1 --sizes B=2,N=20,E=90 --sizes B=1,N=130,E=900 --sizes B=3,N=5,E=300 \
// RUN:   --sizes B=2,N=4,E=0 --sizes B=2,N=0,E=0
// RUN: sed -e 's/i32> {attn.name = "dense"/i1> {attn.name = "dense"/' -e 's/tensor<3x?x?xi32>/tensor<3x?x?xi1>/g' %s > %t.bits.mlir
// RUN: %run_compiled %t.bits.mlir %t.bits --integers flags=0..1 --sizes B=2,N=20,E=90 --sizes B=1,N=130,E=900

func.func @loops(
    %q: tensor<?x3x?x9xf32> {attn.name = "q", attn.dims = ["B", "H", "N", "D"]},
    %v: tensor<?x3x?x17xf32> {attn.name = "v", attn.dims = ["B", "H", "N", "F"]},
    %rowptr: tensor<?xi32> {attn.name = "rowptr", attn.dims = ["N + 1"]},
    %col: tensor<?xi32> {attn.name = "col", attn.dims = ["E"]},
    %flags: tensor<?x?xi32> {attn.name = "flags", attn.dims = ["B", "N"]},
    %dense: tensor<3x?x?xi32> {attn.name = "dense", attn.dims = ["H", "N", "N"]})
    -> (tensor<?x3x?x17xf32> {attn.name = "out"}) {
  %out = attn.attention %q, %q, %v scale 0.3
      where (graph(%rowptr, %col) or window(0, 0, top_left)) and not dense(%dense) and not global(%flags)
      : tensor<?x3x?x9xf32>, tensor<?x3x?x9xf32>, tensor<?x3x?x17xf32>, tensor<?xi32>, tensor<?xi32>, tensor<3x?x?xi32>, tensor<?x?xi32>
  return %out : tensor<?x3x?x17xf32>
}
