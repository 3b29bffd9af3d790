// Two short rows of each token, whose products are its scores: entry j is A[j mod 3] G[j div 3].
// RUN: cd %S/data/synthesizer-dense_low && attn-run %s --reference --rtol 1e-9 --atol 1e-9 \
// RUN:   --weights=weights.safetensors --input x=x.npy --input v=v.npy --expect out=expected_out.npy \
// RUN:   --expect map=expected_map.npy
// RUN: %run_compiled %s %t --weights=%S/data/synthesizer-dense_low/weights.safetensors --sizes B=2,N=7 \
// RUN:   --sizes B=1,N=12 --sizes B=3,N=1 --sizes B=0,N=7 --sizes B=2,N=0

func.func @synthesizer(
    %x: tensor<?x?x6xf32> {attn.name = "x", attn.dims = ["B", "N", "C"]},
    %v: tensor<?x2x?x4xf32> {attn.name = "v", attn.dims = ["B", "H", "N", "E"]})
    -> (tensor<?x2x?x4xf32> {attn.name = "out"}, tensor<?x2x?x?xf32> {attn.name = "map"}) {
  %Wa = attn.weight "Wa" : tensor<6x6xf32>
  %Wb = attn.weight "Wb" : tensor<8x6xf32>
  %ax = attn.linear %x, %Wa : tensor<?x?x6xf32>, tensor<6x6xf32>
  %gx = attn.linear %x, %Wb : tensor<?x?x6xf32>, tensor<8x6xf32>
  %a = attn.split_heads %ax into 2 : tensor<?x?x6xf32>
  %g = attn.split_heads %gx into 2 : tensor<?x?x8xf32>
  %s = attn.score dot %v, %v : tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>
  %t = attn.modify %s captures(%a, %g) : tensor<?x2x?x?xf32>, tensor<?x2x?x3xf32>, tensor<?x2x?x4xf32> {
  ^bb0(%score: f32, %b: index, %h: index, %i: index, %j: index, %A: tensor<?x2x?x3xf32>, %G: tensor<?x2x?x4xf32>):
    %three = arith.constant 3 : index
    %low = arith.remui %j, %three : index
    %high = arith.divui %j, %three : index
    %y = tensor.extract %A[%b, %h, %i, %low] : tensor<?x2x?x3xf32>
    %z = tensor.extract %G[%b, %h, %i, %high] : tensor<?x2x?x4xf32>
    %r = arith.mulf %y, %z : f32
    attn.yield %r : f32
  }
  %map = attn.normalize softmax %t : tensor<?x2x?x?xf32>
  %out = attn.combine %map, %v : tensor<?x2x?x?xf32>, tensor<?x2x?x4xf32>
  return %out, %map : tensor<?x2x?x4xf32>, tensor<?x2x?x?xf32>
}
