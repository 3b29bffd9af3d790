// A step of Evolving Attention on given logits, padded: of an encoder, and of cross-attention moved along keys or queries.
// RUN: sed 's/SHIFT//' %s > %t.0.mlir
// RUN: cd %S/data/evolve_map-encoder && attn-run %t.0.mlir --reference --rtol 1e-9 --atol 1e-9 --input cur=cur.npy \
// RUN:   --input prev=prev.npy --input w=w.npy --input b=b.npy --input lengths=lengths.npy \
// RUN:   --expect logits=expected_logits.npy --expect map=expected_map.npy
// RUN: %run_compiled %t.0.mlir %t --sizes B=2,N=7,M=13 --sizes B=1,N=65,M=64 --sizes B=2,N=1,M=33 \
// RUN:   --sizes B=3,N=17,M=1 --sizes B=1,N=33,M=140 --sizes B=0,N=7,M=13 --sizes B=2,N=0,M=5 --sizes B=2,N=3,M=0
// RUN: sed 's/SHIFT/ shift [0, 1]/' %s > %t.1.mlir
// RUN: cd %S/data/evolve_map-cross_key && attn-run %t.1.mlir --reference --rtol 1e-9 --atol 1e-9 --input cur=cur.npy \
// RUN:   --input prev=prev.npy --input w=w.npy --input b=b.npy --input lengths=lengths.npy \
// RUN:   --expect logits=expected_logits.npy --expect map=expected_map.npy
// RUN: %run_compiled %t.1.mlir %t --sizes B=2,N=7,M=13 --sizes B=1,N=65,M=64 --sizes B=2,N=1,M=33 \
// RUN:   --sizes B=3,N=17,M=1
// RUN: sed 's/SHIFT/ shift [1, 0]/' %s > %t.2.mlir
// RUN: cd %S/data/evolve_map-cross_query && attn-run %t.2.mlir --reference --rtol 1e-9 --atol 1e-9 \
// RUN:   --input cur=cur.npy --input prev=prev.npy --input w=w.npy --input b=b.npy --input lengths=lengths.npy \
// RUN:   --expect logits=expected_logits.npy --expect map=expected_map.npy
// RUN: %run_compiled %t.2.mlir %t --sizes B=2,N=7,M=13 --sizes B=1,N=65,M=64 --sizes B=2,N=1,M=33 \
// RUN:   --sizes B=3,N=17,M=1

func.func @evolve_map(
    %cur: tensor<?x3x?x?xf32> {attn.name = "cur", attn.dims = ["B", "H", "N", "M"]},
    %prev: tensor<?x3x?x?xf32> {attn.name = "prev", attn.dims = ["B", "H", "N", "M"]},
    %w: tensor<3x3x3x3xf32> {attn.name = "w"},
    %b: tensor<3xf32> {attn.name = "b"},
    %lengths: tensor<?xi32> {attn.name = "lengths", attn.dims = ["B"]})
    -> (tensor<?x3x?x?xf32> {attn.name = "logits"}, tensor<?x3x?x?xf32> {attn.name = "map"}) {
  %mix = attn.blend %prev, %cur alpha 0.5 : tensor<?x3x?x?xf32>, tensor<?x3x?x?xf32>
  %seen = attn.mask %mix where lengths(%lengths) : tensor<?x3x?x?xf32>, tensor<?xi32>
  %conv = attn.map_conv %seen, %w, %bSHIFT : tensor<?x3x?x?xf32>, tensor<3x3x3x3xf32>, tensor<3xf32>
  %active = attn.activation relu %conv : tensor<?x3x?x?xf32>
  %evolved = attn.blend %active, %mix alpha 0.3 : tensor<?x3x?x?xf32>, tensor<?x3x?x?xf32>
  %masked = attn.mask %evolved where lengths(%lengths) : tensor<?x3x?x?xf32>, tensor<?xi32>
  %map = attn.normalize softmax %masked : tensor<?x3x?x?xf32>
  %logits = attn.fill %masked value 0.0 : tensor<?x3x?x?xf32>
  return %logits, %map : tensor<?x3x?x?xf32>, tensor<?x3x?x?xf32>
}
