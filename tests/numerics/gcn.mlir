// Graph convolution (Kipf & Welling 2017): neighbours weighed by 1 / sqrt(d_i d_j), d the number of a node's neighbours and
// itself. The degrees come of a map of ones; what the second map shares with it is made again.
// RUN: cd %S/data/gcn-loops && attn-run %s --reference --rtol 1e-9 --atol 1e-9 --weights=weights.safetensors \
// RUN:   --input x=x.npy --input rowptr=rowptr.npy --input col=col.npy --expect out=expected_out.npy
// RUN: %run_compiled %s %t --weights=%S/data/gcn-loops/weights.safetensors --sizes N=13,E=40 --sizes N=170,E=900 \
// RUN:   --sizes N=0,E=0 --sizes N=3,E=0
// RUN: sed 's/ or window(0, 0, top_left)//' %s > %t.mlir
// RUN: cd %S/data/gcn-no_loops && attn-run %t.mlir --reference --rtol 1e-9 --atol 1e-9 --weights=weights.safetensors \
// RUN:   --input x=x.npy --input rowptr=rowptr.npy --input col=col.npy --expect out=expected_out.npy
// RUN: %run_compiled %t.mlir %t --weights=%S/data/gcn-no_loops/weights.safetensors --sizes N=13,E=40 --sizes N=170,E=300

func.func @gcn(
    %x: tensor<1x?x6xf32> {attn.name = "x", attn.dims = ["one", "N", "C"]},
    %rowptr: tensor<?xi32> {attn.name = "rowptr", attn.dims = ["N + 1"]},
    %col: tensor<?xi32> {attn.name = "col", attn.dims = ["E"]})
    -> (tensor<1x?x4xf32> {attn.name = "out"}) {
  %w = attn.weight "w" : tensor<4x6xf32>
  %b = attn.weight "b" : tensor<4xf32>
  %rows = attn.linear %x, %w : tensor<1x?x6xf32>, tensor<4x6xf32>
  %h = attn.split_heads %rows into 1 : tensor<1x?x4xf32>
  %s = attn.score dot %h, %h : tensor<1x1x?x4xf32>, tensor<1x1x?x4xf32>
  %m = attn.mask %s where graph(%rowptr, %col) or window(0, 0, top_left) : tensor<1x1x?x?xf32>, tensor<?xi32>, tensor<?xi32>
  %ones = attn.modify %m : tensor<1x1x?x?xf32> {
  ^bb0(%v: f32, %n: index, %head: index, %i: index, %j: index):
    %one = arith.constant 1.0 : f32
    attn.yield %one : f32
  }
  %degrees = attn.reduce_map sum %ones over keys : tensor<1x1x?x?xf32>
  %r = attn.pointwise %degrees : tensor<1x1x?xf32> {
  ^bb0(%d: f32):
    %zero = arith.constant 0.0 : f32
    %one = arith.constant 1.0 : f32
    %root = math.sqrt %d : f32
    %inverse = arith.divf %one, %root : f32
    %some = arith.cmpf ogt, %d, %zero : f32
    %y = arith.select %some, %inverse, %zero : f32
    attn.yield %y : f32
  }
  %weights = attn.modify %m captures(%r) : tensor<1x1x?x?xf32>, tensor<1x1x?xf32> {
  ^bb0(%v: f32, %n: index, %head: index, %i: index, %j: index, %roots: tensor<1x1x?xf32>):
    %ri = tensor.extract %roots[%n, %head, %i] : tensor<1x1x?xf32>
    %rj = tensor.extract %roots[%n, %head, %j] : tensor<1x1x?xf32>
    %y = arith.mulf %ri, %rj : f32
    attn.yield %y : f32
  }
  %o = attn.combine %weights, %h : tensor<1x1x?x?xf32>, tensor<1x1x?x4xf32>
  %merged = attn.merge_heads %o : tensor<1x1x?x4xf32>
  %sum = attn.add %merged, %b : tensor<1x?x4xf32>, tensor<4xf32>
  %y = attn.activation relu %sum : tensor<1x?x4xf32>
  return %y : tensor<1x?x4xf32>
}
