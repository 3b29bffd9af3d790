// Additive attention of a decoder to what it translates; queries and keys come projected.
func.func @additive(
    %q: tensor<?x1x?x512xf32> {attn.name = "q", attn.dims = ["B", "H", "N", "D"]},
    %k: tensor<?x1x?x512xf32> {attn.name = "k", attn.dims = ["B", "H", "M", "D"]},
    %v: tensor<?x1x?x512xf32> {attn.name = "v", attn.dims = ["B", "H", "M", "D"]})
    -> (tensor<?x1x?x512xf32> {attn.name = "out"}) {
  %a = attn.weight "a" : tensor<512xf32>
  %s = attn.score additive %q, %k with %a : tensor<?x1x?x512xf32>, tensor<?x1x?x512xf32>, tensor<512xf32>
  %p = attn.normalize softmax %s : tensor<?x1x?x?xf32>
  %out = attn.combine %p, %v : tensor<?x1x?x?xf32>, tensor<?x1x?x512xf32>
  return %out : tensor<?x1x?x512xf32>
}
