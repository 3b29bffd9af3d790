// Self-attention of the pixels of a 32x32 image, with learned rows and columns of distances.
func.func @relative_2d(
    %q: tensor<?x8x1024x32xf32> {attn.name = "q", attn.dims = ["B", "H", "N", "D"]},
    %k: tensor<?x8x1024x32xf32> {attn.name = "k", attn.dims = ["B", "H", "N", "D"]},
    %v: tensor<?x8x1024x32xf32> {attn.name = "v", attn.dims = ["B", "H", "N", "D"]})
    -> (tensor<?x8x1024x32xf32> {attn.name = "out"}) {
  %rows = attn.weight "rows" : tensor<63x32xf32>
  %cols = attn.weight "cols" : tensor<63x32xf32>
  %s = attn.score dot %q, %k scale 0.17677669529663687 : tensor<?x8x1024x32xf32>, tensor<?x8x1024x32xf32>
  %r = attn.relative_score_2d %q, %rows, %cols scale 0.17677669529663687
      : tensor<?x8x1024x32xf32>, tensor<63x32xf32>, tensor<63x32xf32>
  %t = attn.add %s, %r : tensor<?x8x1024x1024xf32>, tensor<?x8x1024x1024xf32>
  %p = attn.normalize softmax %t : tensor<?x8x1024x1024xf32>
  %out = attn.combine %p, %v : tensor<?x8x1024x1024xf32>, tensor<?x8x1024x32xf32>
  return %out : tensor<?x8x1024x32xf32>
}
