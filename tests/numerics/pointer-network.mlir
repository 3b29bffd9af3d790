// The output is where additive attention points (Vinyals et al. 2015).
// RUN: cd %S/data/pointer_network-padded && attn-run %s --reference --rtol 1e-9 --atol 1e-9 --weights=weights.safetensors \
// RUN:   --input query=query.npy --input keys=keys.npy --input lengths=lengths.npy \
// RUN:   --expect dist=expected_dist.npy --expect choice=expected_choice.npy
// RUN: %run_compiled %s %t --weights=%S/data/pointer_network-padded/weights.safetensors \
// RUN:   --sizes B=2,T=3,N=6 --sizes B=1,T=1,N=1 --sizes B=2,T=17,N=70 --sizes B=0,T=2,N=3 --sizes B=2,T=2,N=0

func.func @pointer_network(
    %query: tensor<?x?x4xf32> {attn.name = "query", attn.dims = ["B", "T", "Q"]},
    %keys: tensor<?x?x5xf32> {attn.name = "keys", attn.dims = ["B", "N", "S"]},
    %lengths: tensor<?xi32> {attn.name = "lengths", attn.dims = ["B"]})
    -> (tensor<?x?x?xf32> {attn.name = "dist"}, tensor<?x?xi32> {attn.name = "choice"}) {
  %W = attn.weight "W" : tensor<6x4xf32>
  %b = attn.weight "b" : tensor<6xf32>
  %U = attn.weight "U" : tensor<6x5xf32>
  %a = attn.weight "v" : tensor<6xf32>
  %qp = attn.linear %query, %W, %b : tensor<?x?x4xf32>, tensor<6x4xf32>, tensor<6xf32>
  %kp = attn.linear %keys, %U : tensor<?x?x5xf32>, tensor<6x5xf32>
  %q = attn.split_heads %qp into 1 : tensor<?x?x6xf32>
  %k = attn.split_heads %kp into 1 : tensor<?x?x6xf32>
  %s = attn.score additive %q, %k with %a : tensor<?x1x?x6xf32>, tensor<?x1x?x6xf32>, tensor<6xf32>
  %m = attn.mask %s where lengths(%lengths) : tensor<?x1x?x?xf32>, tensor<?xi32>
  %p = attn.normalize softmax %m : tensor<?x1x?x?xf32>
  %dist = attn.rearrange %p sizes affine_map<(b, h, t, n) -> (b, t, n)> from affine_map<(b, t, n) -> (b, 0, t, n)> : tensor<?x1x?x?xf32>
  %choice = attn.argmax %dist : tensor<?x?x?xf32>
  return %dist, %choice : tensor<?x?x?xf32>, tensor<?x?xi32>
}
