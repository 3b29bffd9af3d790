// Every pixel of an image is a token of ordinary attention, and a pixel again.
// RUN: cd %S/data/image_tokens_attention-rgb && attn-run %s --reference --rtol 1e-9 --atol 1e-9 --weights=weights.safetensors \
// RUN:   --input image=image.npy \
// RUN:   --expect out=expected_out.npy --expect map=expected_map.npy
// RUN: %run_compiled %s %t --weights=%S/data/image_tokens_attention-rgb/weights.safetensors \
// RUN:   --sizes B=1 --sizes B=3 --sizes B=0

func.func @image(%image: tensor<?x3x4x3xf32> {attn.name = "image", attn.dims = ["B", "C", "H", "W"]})
    -> (tensor<?x4x4x3xf32> {attn.name = "out"}, tensor<?x2x12x12xf32> {attn.name = "map"}) {
  %Wq = attn.weight "Wq" : tensor<6x3xf32>
  %bq = attn.weight "bq" : tensor<6xf32>
  %Wk = attn.weight "Wk" : tensor<6x3xf32>
  %bk = attn.weight "bk" : tensor<6xf32>
  %Wv = attn.weight "Wv" : tensor<6x3xf32>
  %bv = attn.weight "bv" : tensor<6xf32>
  %Wo = attn.weight "Wo" : tensor<4x6xf32>
  %bo = attn.weight "bo" : tensor<4xf32>
  %x = attn.rearrange %image sizes affine_map<(b, c, y, x) -> (b, y * 3, c)>
      from affine_map<(b, n, c) -> (b, c, n floordiv 3, n mod 3)> : tensor<?x3x4x3xf32>
  %qp = attn.linear %x, %Wq, %bq : tensor<?x12x3xf32>, tensor<6x3xf32>, tensor<6xf32>
  %kp = attn.linear %x, %Wk, %bk : tensor<?x12x3xf32>, tensor<6x3xf32>, tensor<6xf32>
  %vp = attn.linear %x, %Wv, %bv : tensor<?x12x3xf32>, tensor<6x3xf32>, tensor<6xf32>
  %q = attn.split_heads %qp into 2 : tensor<?x12x6xf32>
  %k = attn.split_heads %kp into 2 : tensor<?x12x6xf32>
  %v = attn.split_heads %vp into 2 : tensor<?x12x6xf32>
  %s = attn.score dot %q, %k scale 0.57735026918962584 : tensor<?x2x12x3xf32>, tensor<?x2x12x3xf32>
  %map = attn.normalize softmax %s : tensor<?x2x12x12xf32>
  %c = attn.combine %map, %v : tensor<?x2x12x12xf32>, tensor<?x2x12x3xf32>
  %m = attn.merge_heads %c : tensor<?x2x12x3xf32>
  %o = attn.linear %m, %Wo, %bo : tensor<?x12x6xf32>, tensor<4x6xf32>, tensor<4xf32>
  %out = attn.rearrange %o sizes affine_map<(b, n, c) -> (b, c, n floordiv 3, 3)>
      from affine_map<(b, c, y, x) -> (b, y * 3 + x, c)> : tensor<?x12x4xf32>
  return %out, %map : tensor<?x4x4x3xf32>, tensor<?x2x12x12xf32>
}
