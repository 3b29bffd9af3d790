// Evolving Attention with queries that see no key: no output, their logits are handed on as 0.
// RUN: cd %S/data/evolving_attention-dead_rows && attn-run %s --reference --rtol 1e-9 --atol 1e-9 --input q=q.npy \
// RUN:   --input k=k.npy --input v=v.npy --input prev=prev.npy --input w=w.npy --input b=b.npy \
// RUN:   --expect out=expected_out.npy --expect logits=expected_logits.npy
// RUN: %run_compiled %s %t --sizes B=2,N=7,M=13 --sizes B=1,N=65,M=64 --sizes B=2,N=1,M=33 --sizes B=3,N=17,M=1 \
// RUN:   --sizes B=1,N=33,M=140 --sizes B=0,N=7,M=13 --sizes B=2,N=0,M=5 --sizes B=2,N=3,M=0 --sizes B=2,N=301,M=19

func.func @evolving_attention(
    %q: tensor<?x2x?x4xf32> {attn.name = "q", attn.dims = ["B", "H", "N", "D"]},
    %k: tensor<?x2x?x4xf32> {attn.name = "k", attn.dims = ["B", "H", "M", "D"]},
    %v: tensor<?x2x?x4xf32> {attn.name = "v", attn.dims = ["B", "H", "M", "D"]},
    %prev: tensor<?x2x?x?xf32> {attn.name = "prev", attn.dims = ["B", "H", "N", "M"]},
    %w: tensor<2x2x3x3xf32> {attn.name = "w"},
    %b: tensor<2xf32> {attn.name = "b"})
    -> (tensor<?x2x?x4xf32> {attn.name = "out"}, tensor<?x2x?x?xf32> {attn.name = "logits"}) {
  %cur = attn.score dot %q, %k scale 0.5 : tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>
  %mix = attn.blend %prev, %cur alpha 0.5 : tensor<?x2x?x?xf32>, tensor<?x2x?x?xf32>
  %seen = attn.mask %mix where causal(top_left) and not prefix(2) : tensor<?x2x?x?xf32>
  %conv = attn.map_conv %seen, %w, %b : tensor<?x2x?x?xf32>, tensor<2x2x3x3xf32>, tensor<2xf32>
  %active = attn.activation relu %conv : tensor<?x2x?x?xf32>
  %evolved = attn.blend %active, %mix alpha 0.5 : tensor<?x2x?x?xf32>, tensor<?x2x?x?xf32>
  %masked = attn.mask %evolved where causal(top_left) and not prefix(2) : tensor<?x2x?x?xf32>
  %map = attn.normalize softmax %masked : tensor<?x2x?x?xf32>
  %logits = attn.fill %masked value 0.0 : tensor<?x2x?x?xf32>
  %out = attn.combine %map, %v : tensor<?x2x?x?xf32>, tensor<?x2x?x4xf32>
  return %out, %logits : tensor<?x2x?x4xf32>, tensor<?x2x?x?xf32>
}
