// A learned reach for each head: the logarithm of a soft mask is added to the scores, -inf beyond it.
// RUN: cd %S/data/adaptive_span-three_spans && attn-run %s --reference --rtol 1e-9 --atol 1e-9 --input q=q.npy \
// RUN:   --input k=k.npy --input v=v.npy --input span=span.npy --expect out=expected_out.npy --expect map=expected_map.npy
// RUN: %run_compiled %s %t --sizes B=2,N=7 --sizes B=1,N=65 --sizes B=3,N=1 --sizes B=0,N=7 --sizes B=2,N=0 \
// RUN:   --input span=%S/data/adaptive_span-three_spans/span.npy

func.func @attention(
    %q: tensor<?x3x?x4xf32> {attn.name = "q", attn.dims = ["B", "H", "N", "D"]},
    %k: tensor<?x3x?x4xf32> {attn.name = "k", attn.dims = ["B", "H", "N", "D"]},
    %v: tensor<?x3x?x4xf32> {attn.name = "v", attn.dims = ["B", "H", "N", "E"]},
    %span: tensor<3xf32> {attn.name = "span"})
    -> (tensor<?x3x?x4xf32> {attn.name = "out"}, tensor<?x3x?x?xf32> {attn.name = "map"}) {
  %s = attn.score dot %q, %k scale 0.5 : tensor<?x3x?x4xf32>, tensor<?x3x?x4xf32>
  %c = attn.mask %s where causal(top_left) : tensor<?x3x?x?xf32>
  %t = attn.modify %c captures(%span) : tensor<?x3x?x?xf32>, tensor<3xf32> {
  ^bb0(%x: f32, %b: index, %h: index, %i: index, %j: index, %spans: tensor<3xf32>):
    %zero = arith.constant 0.0 : f32
    %one = arith.constant 1.0 : f32
    %ramp = arith.constant 3.0 : f32
    %d = arith.subi %i, %j : index
    %w = arith.index_cast %d : index to i32
    %distance = arith.sitofp %w : i32 to f32
    %z = tensor.extract %spans[%h] : tensor<3xf32>
    %reach = arith.addf %ramp, %z : f32
    %left = arith.subf %reach, %distance : f32
    %slope = arith.divf %left, %ramp : f32
    %bounded = math.clampf %slope to [%zero, %one] : f32
    %log = math.log %bounded : f32
    %r = arith.addf %x, %log : f32
    attn.yield %r : f32
  }
  %map = attn.normalize softmax %t : tensor<?x3x?x?xf32>
  %out = attn.combine %map, %v : tensor<?x3x?x?xf32>, tensor<?x3x?x4xf32>
  return %out, %map : tensor<?x3x?x4xf32>, tensor<?x3x?x?xf32>
}
