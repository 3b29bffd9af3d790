// Attention to the keys of the largest scores alone, made by a product; without a mask, and of more keys than there are.
// RUN: %run_compiled %s %t --sizes B=2,N=7 --sizes B=1,N=1 --sizes B=1,N=130 --sizes B=0,N=3 --sizes B=1,N=0

func.func @top_k(
    %q: tensor<?x2x?x8xf32> {attn.name = "q", attn.dims = ["B", "H", "N", "D"]},
    %k: tensor<?x2x?x8xf32> {attn.name = "k", attn.dims = ["B", "H", "N", "D"]},
    %v: tensor<?x2x?x8xf32> {attn.name = "v", attn.dims = ["B", "H", "N", "D"]})
    -> (tensor<?x2x?x8xf32> {attn.name = "out"}, tensor<?x2x?x?xf32> {attn.name = "map"}) {
  %s = attn.score dot %q, %k scale 0.35 : tensor<?x2x?x8xf32>, tensor<?x2x?x8xf32>
  %t = attn.top_k %s count 16 : tensor<?x2x?x?xf32>
  %p = attn.normalize softmax %t : tensor<?x2x?x?xf32>
  %out = attn.combine %p, %v : tensor<?x2x?x?xf32>, tensor<?x2x?x8xf32>
  %few = attn.top_k %p count 2 : tensor<?x2x?x?xf32>
  %map = attn.fill %few value -1.0 : tensor<?x2x?x?xf32>
  return %out, %map : tensor<?x2x?x8xf32>, tensor<?x2x?x?xf32>
}
