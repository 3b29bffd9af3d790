// Each pixel attends to its neighbours; what lies outside of the image takes part with key and value 0. Every pixel of a head is
// a head of one query and nine keys.
// RUN: cd %S/data/local_image_attention-zero && attn-run %s --reference --rtol 1e-9 --atol 1e-9 --weights=weights.safetensors \
// RUN:   --input x=x.npy --expect out=expected_out.npy
// RUN: %run_compiled %s %t --weights=%S/data/local_image_attention-zero/weights.safetensors --sizes B=1 --sizes B=3 --sizes B=0

func.func @local(%x: tensor<?x15x6xf32> {attn.name = "x", attn.dims = ["B", "N", "C"]}) -> (tensor<?x15x8xf32> {attn.name = "out"}) {
  %Wq = attn.weight "Wq" : tensor<8x6xf32>
  %qp = attn.linear %x, %Wq : tensor<?x15x6xf32>, tensor<8x6xf32>
  %q = attn.split_heads %qp into 2 : tensor<?x15x8xf32>
  %Wk = attn.weight "Wk" : tensor<8x6xf32>
  %kp = attn.linear %x, %Wk : tensor<?x15x6xf32>, tensor<8x6xf32>
  %k = attn.split_heads %kp into 2 : tensor<?x15x8xf32>
  %Wv = attn.weight "Wv" : tensor<8x6xf32>
  %vp = attn.linear %x, %Wv : tensor<?x15x6xf32>, tensor<8x6xf32>
  %v = attn.split_heads %vp into 2 : tensor<?x15x8xf32>
  %pixel = attn.rearrange %q sizes affine_map<(b, h, n, d) -> (b, 30, 1, 4)> from affine_map<(b, n, i, d) -> (b, n floordiv 15, n mod 15, d)> : tensor<?x2x15x4xf32>
  %k_around = attn.rearrange %k sizes affine_map<(b, h, n, d) -> (b, 2, 3, 5, 4)> from affine_map<(b, h, y, x, d) -> (b, h, y * 5 + x, d)> : tensor<?x2x15x4xf32>
  %k_near = attn.rearrange %k_around sizes affine_map<(b, h, y, x, d) -> (b, 30, 9, 4)>
      from affine_map<(b, n, j, d) -> (b, n floordiv 15, (n mod 15) floordiv 5 + j floordiv 3 - 1, n mod 5 + j mod 3 - 1, d)> : tensor<?x2x3x5x4xf32>
  %v_around = attn.rearrange %v sizes affine_map<(b, h, n, d) -> (b, 2, 3, 5, 4)> from affine_map<(b, h, y, x, d) -> (b, h, y * 5 + x, d)> : tensor<?x2x15x4xf32>
  %v_near = attn.rearrange %v_around sizes affine_map<(b, h, y, x, d) -> (b, 30, 9, 4)>
      from affine_map<(b, n, j, d) -> (b, n floordiv 15, (n mod 15) floordiv 5 + j floordiv 3 - 1, n mod 5 + j mod 3 - 1, d)> : tensor<?x2x3x5x4xf32>
  %rows = attn.weight "rrow" : tensor<3x2xf32>
  %columns = attn.weight "rcol" : tensor<3x2xf32>
  %down = attn.rearrange %rows sizes affine_map<(r, d) -> (9, 2)> from affine_map<(j, d) -> (j floordiv 3, d)> : tensor<3x2xf32>
  %right = attn.rearrange %columns sizes affine_map<(r, d) -> (9, 2)> from affine_map<(j, d) -> (j mod 3, d)> : tensor<3x2xf32>
  %distance = attn.concat %down, %right : tensor<9x2xf32>, tensor<9x2xf32>
  %keys = attn.add %k_near, %distance : tensor<?x30x9x4xf32>, tensor<9x4xf32>
  %seen = attn.attention %pixel, %keys, %v_near scale 1.0 : tensor<?x30x1x4xf32>, tensor<?x30x9x4xf32>, tensor<?x30x9x4xf32>
  %out = attn.rearrange %seen sizes affine_map<(b, n, i, d) -> (b, 15, 8)> from affine_map<(b, n, c) -> (b, (c floordiv 4) * 15 + n, 0, c mod 4)> : tensor<?x30x1x4xf32>
  return %out : tensor<?x15x8xf32>
}
