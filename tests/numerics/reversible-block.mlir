// A reversible layer (Kitaev et al. 2020): two streams, each added to by what is made of the other.
// RUN: cd %S/data/reversible_block-basic && attn-run %s --reference --rtol 1e-9 --atol 1e-9 --weights=weights.safetensors \
// RUN:   --input x1=x1.npy --input x2=x2.npy --expect y1=expected_y1.npy --expect y2=expected_y2.npy
// RUN: %run_compiled %s %t --weights=%S/data/reversible_block-basic/weights.safetensors --sizes B=1,N=1 --sizes B=2,N=6 \
// RUN:   --sizes B=3,N=17 --sizes B=1,N=131 --sizes B=0,N=3 --sizes B=2,N=0

func.func @reversible_block(
    %x1: tensor<?x?x8xf32> {attn.name = "x1", attn.dims = ["B", "N", "C"]},
    %x2: tensor<?x?x8xf32> {attn.name = "x2", attn.dims = ["B", "N", "C"]})
    -> (tensor<?x?x8xf32> {attn.name = "y1"}, tensor<?x?x8xf32> {attn.name = "y2"}) {
  %ln1_gamma = attn.weight "ln1.gamma" : tensor<8xf32>
  %ln1_beta = attn.weight "ln1.beta" : tensor<8xf32>
  %att_Wq = attn.weight "att.Wq" : tensor<8x8xf32>
  %att_bq = attn.weight "att.bq" : tensor<8xf32>
  %att_Wk = attn.weight "att.Wk" : tensor<8x8xf32>
  %att_bk = attn.weight "att.bk" : tensor<8xf32>
  %att_Wv = attn.weight "att.Wv" : tensor<8x8xf32>
  %att_bv = attn.weight "att.bv" : tensor<8xf32>
  %att_Wo = attn.weight "att.Wo" : tensor<8x8xf32>
  %att_bo = attn.weight "att.bo" : tensor<8xf32>
  %ln2_gamma = attn.weight "ln2.gamma" : tensor<8xf32>
  %ln2_beta = attn.weight "ln2.beta" : tensor<8xf32>
  %ffn_W1 = attn.weight "ffn.W1" : tensor<12x8xf32>
  %ffn_b1 = attn.weight "ffn.b1" : tensor<12xf32>
  %ffn_W2 = attn.weight "ffn.W2" : tensor<8x12xf32>
  %ffn_b2 = attn.weight "ffn.b2" : tensor<8xf32>
  %t1 = attn.layer_norm %x2, %ln1_gamma, %ln1_beta eps 1.0e-5 : tensor<?x?x8xf32>, tensor<8xf32>, tensor<8xf32>
  %att_qp = attn.linear %t1, %att_Wq, %att_bq : tensor<?x?x8xf32>, tensor<8x8xf32>, tensor<8xf32>
  %att_q = attn.split_heads %att_qp into 2 : tensor<?x?x8xf32>
  %att_kp = attn.linear %t1, %att_Wk, %att_bk : tensor<?x?x8xf32>, tensor<8x8xf32>, tensor<8xf32>
  %att_k = attn.split_heads %att_kp into 2 : tensor<?x?x8xf32>
  %att_vp = attn.linear %t1, %att_Wv, %att_bv : tensor<?x?x8xf32>, tensor<8x8xf32>, tensor<8xf32>
  %att_v = attn.split_heads %att_vp into 2 : tensor<?x?x8xf32>
  %att_a = attn.attention %att_q, %att_k, %att_v scale 0.5
      : tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>
  %att_m = attn.merge_heads %att_a : tensor<?x2x?x4xf32>
  %s = attn.linear %att_m, %att_Wo, %att_bo : tensor<?x?x8xf32>, tensor<8x8xf32>, tensor<8xf32>
  %y1 = attn.add %x1, %s : tensor<?x?x8xf32>, tensor<?x?x8xf32>
  %t2 = attn.layer_norm %y1, %ln2_gamma, %ln2_beta eps 1.0e-5 : tensor<?x?x8xf32>, tensor<8xf32>, tensor<8xf32>
  %ffn_f1 = attn.linear %t2, %ffn_W1, %ffn_b1 : tensor<?x?x8xf32>, tensor<12x8xf32>, tensor<12xf32>
  %ffn_g = attn.activation relu %ffn_f1 : tensor<?x?x12xf32>
  %f = attn.linear %ffn_g, %ffn_W2, %ffn_b2 : tensor<?x?x12xf32>, tensor<8x12xf32>, tensor<8xf32>
  %y2 = attn.add %x2, %f : tensor<?x?x8xf32>, tensor<?x?x8xf32>
  return %y1, %y2 : tensor<?x?x8xf32>, tensor<?x?x8xf32>
}
