// Scores that a network of each token gives, of which the first N are taken: the last product is one with shared keys.
// RUN: cd %S/data/synthesizer-dense && attn-run %s --reference --rtol 1e-9 --atol 1e-9 --weights=weights.safetensors \
// RUN:   --input x=x.npy --input v=v.npy --expect out=expected_out.npy --expect map=expected_map.npy
// RUN: %run_compiled %s %t --weights=%S/data/synthesizer-dense/weights.safetensors --sizes B=2,N=7 --sizes B=1,N=12 \
// RUN:   --sizes B=3,N=1 --sizes B=0,N=7 --sizes B=2,N=0

func.func @synthesizer(
    %x: tensor<?x?x6xf32> {attn.name = "x", attn.dims = ["B", "N", "C"]},
    %v: tensor<?x2x?x4xf32> {attn.name = "v", attn.dims = ["B", "H", "N", "E"]})
    -> (tensor<?x2x?x4xf32> {attn.name = "out"}, tensor<?x2x?x?xf32> {attn.name = "map"}) {
  %W1 = attn.weight "W1" : tensor<16x6xf32>
  %b1 = attn.weight "b1" : tensor<16xf32>
  %W2 = attn.weight "W2" : tensor<2x12x8xf32>
  %b2 = attn.weight "b2" : tensor<2x12xf32>
  %f = attn.linear %x, %W1, %b1 : tensor<?x?x6xf32>, tensor<16x6xf32>, tensor<16xf32>
  %r = attn.activation relu %f : tensor<?x?x16xf32>
  %t = attn.split_heads %r into 2 : tensor<?x?x16xf32>
  %l = attn.score dot %t, %W2 : tensor<?x2x?x8xf32>, tensor<2x12x8xf32>
  %b = attn.modify %l captures(%b2) : tensor<?x2x?x12xf32>, tensor<2x12xf32> {
  ^bb0(%s: f32, %n: index, %h: index, %i: index, %j: index, %bias: tensor<2x12xf32>):
    %c = tensor.extract %bias[%h, %j] : tensor<2x12xf32>
    %sum = arith.addf %s, %c : f32
    attn.yield %sum : f32
  }
  %s = attn.given_score %b like %v, %v : tensor<?x2x?x12xf32>, tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>
  %m = attn.mask %s where causal(top_left) : tensor<?x2x?x?xf32>
  %map = attn.normalize softmax %m : tensor<?x2x?x?xf32>
  %out = attn.combine %map, %v : tensor<?x2x?x?xf32>, tensor<?x2x?x4xf32>
  return %out, %map : tensor<?x2x?x4xf32>, tensor<?x2x?x?xf32>
}
