// Scaled dot-product attention; sizes that no tile divides.
// RUN: cd %S/data/attention-plain_prime && attn-run %s --reference --rtol 1e-9 --atol 1e-9 \
// RUN:   --input q=q.npy --input k=k.npy --input v=v.npy --expect out=expected_out.npy
// RUN: %run_compiled %s %t --sizes B=2,N=7,M=13 --sizes B=1,N=65,M=64 --sizes B=2,N=1,M=513 --sizes B=3,N=17,M=1 \
// RUN:   --sizes B=1,N=100,M=1100 --sizes B=0,N=7,M=13 --sizes B=2,N=0,M=5 --sizes B=2,N=3,M=0
// As it is computed online, by tiles of keys.
// RUN: sed 's/x3x/x2x/g; s/x5xf32/x4xf32/g; s/scale [0-9.]*/scale 0.5/' %s > %t.online.mlir
// RUN: cd %S/data/attention_online-tile4 && attn-run %t.online.mlir --reference --rtol 1e-9 --atol 1e-9 \
// RUN:   --input q=q.npy --input k=k.npy --input v=v.npy --expect out=expected_out.npy
// RUN: %run_compiled %t.online.mlir %t --sizes B=1,N=6,M=13

func.func @attention(
    %q: tensor<?x3x?x5xf32> {attn.name = "q", attn.dims = ["B", "H", "N", "D"]},
    %k: tensor<?x3x?x5xf32> {attn.name = "k", attn.dims = ["B", "Hk", "M", "D"]},
    %v: tensor<?x3x?x5xf32> {attn.name = "v", attn.dims = ["B", "Hk", "M", "E"]})
    -> (tensor<?x3x?x5xf32> {attn.name = "out"}) {
  %out = attn.attention %q, %k, %v scale 0.4472135954999579
      : tensor<?x3x?x5xf32>, tensor<?x3x?x5xf32>, tensor<?x3x?x5xf32>
  return %out : tensor<?x3x?x5xf32>
}
