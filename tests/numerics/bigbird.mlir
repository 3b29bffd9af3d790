// BigBird (Zaheer et al. 2020): the first and the last block see all and are seen by all; the others see their
// neighbours and blocks of a table. Rows of padding are 0.
// RUN: cd %S/data/bigbird-eight_blocks && attn-run %s --reference --rtol 1e-9 --atol 1e-9 --input q=q.npy --input k=k.npy \
// RUN:   --input v=v.npy --input table=table.npy --input lengths=lengths.npy --input kept=kept.npy --expect out=expected_out.npy
// RUN: %run_compiled %s %t --sizes B=2,N=24,P=8 --sizes B=1,N=300,P=100 --sizes B=2,N=3,P=1 --sizes B=0,N=9,P=3 \
// RUN:   --sizes B=1,N=0,P=1 --integers table=-1..7
// RUN: %run_compiled %s %t --sizes B=1,N=1203,P=401 --integers table=0..400

func.func @bigbird(
    %q: tensor<?x2x?x4xf32> {attn.name = "q", attn.dims = ["B", "H", "N", "D"]},
    %k: tensor<?x2x?x4xf32> {attn.name = "k", attn.dims = ["B", "H", "N", "D"]},
    %v: tensor<?x2x?x4xf32> {attn.name = "v", attn.dims = ["B", "H", "N", "D"]},
    %table: tensor<2x?x2xi32> {attn.name = "table", attn.dims = ["H", "P", "R"]},
    %lengths: tensor<?xi32> {attn.name = "lengths", attn.dims = ["B"]},
    %kept: tensor<?x1x?x1xf32> {attn.name = "kept", attn.dims = ["B", "one", "N", "one"]})
    -> (tensor<?x2x?x4xf32> {attn.name = "out"}) {
  %all = attn.attention %q, %k, %v scale 0.5
      where (blocks(3, 3, 1, 1) or global(3, 3) or listed(%table, 3)) and lengths(%lengths)
      : tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>, tensor<2x?x2xi32>, tensor<?xi32>
  %out = attn.pointwise %all, %kept : tensor<?x2x?x4xf32>, tensor<?x1x?x1xf32> {
  ^bb0(%x: f32, %there: f32):
    %zero = arith.constant 0.0 : f32
    %on = arith.cmpf ogt, %there, %zero : f32
    %y = arith.select %on, %x, %zero : f32
    attn.yield %y : f32
  }
  return %out : tensor<?x2x?x4xf32>
}
