// A map that is learned as it is, of which the first N x N places are taken.
// RUN: cd %S/data/synthesizer-random && attn-run %s --reference --rtol 1e-9 --atol 1e-9 \
// RUN:   --weights=weights.safetensors --input v=v.npy --expect out=expected_out.npy --expect map=expected_map.npy
// RUN: %run_compiled %s %t --weights=%S/data/synthesizer-random/weights.safetensors --sizes B=2,N=7 --sizes B=1,N=12 \
// RUN:   --sizes B=3,N=1 --sizes B=0,N=7 --sizes B=2,N=0

func.func @synthesizer(
    %v: tensor<?x2x?x4xf32> {attn.name = "v", attn.dims = ["B", "H", "N", "E"]})
    -> (tensor<?x2x?x4xf32> {attn.name = "out"}, tensor<?x2x?x?xf32> {attn.name = "map"}) {
  %R = attn.weight "R" : tensor<2x12x12xf32>
  %s = attn.given_score %R like %v, %v : tensor<2x12x12xf32>, tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>
  %map = attn.normalize softmax %s : tensor<?x2x?x?xf32>
  %out = attn.combine %map, %v : tensor<?x2x?x?xf32>, tensor<?x2x?x4xf32>
  return %out, %map : tensor<?x2x?x4xf32>, tensor<?x2x?x?xf32>
}
