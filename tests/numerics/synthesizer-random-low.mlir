// A learned map of low rank, as a formula of its two factors.
// RUN: cd %S/data/synthesizer-random_low && attn-run %s --reference --rtol 1e-9 --atol 1e-9 \
// RUN:   --weights=weights.safetensors --input v=v.npy --expect out=expected_out.npy --expect map=expected_map.npy
// RUN: %run_compiled %s %t --weights=%S/data/synthesizer-random_low/weights.safetensors --sizes B=2,N=7 \
// RUN:   --sizes B=1,N=12 --sizes B=3,N=1 --sizes B=0,N=7 --sizes B=2,N=0

func.func @synthesizer(
    %v: tensor<?x2x?x4xf32> {attn.name = "v", attn.dims = ["B", "H", "N", "E"]})
    -> (tensor<?x2x?x4xf32> {attn.name = "out"}, tensor<?x2x?x?xf32> {attn.name = "map"}) {
  %R1 = attn.weight "R1" : tensor<2x12x3xf32>
  %R2 = attn.weight "R2" : tensor<2x12x3xf32>
  %s = attn.score dot %v, %v : tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>
  %t = attn.modify %s captures(%R1, %R2) : tensor<?x2x?x?xf32>, tensor<2x12x3xf32>, tensor<2x12x3xf32> {
  ^bb0(%x: f32, %b: index, %h: index, %i: index, %j: index, %left: tensor<2x12x3xf32>, %right: tensor<2x12x3xf32>):
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %c2 = arith.constant 2 : index
    %l0 = tensor.extract %left[%h, %i, %c0] : tensor<2x12x3xf32>
    %l1 = tensor.extract %left[%h, %i, %c1] : tensor<2x12x3xf32>
    %l2 = tensor.extract %left[%h, %i, %c2] : tensor<2x12x3xf32>
    %r0 = tensor.extract %right[%h, %j, %c0] : tensor<2x12x3xf32>
    %r1 = tensor.extract %right[%h, %j, %c1] : tensor<2x12x3xf32>
    %r2 = tensor.extract %right[%h, %j, %c2] : tensor<2x12x3xf32>
    %p0 = arith.mulf %l0, %r0 : f32
    %p1 = math.fma %l1, %r1, %p0 : f32
    %p2 = math.fma %l2, %r2, %p1 : f32
    attn.yield %p2 : f32
  }
  %map = attn.normalize softmax %t : tensor<?x2x?x?xf32>
  %out = attn.combine %map, %v : tensor<?x2x?x?xf32>, tensor<?x2x?x4xf32>
  return %out, %map : tensor<?x2x?x4xf32>, tensor<?x2x?x?xf32>
}
