// Keys and values of relative positions, clipped to a distance of 3; and at decoding, where the last query is at the last
// key.
// RUN: sed 's/ALIGNED/top_left/g' %s > %t.1.mlir
// RUN: cd %S/data/relative_1d-keys_and_values && attn-run %t.1.mlir --reference --rtol 1e-9 --atol 1e-9 \
// RUN:   --input q=q.npy --input k=k.npy --input v=v.npy --input rk=rk.npy --input rv=rv.npy \
// RUN:   --expect out=expected_out.npy
// RUN: %run_compiled %t.1.mlir %t --sizes B=2,N=7,M=13 --sizes B=1,N=65,M=64 --sizes B=2,N=1,M=33 \
// RUN:   --sizes B=3,N=17,M=1 --sizes B=1,N=33,M=140 --sizes B=0,N=7,M=13 --sizes B=2,N=0,M=5 --sizes B=2,N=3,M=0 \
// RUN:   --sizes B=1,N=5,M=300 --sizes B=1,N=300,M=5
// RUN: sed 's/ALIGNED/bottom_right/g' %s > %t.2.mlir
// RUN: cd %S/data/relative_1d-decode_offset && attn-run %t.2.mlir --reference --rtol 1e-9 --atol 1e-9 \
// RUN:   --input q=q.npy --input k=k.npy --input v=v.npy --input rk=rk.npy --input rv=rv.npy \
// RUN:   --expect out=expected_out.npy
// RUN: %run_compiled %t.2.mlir %t --sizes B=2,N=7,M=13 --sizes B=1,N=65,M=64 --sizes B=2,N=1,M=33 \
// RUN:   --sizes B=3,N=17,M=1 --sizes B=1,N=33,M=140 --sizes B=0,N=7,M=13 --sizes B=2,N=0,M=5 --sizes B=2,N=3,M=0 \
// RUN:   --sizes B=1,N=5,M=300 --sizes B=1,N=300,M=5

func.func @relative(
    %q: tensor<?x2x?x4xf32> {attn.name = "q", attn.dims = ["B", "H", "N", "D"]},
    %k: tensor<?x2x?x4xf32> {attn.name = "k", attn.dims = ["B", "Hk", "M", "D"]},
    %v: tensor<?x2x?x4xf32> {attn.name = "v", attn.dims = ["B", "Hk", "M", "E"]},
    %rk: tensor<7x4xf32> {attn.name = "rk"}, %rv: tensor<7x4xf32> {attn.name = "rv"})
    -> (tensor<?x2x?x4xf32> {attn.name = "out"}) {
  %s = attn.score dot %q, %k scale 0.5 : tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>
  %r = attn.relative_score %q, %rk like %k aligned ALIGNED scale 0.5 : tensor<?x2x?x4xf32>, tensor<7x4xf32>, tensor<?x2x?x4xf32>
  %t = attn.add %s, %r : tensor<?x2x?x?xf32>, tensor<?x2x?x?xf32>
  %p = attn.normalize softmax %t : tensor<?x2x?x?xf32>
  %out = attn.combine %p, %v relative %rv aligned ALIGNED : tensor<?x2x?x?xf32>, tensor<?x2x?x4xf32>, tensor<7x4xf32>
  return %out : tensor<?x2x?x4xf32>
}
