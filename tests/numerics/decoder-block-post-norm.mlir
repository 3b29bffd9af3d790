// Transformer decoder block: causal self-attention, attention to the memory of an encoder, layer norm after each residual.
// RUN: cd %S/data/decoder_block-post && attn-run %s --reference --rtol 1e-9 --atol 1e-9 --weights=weights.safetensors \
// RUN:   --input y=y.npy --input memory=memory.npy --input lengths=lengths.npy --expect out=expected_out.npy
// RUN: %run_compiled %s %t --weights=%S/data/decoder_block-post/weights.safetensors --sizes B=1,N=1,M=1 --sizes B=2,N=6,M=9 \
// RUN:   --sizes B=3,N=17,M=65 --sizes B=1,N=100,M=2 --sizes B=0,N=3,M=4 --sizes B=2,N=0,M=3 --sizes B=2,N=3,M=0

func.func @decoder_block(
    %y: tensor<?x?x12xf32> {attn.name = "y", attn.dims = ["B", "N", "C"]},
    %memory: tensor<?x?x12xf32> {attn.name = "memory", attn.dims = ["B", "M", "C"]},
    %lengths: tensor<?xi32> {attn.name = "lengths", attn.dims = ["B"]})
    -> (tensor<?x?x12xf32> {attn.name = "out"}) {
  %self_Wq = attn.weight "self.Wq" : tensor<12x12xf32>
  %self_bq = attn.weight "self.bq" : tensor<12xf32>
  %self_Wk = attn.weight "self.Wk" : tensor<12x12xf32>
  %self_bk = attn.weight "self.bk" : tensor<12xf32>
  %self_Wv = attn.weight "self.Wv" : tensor<12x12xf32>
  %self_bv = attn.weight "self.bv" : tensor<12xf32>
  %self_Wo = attn.weight "self.Wo" : tensor<12x12xf32>
  %self_bo = attn.weight "self.bo" : tensor<12xf32>
  %ln1_gamma = attn.weight "ln1.gamma" : tensor<12xf32>
  %ln1_beta = attn.weight "ln1.beta" : tensor<12xf32>
  %cross_Wq = attn.weight "cross.Wq" : tensor<12x12xf32>
  %cross_bq = attn.weight "cross.bq" : tensor<12xf32>
  %cross_Wk = attn.weight "cross.Wk" : tensor<12x12xf32>
  %cross_bk = attn.weight "cross.bk" : tensor<12xf32>
  %cross_Wv = attn.weight "cross.Wv" : tensor<12x12xf32>
  %cross_bv = attn.weight "cross.bv" : tensor<12xf32>
  %cross_Wo = attn.weight "cross.Wo" : tensor<12x12xf32>
  %cross_bo = attn.weight "cross.bo" : tensor<12xf32>
  %ln2_gamma = attn.weight "ln2.gamma" : tensor<12xf32>
  %ln2_beta = attn.weight "ln2.beta" : tensor<12xf32>
  %ffn_W1 = attn.weight "ffn.W1" : tensor<20x12xf32>
  %ffn_b1 = attn.weight "ffn.b1" : tensor<20xf32>
  %ffn_W2 = attn.weight "ffn.W2" : tensor<12x20xf32>
  %ffn_b2 = attn.weight "ffn.b2" : tensor<12xf32>
  %ln3_gamma = attn.weight "ln3.gamma" : tensor<12xf32>
  %ln3_beta = attn.weight "ln3.beta" : tensor<12xf32>
  %self_qp = attn.linear %y, %self_Wq, %self_bq : tensor<?x?x12xf32>, tensor<12x12xf32>, tensor<12xf32>
  %self_q = attn.split_heads %self_qp into 2 : tensor<?x?x12xf32>
  %self_kp = attn.linear %y, %self_Wk, %self_bk : tensor<?x?x12xf32>, tensor<12x12xf32>, tensor<12xf32>
  %self_k = attn.split_heads %self_kp into 2 : tensor<?x?x12xf32>
  %self_vp = attn.linear %y, %self_Wv, %self_bv : tensor<?x?x12xf32>, tensor<12x12xf32>, tensor<12xf32>
  %self_v = attn.split_heads %self_vp into 2 : tensor<?x?x12xf32>
  %self_a = attn.attention %self_q, %self_k, %self_v scale 0.408248290463863 where causal(top_left)
      : tensor<?x2x?x6xf32>, tensor<?x2x?x6xf32>, tensor<?x2x?x6xf32>
  %self_m = attn.merge_heads %self_a : tensor<?x2x?x6xf32>
  %s = attn.linear %self_m, %self_Wo, %self_bo : tensor<?x?x12xf32>, tensor<12x12xf32>, tensor<12xf32>
  %ys = attn.add %y, %s : tensor<?x?x12xf32>, tensor<?x?x12xf32>
  %y1 = attn.layer_norm %ys, %ln1_gamma, %ln1_beta eps 1.0e-5 : tensor<?x?x12xf32>, tensor<12xf32>, tensor<12xf32>
  %cross_qp = attn.linear %y1, %cross_Wq, %cross_bq : tensor<?x?x12xf32>, tensor<12x12xf32>, tensor<12xf32>
  %cross_q = attn.split_heads %cross_qp into 2 : tensor<?x?x12xf32>
  %cross_kp = attn.linear %memory, %cross_Wk, %cross_bk : tensor<?x?x12xf32>, tensor<12x12xf32>, tensor<12xf32>
  %cross_k = attn.split_heads %cross_kp into 2 : tensor<?x?x12xf32>
  %cross_vp = attn.linear %memory, %cross_Wv, %cross_bv : tensor<?x?x12xf32>, tensor<12x12xf32>, tensor<12xf32>
  %cross_v = attn.split_heads %cross_vp into 2 : tensor<?x?x12xf32>
  %cross_a = attn.attention %cross_q, %cross_k, %cross_v scale 0.408248290463863 where lengths(%lengths)
      : tensor<?x2x?x6xf32>, tensor<?x2x?x6xf32>, tensor<?x2x?x6xf32>, tensor<?xi32>
  %cross_m = attn.merge_heads %cross_a : tensor<?x2x?x6xf32>
  %c = attn.linear %cross_m, %cross_Wo, %cross_bo : tensor<?x?x12xf32>, tensor<12x12xf32>, tensor<12xf32>
  %yc = attn.add %y1, %c : tensor<?x?x12xf32>, tensor<?x?x12xf32>
  %y2 = attn.layer_norm %yc, %ln2_gamma, %ln2_beta eps 1.0e-5 : tensor<?x?x12xf32>, tensor<12xf32>, tensor<12xf32>
  %ffn_f1 = attn.linear %y2, %ffn_W1, %ffn_b1 : tensor<?x?x12xf32>, tensor<20x12xf32>, tensor<20xf32>
  %ffn_g = attn.activation relu %ffn_f1 : tensor<?x?x20xf32>
  %f = attn.linear %ffn_g, %ffn_W2, %ffn_b2 : tensor<?x?x20xf32>, tensor<12x20xf32>, tensor<12xf32>
  %yf = attn.add %y2, %f : tensor<?x?x12xf32>, tensor<?x?x12xf32>
  %out = attn.layer_norm %yf, %ln3_gamma, %ln3_beta eps 1.0e-5 : tensor<?x?x12xf32>, tensor<12xf32>, tensor<12xf32>
  return %out : tensor<?x?x12xf32>
}
