// Queries and keys with ids of their own, causally.
// RUN: cd %S/data/mask-segments_cross && attn-run %s --reference --rtol 1e-9 --atol 1e-9 \
// RUN:   --input q=q.npy --input k=k.npy --input v=v.npy --input ids=ids.npy --input key_ids=key_ids.npy --expect out=expected_out.npy
// RUN: %run_compiled %s %t --sizes B=2,N=7,M=13 --sizes B=1,N=65,M=64 --sizes B=2,N=1,M=513 --sizes B=3,N=17,M=1 \
// RUN:   --sizes B=1,N=100,M=1100 --sizes B=0,N=7,M=13 --sizes B=2,N=0,M=5 --sizes B=2,N=3,M=0 \
// RUN:   --integers ids=0..2 --integers key_ids=0..2
// RUN: %run_compiled %s %t --sizes B=2,N=100,M=700 --integers ids=0..20:sorted --integers key_ids=0..20:sorted

func.func @attention(
    %q: tensor<?x2x?x4xf32> {attn.name = "q", attn.dims = ["B", "H", "N", "D"]},
    %k: tensor<?x2x?x4xf32> {attn.name = "k", attn.dims = ["B", "H", "M", "D"]},
    %v: tensor<?x2x?x4xf32> {attn.name = "v", attn.dims = ["B", "H", "M", "D"]},
    %ids: tensor<?x?xi32> {attn.name = "ids", attn.dims = ["B", "N"]},
    %key_ids: tensor<?x?xi32> {attn.name = "key_ids", attn.dims = ["B", "M"]})
    -> (tensor<?x2x?x4xf32> {attn.name = "out"}) {
  %out = attn.attention %q, %k, %v scale 0.5
      where causal(top_left) and segments(%ids, %key_ids)
      : tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>, tensor<?x?xi32>, tensor<?x?xi32>
  return %out : tensor<?x2x?x4xf32>
}
