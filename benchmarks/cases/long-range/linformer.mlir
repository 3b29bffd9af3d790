// Linformer (Wang et al. 2020): 256 rows stand for all keys and all values, each a sum of them with given weights.
func.func @linformer(
    %q: tensor<1x8x?x64xf32> {attn.name = "q", attn.dims = ["B", "H", "N", "D"]},
    %k: tensor<1x8x?x64xf32> {attn.name = "k", attn.dims = ["B", "H", "N", "D"]},
    %v: tensor<1x8x?x64xf32> {attn.name = "v", attn.dims = ["B", "H", "N", "D"]},
    %e: tensor<256x?xf32> {attn.name = "e", attn.dims = ["L", "N"]},
    %f: tensor<256x?xf32> {attn.name = "f", attn.dims = ["L", "N"]})
    -> (tensor<1x8x?x64xf32> {attn.name = "out"}) {
  %rows = attn.weight "rows" : tensor<1x8x256x64xf32>
  %me = attn.given_score %e like %rows, %k : tensor<256x?xf32>, tensor<1x8x256x64xf32>, tensor<1x8x?x64xf32>
  %mf = attn.given_score %f like %rows, %v : tensor<256x?xf32>, tensor<1x8x256x64xf32>, tensor<1x8x?x64xf32>
  %keys = attn.combine %me, %k : tensor<1x8x256x?xf32>, tensor<1x8x?x64xf32>
  %values = attn.combine %mf, %v : tensor<1x8x256x?xf32>, tensor<1x8x?x64xf32>
  %out = attn.attention %q, %keys, %values scale 0.125
      : tensor<1x8x?x64xf32>, tensor<1x8x256x64xf32>, tensor<1x8x256x64xf32>
  return %out : tensor<1x8x?x64xf32>
}
