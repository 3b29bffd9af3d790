// A causal language model as GPT-2 lays it out: token and learned positions, pre-norm blocks, logits by the table of the tokens.
// RUN: cd %S/data/causal_lm-two_layers && attn-run %s --reference --rtol 1e-9 --atol 1e-9 --weights=weights.safetensors \
// RUN:   --input ids=ids.npy --expect logits=expected_logits.npy --expect hidden=expected_hidden.npy
// RUN: %run_compiled %s %t --weights=%S/data/causal_lm-two_layers/weights.safetensors --sizes B=1,N=1 --sizes B=2,N=5 --sizes B=3,N=9 \
// RUN:   --sizes B=0,N=3 --sizes B=2,N=0

func.func private @block(%x: tensor<?x?x8xf32> {attn.dims = ["B", "N", "C"]}) -> tensor<?x?x8xf32> {
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
  %ffn_W1 = attn.weight "ffn.W1" : tensor<16x8xf32>
  %ffn_b1 = attn.weight "ffn.b1" : tensor<16xf32>
  %ffn_W2 = attn.weight "ffn.W2" : tensor<8x16xf32>
  %ffn_b2 = attn.weight "ffn.b2" : tensor<8xf32>
  %t1 = attn.layer_norm %x, %ln1_gamma, %ln1_beta eps 1.0e-5 : tensor<?x?x8xf32>, tensor<8xf32>, tensor<8xf32>
  %att_qp = attn.linear %t1, %att_Wq, %att_bq : tensor<?x?x8xf32>, tensor<8x8xf32>, tensor<8xf32>
  %att_q = attn.split_heads %att_qp into 2 : tensor<?x?x8xf32>
  %att_kp = attn.linear %t1, %att_Wk, %att_bk : tensor<?x?x8xf32>, tensor<8x8xf32>, tensor<8xf32>
  %att_k = attn.split_heads %att_kp into 2 : tensor<?x?x8xf32>
  %att_vp = attn.linear %t1, %att_Wv, %att_bv : tensor<?x?x8xf32>, tensor<8x8xf32>, tensor<8xf32>
  %att_v = attn.split_heads %att_vp into 2 : tensor<?x?x8xf32>
  %att_a = attn.attention %att_q, %att_k, %att_v scale 0.5 where causal(top_left)
      : tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>
  %att_m = attn.merge_heads %att_a : tensor<?x2x?x4xf32>
  %s = attn.linear %att_m, %att_Wo, %att_bo : tensor<?x?x8xf32>, tensor<8x8xf32>, tensor<8xf32>
  %y = attn.add %x, %s : tensor<?x?x8xf32>, tensor<?x?x8xf32>
  %t2 = attn.layer_norm %y, %ln2_gamma, %ln2_beta eps 1.0e-5 : tensor<?x?x8xf32>, tensor<8xf32>, tensor<8xf32>
  %ffn_f1 = attn.linear %t2, %ffn_W1, %ffn_b1 : tensor<?x?x8xf32>, tensor<16x8xf32>, tensor<16xf32>
  %ffn_g = attn.activation gelu_tanh %ffn_f1 : tensor<?x?x16xf32>
  %f = attn.linear %ffn_g, %ffn_W2, %ffn_b2 : tensor<?x?x16xf32>, tensor<8x16xf32>, tensor<8xf32>
  %out = attn.add %y, %f : tensor<?x?x8xf32>, tensor<?x?x8xf32>
  return %out : tensor<?x?x8xf32>
}

func.func @causal_lm(%ids: tensor<?x?xi32> {attn.name = "ids", attn.dims = ["B", "N"]})
    -> (tensor<?x?x13xf32> {attn.name = "logits"}, tensor<?x?x8xf32> {attn.name = "hidden"}) {
  %tok = attn.weight "tok" : tensor<13x8xf32>
  %pos = attn.weight "pos" : tensor<9x8xf32>
  %gamma = attn.weight "final_ln.gamma" : tensor<8xf32>
  %beta = attn.weight "final_ln.beta" : tensor<8xf32>
  %e = attn.embed %tok, %ids : tensor<13x8xf32>, tensor<?x?xi32>
  %p = attn.positions %pos, %ids : tensor<9x8xf32>, tensor<?x?xi32>
  %x = attn.add %e, %p : tensor<?x?x8xf32>, tensor<?x8xf32>
  %y = attn.repeat 2 @block(%x) prefix "dec#." : (tensor<?x?x8xf32>) -> tensor<?x?x8xf32>
  %hidden = attn.layer_norm %y, %gamma, %beta eps 1.0e-5 : tensor<?x?x8xf32>, tensor<8xf32>, tensor<8xf32>
  %logits = attn.linear %hidden, %tok : tensor<?x?x8xf32>, tensor<13x8xf32>
  return %logits, %hidden : tensor<?x?x13xf32>, tensor<?x?x8xf32>
}
