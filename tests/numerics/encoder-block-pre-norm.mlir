// Transformer encoder block, layer norm before each branch.
// RUN: cd %S/data/encoder_block-pre && attn-run %s --reference --rtol 1e-9 --atol 1e-9 \
// RUN:   --weights=weights.safetensors \
// RUN:   --input x=x.npy --input lengths=lengths.npy --expect out=expected_out.npy
// RUN: %run_compiled %s %t --weights=%S/data/encoder_block-pre/weights.safetensors --sizes B=1,N=1 --sizes B=2,N=6 \
// RUN:   --sizes B=3,N=17 --sizes B=1,N=100 --sizes B=0,N=3 --sizes B=2,N=0

func.func @encoder_block(
    %x: tensor<?x?x12xf32> {attn.name = "x", attn.dims = ["B", "N", "C"]},
    %lengths: tensor<?xi32> {attn.name = "lengths", attn.dims = ["B"]})
    -> (tensor<?x?x12xf32> {attn.name = "out"}) {
  %att_Wq = attn.weight "att.Wq" : tensor<12x12xf32>
  %att_bq = attn.weight "att.bq" : tensor<12xf32>
  %att_Wk = attn.weight "att.Wk" : tensor<12x12xf32>
  %att_bk = attn.weight "att.bk" : tensor<12xf32>
  %att_Wv = attn.weight "att.Wv" : tensor<12x12xf32>
  %att_bv = attn.weight "att.bv" : tensor<12xf32>
  %att_Wo = attn.weight "att.Wo" : tensor<12x12xf32>
  %att_bo = attn.weight "att.bo" : tensor<12xf32>
  %ffn_W1 = attn.weight "ffn.W1" : tensor<20x12xf32>
  %ffn_b1 = attn.weight "ffn.b1" : tensor<20xf32>
  %ffn_W2 = attn.weight "ffn.W2" : tensor<12x20xf32>
  %ffn_b2 = attn.weight "ffn.b2" : tensor<12xf32>
  %ln1_gamma = attn.weight "ln1.gamma" : tensor<12xf32>
  %ln1_beta = attn.weight "ln1.beta" : tensor<12xf32>
  %ln2_gamma = attn.weight "ln2.gamma" : tensor<12xf32>
  %ln2_beta = attn.weight "ln2.beta" : tensor<12xf32>
  %n = attn.layer_norm %x, %ln1_gamma, %ln1_beta eps 1.0e-5 : tensor<?x?x12xf32>, tensor<12xf32>, tensor<12xf32>
  %qp = attn.linear %n, %att_Wq, %att_bq : tensor<?x?x12xf32>, tensor<12x12xf32>, tensor<12xf32>
  %q = attn.split_heads %qp into 3 : tensor<?x?x12xf32>
  %kp = attn.linear %n, %att_Wk, %att_bk : tensor<?x?x12xf32>, tensor<12x12xf32>, tensor<12xf32>
  %k = attn.split_heads %kp into 3 : tensor<?x?x12xf32>
  %vp = attn.linear %n, %att_Wv, %att_bv : tensor<?x?x12xf32>, tensor<12x12xf32>, tensor<12xf32>
  %v = attn.split_heads %vp into 3 : tensor<?x?x12xf32>
  %a = attn.attention %q, %k, %v scale 0.5 where lengths(%lengths)
      : tensor<?x3x?x4xf32>, tensor<?x3x?x4xf32>, tensor<?x3x?x4xf32>, tensor<?xi32>
  %m = attn.merge_heads %a : tensor<?x3x?x4xf32>
  %o = attn.linear %m, %att_Wo, %att_bo : tensor<?x?x12xf32>, tensor<12x12xf32>, tensor<12xf32>
  %r = attn.add %x, %o : tensor<?x?x12xf32>, tensor<?x?x12xf32>
  %y = attn.layer_norm %r, %ln2_gamma, %ln2_beta eps 1.0e-5 : tensor<?x?x12xf32>, tensor<12xf32>, tensor<12xf32>
  %f1 = attn.linear %y, %ffn_W1, %ffn_b1 : tensor<?x?x12xf32>, tensor<20x12xf32>, tensor<20xf32>
  %g = attn.activation relu %f1 : tensor<?x?x20xf32>
  %f2 = attn.linear %g, %ffn_W2, %ffn_b2 : tensor<?x?x20xf32>, tensor<12x20xf32>, tensor<12xf32>
  %out = attn.add %r, %f2 : tensor<?x?x12xf32>, tensor<?x?x12xf32>
  return %out : tensor<?x?x12xf32>
}
