// A convolution of an image as attention: a head for each place of its kernel, which looks at the one pixel there, or at none.
// RUN: cd %S/data/convolution_as_attention-exact && attn-run %s --reference --rtol 1e-9 --atol 1e-9 --weights=weights.safetensors --input image=image.npy \
// RUN:   --expect out=expected_out.npy
// RUN: %run_compiled %s %t --weights=%S/data/convolution_as_attention-exact/weights.safetensors --sizes B=1 --sizes B=3 --sizes B=0

func.func @convolution(%image: tensor<?x3x4x5xf32> {attn.name = "image", attn.dims = ["B", "C", "Y", "X"]}) -> (tensor<?x2x4x5xf32> {attn.name = "out"}) {
  %zeros = attn.rearrange %image sizes affine_map<(b, c, y, x) -> (b, 9, 20, 20)> from affine_map<(b, h, i, j) -> (b, -1, i, j)> : tensor<?x3x4x5xf32>
  %scores = attn.mask %zeros where predicate : tensor<?x9x20x20xf32> {
  ^bb0(%b: index, %h: index, %i: index, %j: index):
    %c3 = arith.constant 3 : index
    %width = arith.constant 5 : index
    %c1 = arith.constant 1 : index
    %u = arith.divui %h, %c3 : index
    %t = arith.remui %h, %c3 : index
    %yi = arith.divui %i, %width : index
    %xi = arith.remui %i, %width : index
    %yj = arith.divui %j, %width : index
    %xj = arith.remui %j, %width : index
    %yo = arith.addi %yi, %u : index // of the place looked for, one more
    %xo = arith.addi %xi, %t : index
    %yj1 = arith.addi %yj, %c1 : index
    %xj1 = arith.addi %xj, %c1 : index
    %same_y = arith.cmpi eq, %yo, %yj1 : index
    %same_x = arith.cmpi eq, %xo, %xj1 : index
    %is = arith.andi %same_y, %same_x : i1
    attn.yield %is : i1
  }
  %map = attn.normalize softmax %scores : tensor<?x9x20x20xf32>
  %pixels = attn.rearrange %image sizes affine_map<(b, c, y, x) -> (b, 1, 20, 3)> from affine_map<(b, h, n, c) -> (b, c, n floordiv 5, n mod 5)> : tensor<?x3x4x5xf32>
  %seen = attn.combine %map, %pixels : tensor<?x9x20x20xf32>, tensor<?x1x20x3xf32>
  %side_by_side = attn.merge_heads %seen : tensor<?x9x20x3xf32>
  %w = attn.weight "w" : tensor<2x27xf32>
  %rows = attn.linear %side_by_side, %w : tensor<?x20x27xf32>, tensor<2x27xf32>
  %out = attn.rearrange %rows sizes affine_map<(b, n, c) -> (b, 2, 4, 5)> from affine_map<(b, c, y, x) -> (b, y * 5 + x, c)> : tensor<?x20x2xf32>
  return %out : tensor<?x2x4x5xf32>
}
