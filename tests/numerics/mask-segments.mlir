// Tokens of one document see each other. Ids that stand in order let most of the map be skipped; others do not.
// RUN: cd %S/data/mask-segments && attn-run %s --reference --rtol 1e-9 --atol 1e-9 \
// RUN:   --input q=q.npy --input k=k.npy --input v=v.npy --input ids=ids.npy --expect out=expected_out.npy
// RUN: %run_compiled %s %t --sizes B=2,N=7 --sizes B=1,N=65 --sizes B=2,N=1 --sizes B=3,N=17 --sizes B=1,N=600 \
// RUN:   --sizes B=0,N=7 --sizes B=2,N=0 --integers ids=0..3
// RUN: %run_compiled %s %t --sizes B=2,N=700 --sizes B=3,N=65 --integers ids=-2..9:sorted

func.func @attention(
    %q: tensor<?x2x?x4xf32> {attn.name = "q", attn.dims = ["B", "H", "N", "D"]},
    %k: tensor<?x2x?x4xf32> {attn.name = "k", attn.dims = ["B", "H", "N", "D"]},
    %v: tensor<?x2x?x4xf32> {attn.name = "v", attn.dims = ["B", "H", "N", "D"]},
    %ids: tensor<?x?xi32> {attn.name = "ids", attn.dims = ["B", "N"]})
    -> (tensor<?x2x?x4xf32> {attn.name = "out"}) {
  %out = attn.attention %q, %k, %v scale 0.5
      where segments(%ids)
      : tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>, tensor<?x?xi32>
  return %out : tensor<?x2x?x4xf32>
}
