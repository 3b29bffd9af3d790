// BERT: three embeddings, a repeated layer, and the pooler; pool over one token reads the first one.
// RUN: cd %S/data/bert-two_layers && attn-run %s --reference --rtol 1e-9 --atol 1e-9 \
// RUN:   --weights=weights.safetensors \
// RUN:   --input ids=ids.npy --input types=types.npy --input lengths=lengths.npy --input ones=full:1:[2] \
// RUN:   --expect hidden=expected_hidden.npy --expect pooled=expected_pooled.npy
// RUN: %run_compiled %s %t --weights=%S/data/bert-two_layers/weights.safetensors --sizes B=1,S=1 --sizes B=2,S=5 \
// RUN:   --sizes B=3,S=9 --sizes B=0,S=3 --sizes B=2,S=0

func.func private @layer(%x: tensor<?x?x8xf32> {attn.dims = ["B", "S", "C"]},
                         %lengths: tensor<?xi32> {attn.dims = ["B"]}) -> tensor<?x?x8xf32> {
  %att_Wq = attn.weight "att.Wq" : tensor<8x8xf32>
  %att_bq = attn.weight "att.bq" : tensor<8xf32>
  %att_Wk = attn.weight "att.Wk" : tensor<8x8xf32>
  %att_bk = attn.weight "att.bk" : tensor<8xf32>
  %att_Wv = attn.weight "att.Wv" : tensor<8x8xf32>
  %att_bv = attn.weight "att.bv" : tensor<8xf32>
  %att_Wo = attn.weight "att.Wo" : tensor<8x8xf32>
  %att_bo = attn.weight "att.bo" : tensor<8xf32>
  %ffn_W1 = attn.weight "ffn.W1" : tensor<16x8xf32>
  %ffn_b1 = attn.weight "ffn.b1" : tensor<16xf32>
  %ffn_W2 = attn.weight "ffn.W2" : tensor<8x16xf32>
  %ffn_b2 = attn.weight "ffn.b2" : tensor<8xf32>
  %ln1_gamma = attn.weight "ln1.gamma" : tensor<8xf32>
  %ln1_beta = attn.weight "ln1.beta" : tensor<8xf32>
  %ln2_gamma = attn.weight "ln2.gamma" : tensor<8xf32>
  %ln2_beta = attn.weight "ln2.beta" : tensor<8xf32>
  %qp = attn.linear %x, %att_Wq, %att_bq : tensor<?x?x8xf32>, tensor<8x8xf32>, tensor<8xf32>
  %q = attn.split_heads %qp into 2 : tensor<?x?x8xf32>
  %kp = attn.linear %x, %att_Wk, %att_bk : tensor<?x?x8xf32>, tensor<8x8xf32>, tensor<8xf32>
  %k = attn.split_heads %kp into 2 : tensor<?x?x8xf32>
  %vp = attn.linear %x, %att_Wv, %att_bv : tensor<?x?x8xf32>, tensor<8x8xf32>, tensor<8xf32>
  %v = attn.split_heads %vp into 2 : tensor<?x?x8xf32>
  %a = attn.attention %q, %k, %v scale 0.5 where lengths(%lengths)
      : tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>, tensor<?xi32>
  %m = attn.merge_heads %a : tensor<?x2x?x4xf32>
  %o = attn.linear %m, %att_Wo, %att_bo : tensor<?x?x8xf32>, tensor<8x8xf32>, tensor<8xf32>
  %r = attn.add %x, %o : tensor<?x?x8xf32>, tensor<?x?x8xf32>
  %y = attn.layer_norm %r, %ln1_gamma, %ln1_beta eps 1.0e-12 : tensor<?x?x8xf32>, tensor<8xf32>, tensor<8xf32>
  %f1 = attn.linear %y, %ffn_W1, %ffn_b1 : tensor<?x?x8xf32>, tensor<16x8xf32>, tensor<16xf32>
  %g = attn.activation gelu %f1 : tensor<?x?x16xf32>
  %f2 = attn.linear %g, %ffn_W2, %ffn_b2 : tensor<?x?x16xf32>, tensor<8x16xf32>, tensor<8xf32>
  %r2 = attn.add %y, %f2 : tensor<?x?x8xf32>, tensor<?x?x8xf32>
  %out = attn.layer_norm %r2, %ln2_gamma, %ln2_beta eps 1.0e-12 : tensor<?x?x8xf32>, tensor<8xf32>, tensor<8xf32>
  return %out : tensor<?x?x8xf32>
}

func.func @bert(
    %ids: tensor<?x?xi32> {attn.name = "ids", attn.dims = ["B", "S"]},
    %types: tensor<?x?xi32> {attn.name = "types", attn.dims = ["B", "S"]},
    %lengths: tensor<?xi32> {attn.name = "lengths", attn.dims = ["B"]},
    %ones: tensor<?xi32> {attn.name = "ones", attn.dims = ["B"]})
    -> (tensor<?x?x8xf32> {attn.name = "hidden"}, tensor<?x8xf32> {attn.name = "pooled"}) {
  %tok = attn.weight "tok" : tensor<17x8xf32>
  %pos = attn.weight "pos" : tensor<9x8xf32>
  %type = attn.weight "type" : tensor<2x8xf32>
  %emb_ln_gamma = attn.weight "emb_ln.gamma" : tensor<8xf32>
  %emb_ln_beta = attn.weight "emb_ln.beta" : tensor<8xf32>
  %Wp = attn.weight "Wp" : tensor<8x8xf32>
  %bp = attn.weight "bp" : tensor<8xf32>
  %e0 = attn.embed %tok, %ids : tensor<17x8xf32>, tensor<?x?xi32>
  %e1 = attn.positions %pos, %ids : tensor<9x8xf32>, tensor<?x?xi32>
  %e2 = attn.embed %type, %types : tensor<2x8xf32>, tensor<?x?xi32>
  %e3 = attn.add %e0, %e1 : tensor<?x?x8xf32>, tensor<?x8xf32>
  %e4 = attn.add %e3, %e2 : tensor<?x?x8xf32>, tensor<?x?x8xf32>
  %x = attn.layer_norm %e4, %emb_ln_gamma, %emb_ln_beta eps 1.0e-12 : tensor<?x?x8xf32>, tensor<8xf32>, tensor<8xf32>
  %hidden = attn.repeat 2 @layer(%x, %lengths) prefix "enc#." : (tensor<?x?x8xf32>, tensor<?xi32>) -> tensor<?x?x8xf32>
  %first = attn.pool mean %hidden lengths %ones : tensor<?x?x8xf32>, tensor<?xi32>
  %p = attn.linear %first, %Wp, %bp : tensor<?x8xf32>, tensor<8x8xf32>, tensor<8xf32>
  %pooled = attn.activation tanh %p : tensor<?x8xf32>
  return %hidden, %pooled : tensor<?x?x8xf32>, tensor<?x8xf32>
}
