// Values are combined by weights that are given.
// RUN: %run_compiled %s %t --sizes B=2,N=7,M=13 --sizes B=1,N=33,M=65 --sizes B=1,N=1,M=1 --sizes B=0,N=3,M=3 \
// RUN:   --sizes B=1,N=3,M=0

func.func @given(
    %p: tensor<?x2x?x?xf32> {attn.name = "p", attn.dims = ["B", "H", "N", "M"]},
    %v: tensor<?x1x?x5xf32> {attn.name = "v", attn.dims = ["B", "Hv", "M", "E"]})
    -> (tensor<?x2x?x5xf32> {attn.name = "out"}) {
  %out = attn.combine %p, %v : tensor<?x2x?x?xf32>, tensor<?x1x?x5xf32>
  return %out : tensor<?x2x?x5xf32>
}
