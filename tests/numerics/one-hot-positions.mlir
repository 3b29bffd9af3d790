// A position as a one-hot row beside the embedding: the linear of both is that of the embedding and a row of a table.
// RUN: cd %S/data/one_hot_positions-basic && attn-run %s --reference --rtol 1e-9 --atol 1e-9 --weights=weights.safetensors \
// RUN:   --input x=x.npy \
// RUN:   --expect out=expected_out.npy
// RUN: %run_compiled %s %t --weights=%S/data/one_hot_positions-basic/weights.safetensors \
// RUN:   --sizes B=1,N=1 --sizes B=2,N=6 --sizes B=3,N=17 --sizes B=0,N=3 --sizes B=2,N=0

func.func @positions(%x: tensor<?x?x4xf32> {attn.name = "x", attn.dims = ["B", "N", "C"]})
    -> (tensor<?x?x3xf32> {attn.name = "out"}) {
  %places = attn.rearrange %x sizes affine_map<(b, n, c) -> (b, n, 8)> from affine_map<(b, n, p) -> (b, n, 0)> : tensor<?x?x4xf32>
  %hot = attn.pointwise %places indexed : tensor<?x?x8xf32> {
  ^bb0(%v: f32, %b: index, %n: index, %p: index):
    %is = arith.cmpi eq, %n, %p : index
    %r = arith.uitofp %is : i1 to f32
    attn.yield %r : f32
  }
  %wx = attn.weight "wx" : tensor<3x4xf32>
  %wp = attn.weight "wp" : tensor<3x8xf32>
  %y = attn.linear %x, %wx : tensor<?x?x4xf32>, tensor<3x4xf32>
  %p = attn.linear %hot, %wp : tensor<?x?x8xf32>, tensor<3x8xf32>
  %out = attn.add %y, %p : tensor<?x?x3xf32>, tensor<?x?x3xf32>
  return %out : tensor<?x?x3xf32>
}
