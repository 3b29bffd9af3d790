// Mean over the real tokens of each sample; 0 for a sample without any.
// RUN: cd %S/data/pool-mean && attn-run %s --reference --rtol 1e-9 --atol 1e-9 \
// RUN:   --input x=x.npy --input lengths=lengths.npy --expect out=expected_out.npy
// RUN: %run_compiled %s %t --sizes B=1,N=1 --sizes B=2,N=6 --sizes B=7,N=65 --sizes B=0,N=3 --sizes B=2,N=0

func.func @mean_pool(%x: tensor<?x?x4xf32> {attn.name = "x", attn.dims = ["B", "N", "C"]},
                     %lengths: tensor<?xi32> {attn.name = "lengths", attn.dims = ["B"]})
    -> (tensor<?x4xf32> {attn.name = "out"}) {
  %out = attn.pool mean %x lengths %lengths : tensor<?x?x4xf32>, tensor<?xi32>
  return %out : tensor<?x4xf32>
}
