// Pair scores whose formula reads the head and the channel, with four query heads for each of keys.
// RUN: %run_compiled %s %t --sizes B=2,N=7,M=13 --sizes B=1,N=65,M=64 --sizes B=2,N=1,M=33 --sizes B=3,N=17,M=1 \
// RUN:   --sizes B=1,N=33,M=140 --sizes B=0,N=7,M=13 --sizes B=2,N=0,M=5 --sizes B=2,N=3,M=0

func.func @attention(
    %q: tensor<?x8x?x5xf32> {attn.name = "q", attn.dims = ["B", "H", "N", "D"]},
    %k: tensor<?x2x?x5xf32> {attn.name = "k", attn.dims = ["B", "Hk", "M", "D"]},
    %v: tensor<?x2x?x3xf32> {attn.name = "v", attn.dims = ["B", "Hk", "M", "E"]},
    %table: tensor<8x5xf32> {attn.name = "table"})
    -> (tensor<?x8x?x3xf32> {attn.name = "out"}) {
  %s = attn.pair_score %q, %k captures(%table) scale 0.5 : tensor<?x8x?x5xf32>, tensor<?x2x?x5xf32>, tensor<8x5xf32> {
  ^bb0(%x: f32, %y: f32, %h: index, %d: index, %t: tensor<8x5xf32>):
    %c = tensor.extract %t[%h, %d] : tensor<8x5xf32>
    %e = arith.subf %x, %y : f32
    %f = math.absf %e : f32
    %r = arith.mulf %f, %c : f32
    attn.yield %r : f32
  }
  %p = attn.normalize softmax %s : tensor<?x8x?x?xf32>
  %out = attn.combine %p, %v : tensor<?x8x?x?xf32>, tensor<?x2x?x3xf32>
  return %out : tensor<?x8x?x3xf32>
}
