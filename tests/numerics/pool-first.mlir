// The row of the first token.
// RUN: cd %S/data/pool-first && attn-run %s --reference --rtol 1e-9 --atol 1e-9 \
// RUN:   --input x=x.npy \
// RUN:   --expect out=expected_out.npy
// RUN: %run_compiled %s %t \
// RUN:   --sizes B=1,N=1 --sizes B=3,N=5 --sizes B=0,N=2 --sizes B=2,N=0

func.func @pool(%x: tensor<?x?x4xf32> {attn.name = "x", attn.dims = ["B", "N", "C"]}) -> (tensor<?x4xf32> {attn.name = "out"}) {
  %out = attn.rearrange %x sizes affine_map<(b, n, c) -> (b, c)> from affine_map<(b, c) -> (b, 0, c)> : tensor<?x?x4xf32>
  return %out : tensor<?x4xf32>
}
