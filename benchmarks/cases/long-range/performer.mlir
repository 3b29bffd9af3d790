// Performer (Choromanski et al. 2021): 256 positive random features with the stabilisers of queries and keys.
func.func @performer(
    %q: tensor<?x8x?x64xf32> {attn.name = "q", attn.dims = ["B", "H", "N", "D"]},
    %k: tensor<?x8x?x64xf32> {attn.name = "k", attn.dims = ["B", "H", "N", "D"]},
    %v: tensor<?x8x?x64xf32> {attn.name = "v", attn.dims = ["B", "H", "N", "D"]})
    -> (tensor<?x8x?x64xf32> {attn.name = "out"}) {
  %w = attn.weight "w" : tensor<256x64xf32>
  %fq = attn.random_features %q, %w of row eps 1.0e-4 : tensor<?x8x?x64xf32>, tensor<256x64xf32>
  %fk = attn.random_features %k, %w of head eps 1.0e-4 : tensor<?x8x?x64xf32>, tensor<256x64xf32>
  %out, %state, %sum = attn.linear_attention %fq, %fk, %v divided add eps 0.0
      : tensor<?x8x?x256xf32>, tensor<?x8x?x256xf32>, tensor<?x8x?x64xf32>
  return %out : tensor<?x8x?x64xf32>
}
