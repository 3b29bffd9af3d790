// Weights are scores again: what was masked stays masked, through a formula too, although a weight of 0 is a visible score.
// RUN: %run_compiled %s %t --sizes B=2,N=7,M=13 --sizes B=1,N=33,M=65 --sizes B=1,N=1,M=1 --sizes B=1,N=13,M=7

func.func @twice(
    %s: tensor<?x2x?x?xf32> {attn.name = "s", attn.dims = ["B", "H", "N", "M"]},
    %t: tensor<?x2x?x?xf32> {attn.name = "t", attn.dims = ["B", "H", "N", "M"]})
    -> (tensor<?x2x?x?xf32> {attn.name = "softmax"}, tensor<?x2x?x?xf32> {attn.name = "mean"}) {
  %m = attn.mask %s where causal(top_left) : tensor<?x2x?x?xf32>
  %p = attn.normalize relu_mean %m : tensor<?x2x?x?xf32>
  %softmax = attn.normalize softmax %p : tensor<?x2x?x?xf32>
  %b = attn.add %softmax, %t : tensor<?x2x?x?xf32>, tensor<?x2x?x?xf32>
  %mean = attn.normalize relu_mean %b : tensor<?x2x?x?xf32>
  return %softmax, %mean : tensor<?x2x?x?xf32>, tensor<?x2x?x?xf32>
}
