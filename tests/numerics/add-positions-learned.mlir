// The first rows of a table, added to embeddings.
// RUN: cd %S/data/add_positions-learned && attn-run %s --reference --rtol 1e-9 --atol 1e-9 --weights=weights.safetensors \
// RUN:   --input x=x.npy \
// RUN:   --expect out=expected_out.npy
// RUN: %run_compiled %s %t --weights=%S/data/add_positions-learned/weights.safetensors \
// RUN:   --sizes B=1,N=1 --sizes B=2,N=6 --sizes B=3,N=9 --sizes B=0,N=3 --sizes B=2,N=0

func.func @positions(%x: tensor<?x?x6xf32> {attn.name = "x", attn.dims = ["B", "N", "C"]})
    -> (tensor<?x?x6xf32> {attn.name = "out"}) {
  %table = attn.weight "table" : tensor<9x6xf32>
  %tokens = attn.pointwise %x to i32 : tensor<?x?x6xf32> {
  ^bb0(%v: f32):
    %zero = arith.constant 0 : i32
    attn.yield %zero : i32
  }
  %p = attn.positions %table, %tokens : tensor<9x6xf32>, tensor<?x?x6xi32>
  %out = attn.add %x, %p : tensor<?x?x6xf32>, tensor<?x6xf32>
  return %out : tensor<?x?x6xf32>
}
