// Attention as it is computed online, by tiles of keys: a tile may hold no visible key, and query 2 sees none at all.
// RUN: cd %S/data/attention_online-dead_row && attn-run %s --reference --rtol 1e-9 --atol 1e-9 \
// RUN:   --input q=q.npy --input k=k.npy --input v=v.npy --expect out=expected_out.npy
// RUN: %run_compiled %s %t --sizes B=1,N=6,M=9 --sizes B=2,N=33,M=17 --sizes B=3,N=3,M=1 --sizes B=0,N=3,M=4 --sizes B=2,N=0,M=5 --sizes B=2,N=3,M=0

func.func @attention(
    %q: tensor<?x2x?x4xf32> {attn.name = "q", attn.dims = ["B", "H", "N", "D"]},
    %k: tensor<?x2x?x4xf32> {attn.name = "k", attn.dims = ["B", "Hk", "M", "D"]},
    %v: tensor<?x2x?x4xf32> {attn.name = "v", attn.dims = ["B", "Hk", "M", "E"]})
    -> (tensor<?x2x?x4xf32> {attn.name = "out"}) {
  %s = attn.score dot %q, %k scale 0.5 : tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>
  %m = attn.mask %s where window(2, 1, top_left) and predicate : tensor<?x2x?x?xf32> {
  ^bb0(%b: index, %h: index, %i: index, %j: index):
    %two = arith.constant 2 : index
    %sees = arith.cmpi ne, %i, %two : index
    attn.yield %sees : i1
  }
  %p = attn.normalize softmax %m : tensor<?x2x?x?xf32>
  %out = attn.combine %p, %v : tensor<?x2x?x?xf32>, tensor<?x2x?x4xf32>
  return %out : tensor<?x2x?x4xf32>
}
