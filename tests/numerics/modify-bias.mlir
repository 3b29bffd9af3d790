// A bias for every place of the map, read from a captured tensor; the chain written in full.
// RUN: cd %S/data/attention-bias_scale && attn-run %s --reference --rtol 1e-9 --atol 1e-9 \
// RUN:   --input q=q.npy --input k=k.npy --input v=v.npy --input bias=bias.npy --expect out=expected_out.npy
// RUN: %run_compiled %s %t --sizes B=2,N=7,M=13 --sizes B=1,N=65,M=64 --sizes B=2,N=3,M=0 --sizes B=1,N=5,M=600

func.func @attention(
    %q: tensor<?x3x?x4xf32> {attn.name = "q", attn.dims = ["B", "H", "N", "D"]},
    %k: tensor<?x3x?x4xf32> {attn.name = "k", attn.dims = ["B", "Hk", "M", "D"]},
    %v: tensor<?x3x?x4xf32> {attn.name = "v", attn.dims = ["B", "Hk", "M", "E"]},
    %bias: tensor<?x3x?x?xf32> {attn.name = "bias", attn.dims = ["B", "H", "N", "M"]})
    -> (tensor<?x3x?x4xf32> {attn.name = "out"}) {
  %s = attn.score dot %q, %k : tensor<?x3x?x4xf32>, tensor<?x3x?x4xf32>
  %t = attn.modify %s captures(%bias) : tensor<?x3x?x?xf32>, tensor<?x3x?x?xf32> {
  ^bb0(%x: f32, %b: index, %h: index, %i: index, %j: index, %table: tensor<?x3x?x?xf32>):
    %y = tensor.extract %table[%b, %h, %i, %j] : tensor<?x3x?x?xf32>
    %z = arith.addf %x, %y : f32
    attn.yield %z : f32
  }
  %p = attn.normalize softmax %t : tensor<?x3x?x?xf32>
  %out = attn.combine %p, %v : tensor<?x3x?x?xf32>, tensor<?x3x?x4xf32>
  return %out : tensor<?x3x?x4xf32>
}
