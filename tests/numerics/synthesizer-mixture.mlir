// Dense, random and dot-product scores, mixed by the softmax of three learned numbers.
// RUN: cd %S/data/synthesizer-mixture && attn-run %s --reference --rtol 1e-9 --atol 1e-9 --weights=weights.safetensors \
// RUN:   --input x=x.npy --input v=v.npy --expect out=expected_out.npy --expect map=expected_map.npy
// RUN: %run_compiled %s %t --weights=%S/data/synthesizer-mixture/weights.safetensors --sizes B=2

func.func @synthesizer(
    %x: tensor<2x11x6xf32> {attn.name = "x", attn.dims = ["B", "N", "C"]},
    %v: tensor<2x2x11x4xf32> {attn.name = "v", attn.dims = ["B", "H", "N", "E"]})
    -> (tensor<2x2x11x4xf32> {attn.name = "out"}, tensor<2x2x11x11xf32> {attn.name = "map"}) {
  %W1 = attn.weight "W1" : tensor<16x6xf32>
  %b1 = attn.weight "b1" : tensor<16xf32>
  %W2 = attn.weight "W2" : tensor<2x12x8xf32>
  %b2 = attn.weight "b2" : tensor<2x12xf32>
  %R = attn.weight "R" : tensor<2x12x12xf32>
  %mix = attn.weight "mix" : tensor<3xf32>
  %q = attn.weight "q" : tensor<2x2x11x4xf32>
  %k = attn.weight "k" : tensor<2x2x11x4xf32>
  %f = attn.linear %x, %W1, %b1 : tensor<2x11x6xf32>, tensor<16x6xf32>, tensor<16xf32>
  %r = attn.activation relu %f : tensor<2x11x16xf32>
  %t = attn.split_heads %r into 2 : tensor<2x11x16xf32>
  %dense = attn.score dot %t, %W2 : tensor<2x2x11x8xf32>, tensor<2x12x8xf32>
  %dot = attn.score dot %q, %k scale 0.5 : tensor<2x2x11x4xf32>, tensor<2x2x11x4xf32>
  %s = attn.modify %dot captures(%dense, %b2, %R, %mix)
      : tensor<2x2x11x11xf32>, tensor<2x2x11x12xf32>, tensor<2x12xf32>, tensor<2x12x12xf32>, tensor<3xf32> {
  ^bb0(%d: f32, %b: index, %h: index, %i: index, %j: index, %l: tensor<2x2x11x12xf32>, %bias: tensor<2x12xf32>,
       %random: tensor<2x12x12xf32>, %numbers: tensor<3xf32>):
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %c2 = arith.constant 2 : index
    %n0 = tensor.extract %numbers[%c0] : tensor<3xf32>
    %n1 = tensor.extract %numbers[%c1] : tensor<3xf32>
    %n2 = tensor.extract %numbers[%c2] : tensor<3xf32>
    %e0 = math.exp %n0 : f32
    %e1 = math.exp %n1 : f32
    %e2 = math.exp %n2 : f32
    %e01 = arith.addf %e0, %e1 : f32
    %sum = arith.addf %e01, %e2 : f32
    %lx = tensor.extract %l[%b, %h, %i, %j] : tensor<2x2x11x12xf32>
    %lb = tensor.extract %bias[%h, %j] : tensor<2x12xf32>
    %ly = arith.addf %lx, %lb : f32
    %rx = tensor.extract %random[%h, %i, %j] : tensor<2x12x12xf32>
    %p0 = arith.mulf %e0, %ly : f32
    %p1 = arith.mulf %e1, %rx : f32
    %p2 = arith.mulf %e2, %d : f32
    %p01 = arith.addf %p0, %p1 : f32
    %p = arith.addf %p01, %p2 : f32
    %y = arith.divf %p, %sum : f32
    attn.yield %y : f32
  }
  %map = attn.normalize softmax %s : tensor<2x2x11x11xf32>
  %out = attn.combine %map, %v : tensor<2x2x11x11xf32>, tensor<2x2x11x4xf32>
  return %out, %map : tensor<2x2x11x4xf32>, tensor<2x2x11x11xf32>
}
