// The attention of the first encoder-decoders: additive scores of one head over padded keys of another width.
// RUN: cd %S/data/additive_attention-padded_and_empty && attn-run %s --reference --rtol 1e-9 --atol 1e-9 \
// RUN:   --weights=weights.safetensors --input query=query.npy --input keys=keys.npy --input values=values.npy \
// RUN:   --input lengths=lengths.npy --expect out=expected_out.npy
// RUN: %run_compiled %s %t --weights=%S/data/additive_attention-padded_and_empty/weights.safetensors \
// RUN:   --sizes B=2,N=7,M=13 --sizes B=1,N=65,M=64 --sizes B=2,N=1,M=33 --sizes B=3,N=17,M=1 --sizes B=1,N=33,M=140 \
// RUN:   --sizes B=0,N=7,M=13 --sizes B=2,N=0,M=5 --sizes B=2,N=3,M=0

func.func @additive_attention(
    %query: tensor<?x?x4xf32> {attn.name = "query", attn.dims = ["B", "N", "Q"]},
    %keys: tensor<?x?x5xf32> {attn.name = "keys", attn.dims = ["B", "M", "S"]},
    %values: tensor<?x?x3xf32> {attn.name = "values", attn.dims = ["B", "M", "E"]},
    %lengths: tensor<?xi32> {attn.name = "lengths", attn.dims = ["B"]})
    -> (tensor<?x?x3xf32> {attn.name = "out"}) {
  %W = attn.weight "W" : tensor<6x4xf32>
  %b = attn.weight "b" : tensor<6xf32>
  %U = attn.weight "U" : tensor<6x5xf32>
  %a = attn.weight "v" : tensor<6xf32>
  %qp = attn.linear %query, %W, %b : tensor<?x?x4xf32>, tensor<6x4xf32>, tensor<6xf32>
  %kp = attn.linear %keys, %U : tensor<?x?x5xf32>, tensor<6x5xf32>
  %q = attn.split_heads %qp into 1 : tensor<?x?x6xf32>
  %k = attn.split_heads %kp into 1 : tensor<?x?x6xf32>
  %v = attn.split_heads %values into 1 : tensor<?x?x3xf32>
  %s = attn.pair_score %q, %k captures(%a) : tensor<?x1x?x6xf32>, tensor<?x1x?x6xf32>, tensor<6xf32> {
  ^bb0(%x: f32, %y: f32, %h: index, %d: index, %weights: tensor<6xf32>):
    %sum = arith.addf %x, %y : f32
    %t = math.tanh %sum : f32
    %c = tensor.extract %weights[%d] : tensor<6xf32>
    %r = arith.mulf %t, %c : f32
    attn.yield %r : f32
  }
  %m = attn.mask %s where lengths(%lengths) : tensor<?x1x?x?xf32>, tensor<?xi32>
  %p = attn.normalize softmax %m : tensor<?x1x?x?xf32>
  %c = attn.combine %p, %v : tensor<?x1x?x?xf32>, tensor<?x1x?x3xf32>
  %out = attn.merge_heads %c : tensor<?x1x?x3xf32>
  return %out : tensor<?x?x3xf32>
}
