// A step of Evolving Attention without a mask, of which all is the convolution; a map of one place.
// RUN: cd %S/data/evolve_map-one_by_one && attn-run %s --reference --rtol 1e-9 --atol 1e-9 --input cur=cur.npy \
// RUN:   --input prev=prev.npy --input w=w.npy --input b=b.npy --expect logits=expected_logits.npy \
// RUN:   --expect map=expected_map.npy
// RUN: %run_compiled %s %t --sizes B=2,N=7,M=13 --sizes B=1,N=65,M=64 --sizes B=2,N=1,M=33 --sizes B=3,N=17,M=1 \
// RUN:   --sizes B=1,N=33,M=140

func.func @evolve_map(
    %cur: tensor<?x4x?x?xf32> {attn.name = "cur", attn.dims = ["B", "H", "N", "M"]},
    %prev: tensor<?x4x?x?xf32> {attn.name = "prev", attn.dims = ["B", "H", "N", "M"]},
    %w: tensor<4x4x3x3xf32> {attn.name = "w"},
    %b: tensor<4xf32> {attn.name = "b"})
    -> (tensor<?x4x?x?xf32> {attn.name = "logits"}, tensor<?x4x?x?xf32> {attn.name = "map"}) {
  %mix = attn.blend %prev, %cur alpha 0.2 : tensor<?x4x?x?xf32>, tensor<?x4x?x?xf32>
  %conv = attn.map_conv %mix, %w, %b : tensor<?x4x?x?xf32>, tensor<4x4x3x3xf32>, tensor<4xf32>
  %active = attn.activation relu %conv : tensor<?x4x?x?xf32>
  %evolved = attn.blend %active, %mix alpha 1.0 : tensor<?x4x?x?xf32>, tensor<?x4x?x?xf32>
  %map = attn.normalize softmax %evolved : tensor<?x4x?x?xf32>
  return %evolved, %map : tensor<?x4x?x?xf32>, tensor<?x4x?x?xf32>
}
