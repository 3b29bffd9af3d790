// Vision transformer: patches as rows of one linear, a class token before them, positions, a block with layer norms first.
// RUN: cd %S/data/vit-2x3_patches && attn-run %s --reference --rtol 1e-9 --atol 1e-9 --weights=weights.safetensors \
// RUN:   --input image=image.npy \
// RUN:   --expect hidden=expected_hidden.npy --expect logits=expected_logits.npy
// RUN: %run_compiled %s %t --weights=%S/data/vit-2x3_patches/weights.safetensors \
// RUN:   --sizes B=1 --sizes B=3 --sizes B=0

func.func @vit(%image: tensor<?x3x4x6xf32> {attn.name = "image", attn.dims = ["B", "C", "H", "W"]})
    -> (tensor<?x7x8xf32> {attn.name = "hidden"}, tensor<?x5xf32> {attn.name = "logits"}) {
  %Wpatch = attn.weight "Wpatch" : tensor<8x12xf32>
  %bpatch = attn.weight "bpatch" : tensor<8xf32>
  %class = attn.weight "cls" : tensor<1x8xf32>
  %positions = attn.weight "pos" : tensor<7x8xf32>
  %Wq = attn.weight "enc0.att.Wq" : tensor<8x8xf32>
  %bq = attn.weight "enc0.att.bq" : tensor<8xf32>
  %Wk = attn.weight "enc0.att.Wk" : tensor<8x8xf32>
  %bk = attn.weight "enc0.att.bk" : tensor<8xf32>
  %Wv = attn.weight "enc0.att.Wv" : tensor<8x8xf32>
  %bv = attn.weight "enc0.att.bv" : tensor<8xf32>
  %Wo = attn.weight "enc0.att.Wo" : tensor<8x8xf32>
  %bo = attn.weight "enc0.att.bo" : tensor<8xf32>
  %W1 = attn.weight "enc0.ffn.W1" : tensor<16x8xf32>
  %b1 = attn.weight "enc0.ffn.b1" : tensor<16xf32>
  %W2 = attn.weight "enc0.ffn.W2" : tensor<8x16xf32>
  %b2 = attn.weight "enc0.ffn.b2" : tensor<8xf32>
  %g1 = attn.weight "enc0.ln1.gamma" : tensor<8xf32>
  %e1 = attn.weight "enc0.ln1.beta" : tensor<8xf32>
  %g2 = attn.weight "enc0.ln2.gamma" : tensor<8xf32>
  %e2 = attn.weight "enc0.ln2.beta" : tensor<8xf32>
  %g3 = attn.weight "final_ln.gamma" : tensor<8xf32>
  %e3 = attn.weight "final_ln.beta" : tensor<8xf32>
  %Whead = attn.weight "Whead" : tensor<5x8xf32>
  %bhead = attn.weight "bhead" : tensor<5xf32>
  // Patch p, number (channel, y, x) of it.
  %patches = attn.rearrange %image sizes affine_map<(b, c, y, x) -> (b, (y floordiv 2) * 3, c * 4)>
      from affine_map<(b, p, i) -> (b, i floordiv 4, (p floordiv 3) * 2 + (i mod 4) floordiv 2, (p mod 3) * 2 + i mod 2)>
      : tensor<?x3x4x6xf32>
  %rows = attn.linear %patches, %Wpatch, %bpatch : tensor<?x6x12xf32>, tensor<8x12xf32>, tensor<8xf32>
  %tokens = attn.append_rows %class, %rows : tensor<1x8xf32>, tensor<?x6x8xf32>
  %x = attn.add %tokens, %positions : tensor<?x7x8xf32>, tensor<7x8xf32>
  %n = attn.layer_norm %x, %g1, %e1 eps 1.0e-12 : tensor<?x7x8xf32>, tensor<8xf32>, tensor<8xf32>
  %qp = attn.linear %n, %Wq, %bq : tensor<?x7x8xf32>, tensor<8x8xf32>, tensor<8xf32>
  %kp = attn.linear %n, %Wk, %bk : tensor<?x7x8xf32>, tensor<8x8xf32>, tensor<8xf32>
  %vp = attn.linear %n, %Wv, %bv : tensor<?x7x8xf32>, tensor<8x8xf32>, tensor<8xf32>
  %q = attn.split_heads %qp into 2 : tensor<?x7x8xf32>
  %k = attn.split_heads %kp into 2 : tensor<?x7x8xf32>
  %v = attn.split_heads %vp into 2 : tensor<?x7x8xf32>
  %a = attn.attention %q, %k, %v scale 0.5 : tensor<?x2x7x4xf32>, tensor<?x2x7x4xf32>, tensor<?x2x7x4xf32>
  %m = attn.merge_heads %a : tensor<?x2x7x4xf32>
  %o = attn.linear %m, %Wo, %bo : tensor<?x7x8xf32>, tensor<8x8xf32>, tensor<8xf32>
  %r = attn.add %x, %o : tensor<?x7x8xf32>, tensor<?x7x8xf32>
  %y = attn.layer_norm %r, %g2, %e2 eps 1.0e-12 : tensor<?x7x8xf32>, tensor<8xf32>, tensor<8xf32>
  %f1 = attn.linear %y, %W1, %b1 : tensor<?x7x8xf32>, tensor<16x8xf32>, tensor<16xf32>
  %g = attn.activation gelu %f1 : tensor<?x7x16xf32>
  %f2 = attn.linear %g, %W2, %b2 : tensor<?x7x16xf32>, tensor<8x16xf32>, tensor<8xf32>
  %z = attn.add %r, %f2 : tensor<?x7x8xf32>, tensor<?x7x8xf32>
  %hidden = attn.layer_norm %z, %g3, %e3 eps 1.0e-12 : tensor<?x7x8xf32>, tensor<8xf32>, tensor<8xf32>
  %first = attn.rearrange %hidden sizes affine_map<(b, n, c) -> (b, c)> from affine_map<(b, c) -> (b, 0, c)> : tensor<?x7x8xf32>
  %logits = attn.linear %first, %Whead, %bhead : tensor<?x8xf32>, tensor<5x8xf32>, tensor<5xf32>
  return %hidden, %logits : tensor<?x7x8xf32>, tensor<?x5xf32>
}
