// Attention to no key at all: 0.
// RUN: cd %S/data/attention-zero_keys && attn-run %s --reference --rtol 1e-9 --atol 1e-9 \
// RUN:   --input q=q.npy --input k=k.npy --input v=v.npy \
// RUN:   --expect out=expected_out.npy
// RUN: %run_compiled %s %t \
// RUN:   --sizes B=1,N=3,M=0 --sizes B=2,N=1,M=0 --sizes B=2,N=9,M=1

func.func @attention(%q: tensor<?x2x?x4xf32> {attn.name = "q", attn.dims = ["B", "H", "N", "D"]},
                     %k: tensor<?x2x?x4xf32> {attn.name = "k", attn.dims = ["B", "H", "M", "D"]},
                     %v: tensor<?x2x?x4xf32> {attn.name = "v", attn.dims = ["B", "H", "M", "D"]})
    -> (tensor<?x2x?x4xf32> {attn.name = "out"}) {
  %out = attn.attention %q, %k, %v scale 0.5 : tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>
  return %out : tensor<?x2x?x4xf32>
}
