// A masked map may not go from one kernel to another: memory does not say which places are masked, and the second kernel
// would count them. (The second layer blends with the logits of the first, without a fill.)
// RUN: not attnc %s -march=x86-64-v3 --stop-after=tile 2>&1 | FileCheck %s
// CHECK: error: no back end can compile this: llvm: a map with masked places goes from one kernel to another; give them a number first, with attn.fill

func.func @layers(
    %x: tensor<?x?x12xf32> {attn.name = "x", attn.dims = ["B", "N", "C"]})
    -> (tensor<?x?x12xf32> {attn.name = "out"}) {
  %w = attn.weight "att.Wq" : tensor<12x12xf32>
  %q = attn.split_heads %x into 2 : tensor<?x?x12xf32>
  %s = attn.score dot %q, %q : tensor<?x2x?x6xf32>, tensor<?x2x?x6xf32>
  %m = attn.mask %s where causal(top_left) : tensor<?x2x?x?xf32>
  %p = attn.normalize softmax %m : tensor<?x2x?x?xf32>
  %o = attn.combine %p, %q : tensor<?x2x?x?xf32>, tensor<?x2x?x6xf32>
  %merged = attn.merge_heads %o : tensor<?x2x?x6xf32>
  %y = attn.linear %merged, %w : tensor<?x?x12xf32>, tensor<12x12xf32>
  %q2 = attn.split_heads %y into 2 : tensor<?x?x12xf32>
  %s2 = attn.score dot %q2, %q2 : tensor<?x2x?x6xf32>, tensor<?x2x?x6xf32>
  %mix = attn.blend %m, %s2 alpha 0.5 : tensor<?x2x?x?xf32>, tensor<?x2x?x?xf32>
  %p2 = attn.normalize relu_mean %mix : tensor<?x2x?x?xf32>
  %o2 = attn.combine %p2, %q2 : tensor<?x2x?x?xf32>, tensor<?x2x?x6xf32>
  %out = attn.merge_heads %o2 : tensor<?x2x?x6xf32>
  return %out : tensor<?x?x12xf32>
}
