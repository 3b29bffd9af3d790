// A row for each sample by additive attention to its tokens, without a query.
// RUN: cd %S/data/pool-attentive && attn-run %s --reference --rtol 1e-9 --atol 1e-9 --weights=weights.safetensors \
// RUN:   --input x=x.npy --input lengths=lengths.npy \
// RUN:   --expect out=expected_out.npy
// RUN: %run_compiled %s %t --weights=%S/data/pool-attentive/weights.safetensors \
// RUN:   --sizes B=1,N=1 --sizes B=2,N=6 --sizes B=3,N=17 --sizes B=0,N=3 --sizes B=2,N=0

func.func @pool(%x: tensor<?x?x4xf32> {attn.name = "x", attn.dims = ["B", "N", "C"]},
                %lengths: tensor<?xi32> {attn.name = "lengths", attn.dims = ["B"]}) -> (tensor<?x4xf32> {attn.name = "out"}) {
  %W = attn.weight "W" : tensor<3x4xf32>
  %b = attn.weight "b" : tensor<3xf32>
  %a = attn.weight "v" : tensor<3xf32>
  %y = attn.linear %x, %W, %b : tensor<?x?x4xf32>, tensor<3x4xf32>, tensor<3xf32>
  %k = attn.split_heads %y into 1 : tensor<?x?x3xf32>
  %v = attn.split_heads %x into 1 : tensor<?x?x4xf32>
  // Before the first row there is none: a query of zeros.
  %q = attn.rearrange %y sizes affine_map<(b, n, c) -> (b, 1, 1, c)> from affine_map<(b, h, i, c) -> (b, -1, c)> : tensor<?x?x3xf32>
  %s = attn.score additive %q, %k with %a : tensor<?x1x1x3xf32>, tensor<?x1x?x3xf32>, tensor<3xf32>
  %m = attn.mask %s where lengths(%lengths) : tensor<?x1x1x?xf32>, tensor<?xi32>
  %p = attn.normalize softmax %m : tensor<?x1x1x?xf32>
  %c = attn.combine %p, %v : tensor<?x1x1x?xf32>, tensor<?x1x?x4xf32>
  %out = attn.rearrange %c sizes affine_map<(b, h, i, c) -> (b, c)> from affine_map<(b, c) -> (b, 0, 0, c)> : tensor<?x1x1x4xf32>
  return %out : tensor<?x4xf32>
}
