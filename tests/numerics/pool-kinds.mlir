// Mean, sum and maximum over all tokens and over real ones; 0 for a sample without any.
// RUN: cd %S/data/pool-max && attn-run %s --reference --rtol 1e-9 --atol 1e-9 \
// RUN:   --input x=x.npy --input lengths=lengths.npy --expect max=expected_out.npy
// RUN: %run_compiled %s %t --sizes B=1,N=1 --sizes B=2,N=6 --sizes B=7,N=65 --sizes B=0,N=3 --sizes B=2,N=0

func.func @pool(%x: tensor<?x?x4xf32> {attn.name = "x", attn.dims = ["B", "N", "C"]},
                %lengths: tensor<?xi32> {attn.name = "lengths", attn.dims = ["B"]})
    -> (tensor<?x4xf32> {attn.name = "max"}, tensor<?x4xf32> {attn.name = "sum"}, tensor<?x4xf32> {attn.name = "most"},
        tensor<?x4xf32> {attn.name = "all"}, tensor<?x4xf32> {attn.name = "mean"}) {
  %max = attn.pool max %x lengths %lengths : tensor<?x?x4xf32>, tensor<?xi32>
  %sum = attn.pool sum %x lengths %lengths : tensor<?x?x4xf32>, tensor<?xi32>
  %most = attn.pool max %x : tensor<?x?x4xf32>
  %all = attn.pool sum %x : tensor<?x?x4xf32>
  %mean = attn.pool mean %x : tensor<?x?x4xf32>
  return %max, %sum, %most, %all, %mean
      : tensor<?x4xf32>, tensor<?x4xf32>, tensor<?x4xf32>, tensor<?x4xf32>, tensor<?x4xf32>
}
