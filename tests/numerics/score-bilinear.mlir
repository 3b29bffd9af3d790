// Scores of a query and a key of another width through a matrix.
// RUN: cd %S/data/attention_general-score_bilinear && attn-run %s --reference --rtol 1e-9 --atol 1e-9 \
// RUN:   --weights=weights.safetensors --input q=q.npy --input k=k.npy --input v=v.npy --expect out=expected_out.npy \
// RUN:   --expect map=expected_map.npy
// The product with the matrix is a linear, of any precision.
// RUN: %run_compiled %s %t --weights=%S/data/attention_general-score_bilinear/weights.safetensors \
// RUN:   --precision=f32 --precision=bf16 --precision=int8 \
// RUN:   --sizes B=2,N=7,M=13 --sizes B=1,N=65,M=64 --sizes B=2,N=1,M=33 --sizes B=3,N=17,M=1 \
// RUN:   --sizes B=1,N=33,M=140 --sizes B=0,N=7,M=13 --sizes B=2,N=0,M=5 --sizes B=2,N=3,M=0

func.func @attention(
    %q: tensor<?x1x?x4xf32> {attn.name = "q", attn.dims = ["B", "H", "N", "D"]},
    %k: tensor<?x1x?x6xf32> {attn.name = "k", attn.dims = ["B", "H", "M", "Dk"]},
    %v: tensor<?x1x?x3xf32> {attn.name = "v", attn.dims = ["B", "H", "M", "E"]})
    -> (tensor<?x1x?x3xf32> {attn.name = "out"}, tensor<?x1x?x?xf32> {attn.name = "map"}) {
  %W = attn.weight "W" : tensor<4x6xf32>
  %s = attn.score bilinear %q, %k with %W : tensor<?x1x?x4xf32>, tensor<?x1x?x6xf32>, tensor<4x6xf32>
  %map = attn.normalize softmax %s : tensor<?x1x?x?xf32>
  %out = attn.combine %map, %v : tensor<?x1x?x?xf32>, tensor<?x1x?x3xf32>
  return %out, %map : tensor<?x1x?x3xf32>, tensor<?x1x?x?xf32>
}
