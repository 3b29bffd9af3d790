// A convolution of an image beside attention of its pixels with keys of their distance, whose logits evolve from those of the layer below.
// RUN: cd %S/data/attention_augmented_conv-evolving && attn-run %s --reference --rtol 1e-9 --atol 1e-9 --weights=weights.safetensors --input x=x.npy \
// RUN:   --input prev=prev.npy --expect logits=expected_logits.npy --expect out=expected_out.npy
// RUN: %run_compiled %s %t --weights=%S/data/attention_augmented_conv-evolving/weights.safetensors --sizes B=1 --sizes B=3 --sizes B=0

func.func @augmented(%x: tensor<?x5x3x4xf32> {attn.name = "x", attn.dims = ["B", "C", "Y", "X"]}, %prev: tensor<?x2x12x12xf32> {attn.name = "prev", attn.dims = ["B", "H", "N", "N"]})
    -> (tensor<?x10x3x4xf32> {attn.name = "out"}, tensor<?x2x12x12xf32> {attn.name = "logits"}) {
  // What is around a pixel: channel, row, column.
  %around = attn.rearrange %x sizes affine_map<(b, c, y, x) -> (b, 12, 45)>
      from affine_map<(b, n, c) -> (b, c floordiv 9, n floordiv 4 + (c mod 9) floordiv 3 - 1, n mod 4 + c mod 3 - 1)> : tensor<?x5x3x4xf32>
  %Wconv = attn.weight "Wconv" : tensor<6x45xf32>
  %bconv = attn.weight "bconv" : tensor<6xf32>
  %conv = attn.linear %around, %Wconv, %bconv : tensor<?x12x45xf32>, tensor<6x45xf32>, tensor<6xf32>

  %pixels = attn.rearrange %x sizes affine_map<(b, c, y, x) -> (b, 12, c)> from affine_map<(b, n, c) -> (b, c, n floordiv 4, n mod 4)> : tensor<?x5x3x4xf32>
  %Wqkv = attn.weight "Wqkv" : tensor<20x5xf32>
  %bqkv = attn.weight "bqkv" : tensor<20xf32>
  %t = attn.linear %pixels, %Wqkv, %bqkv : tensor<?x12x5xf32>, tensor<20x5xf32>, tensor<20xf32>
  %q_rows = attn.rearrange %t sizes affine_map<(b, n, c) -> (b, n, 8)> from affine_map<(b, n, c) -> (b, n, c + 0)> : tensor<?x12x20xf32>
  %q = attn.split_heads %q_rows into 2 : tensor<?x12x8xf32>
  %k_rows = attn.rearrange %t sizes affine_map<(b, n, c) -> (b, n, 8)> from affine_map<(b, n, c) -> (b, n, c + 8)> : tensor<?x12x20xf32>
  %k = attn.split_heads %k_rows into 2 : tensor<?x12x8xf32>
  %v_rows = attn.rearrange %t sizes affine_map<(b, n, c) -> (b, n, 4)> from affine_map<(b, n, c) -> (b, n, c + 16)> : tensor<?x12x20xf32>
  %v = attn.split_heads %v_rows into 2 : tensor<?x12x4xf32>
  %rh = attn.weight "rh" : tensor<5x4xf32>
  %rw = attn.weight "rw" : tensor<7x4xf32>
  %dot = attn.score dot %q, %k scale 0.5 : tensor<?x2x12x4xf32>, tensor<?x2x12x4xf32>
  %distance = attn.relative_score_2d %q, %rh, %rw scale 0.5 : tensor<?x2x12x4xf32>, tensor<5x4xf32>, tensor<7x4xf32>
  %cur = attn.add %dot, %distance : tensor<?x2x12x12xf32>, tensor<?x2x12x12xf32>
  %mix = attn.blend %prev, %cur alpha 0.5 : tensor<?x2x12x12xf32>, tensor<?x2x12x12xf32>
  %Wc = attn.weight "Wc" : tensor<2x2x3x3xf32>
  %bc = attn.weight "bc" : tensor<2xf32>
  %conv_map = attn.map_conv %mix, %Wc, %bc : tensor<?x2x12x12xf32>, tensor<2x2x3x3xf32>, tensor<2xf32>
  %active = attn.activation relu %conv_map : tensor<?x2x12x12xf32>
  %logits = attn.blend %active, %mix alpha 1.0 : tensor<?x2x12x12xf32>, tensor<?x2x12x12xf32>
  %map = attn.normalize softmax %logits : tensor<?x2x12x12xf32>
  %seen = attn.combine %map, %v : tensor<?x2x12x12xf32>, tensor<?x2x12x2xf32>
  %merged = attn.merge_heads %seen : tensor<?x2x12x2xf32>
  %Wo = attn.weight "Wo" : tensor<4x4xf32>
  %bo = attn.weight "bo" : tensor<4xf32>
  %attended = attn.linear %merged, %Wo, %bo : tensor<?x12x4xf32>, tensor<4x4xf32>, tensor<4xf32>

  %both = attn.concat %conv, %attended : tensor<?x12x6xf32>, tensor<?x12x4xf32>
  %out = attn.rearrange %both sizes affine_map<(b, n, c) -> (b, 10, 3, 4)> from affine_map<(b, c, y, x) -> (b, y * 4 + x, c)> : tensor<?x12x10xf32>
  return %out, %logits : tensor<?x10x3x4xf32>, tensor<?x2x12x12xf32>
}
