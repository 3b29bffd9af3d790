// A Transformer's encoder on tokens: sinusoidal positions, pre-norm layers.
// RUN: cd %S/data/transformer_encode-pre && attn-run %s --reference --rtol 1e-9 --atol 1e-9 --weights=weights.safetensors \
// RUN:   --input src=src.npy --input lengths=lengths.npy --expect out=expected_out.npy
// RUN: %run_compiled %s %t --weights=%S/data/transformer_encode-pre/weights.safetensors --sizes B=1,N=1 --sizes B=2,N=7 --sizes B=3,N=33 \
// RUN:   --sizes B=0,N=3 --sizes B=2,N=0

func.func private @encoder_layer(%x: tensor<?x?x8xf32> {attn.dims = ["B", "N", "C"]}, %n: tensor<?xi32> {attn.dims = ["B"]}) -> tensor<?x?x8xf32> {
  %g_x1 = attn.weight "ln1.gamma" : tensor<8xf32>
  %h_x1 = attn.weight "ln1.beta" : tensor<8xf32>
  %x1 = attn.layer_norm %x, %g_x1, %h_x1 eps 1.0e-5 : tensor<?x?x8xf32>, tensor<8xf32>, tensor<8xf32>
  %w_qp = attn.weight "att.Wq" : tensor<8x8xf32>
  %b_qp = attn.weight "att.bq" : tensor<8xf32>
  %qp = attn.linear %x1, %w_qp, %b_qp : tensor<?x?x8xf32>, tensor<8x8xf32>, tensor<8xf32>
  %q = attn.split_heads %qp into 2 : tensor<?x?x8xf32>
  %w_kp = attn.weight "att.Wk" : tensor<8x8xf32>
  %b_kp = attn.weight "att.bk" : tensor<8xf32>
  %kp = attn.linear %x1, %w_kp, %b_kp : tensor<?x?x8xf32>, tensor<8x8xf32>, tensor<8xf32>
  %k = attn.split_heads %kp into 2 : tensor<?x?x8xf32>
  %w_vp = attn.weight "att.Wv" : tensor<8x8xf32>
  %b_vp = attn.weight "att.bv" : tensor<8xf32>
  %vp = attn.linear %x1, %w_vp, %b_vp : tensor<?x?x8xf32>, tensor<8x8xf32>, tensor<8xf32>
  %v = attn.split_heads %vp into 2 : tensor<?x?x8xf32>
  %a = attn.attention %q, %k, %v scale 0.5 where lengths(%n)
      : tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>, tensor<?xi32>
  %m = attn.merge_heads %a : tensor<?x2x?x4xf32>
  %w_o = attn.weight "att.Wo" : tensor<8x8xf32>
  %b_o = attn.weight "att.bo" : tensor<8xf32>
  %o = attn.linear %m, %w_o, %b_o : tensor<?x?x8xf32>, tensor<8x8xf32>, tensor<8xf32>
  %y = attn.add %x, %o : tensor<?x?x8xf32>, tensor<?x?x8xf32>
  %g_y1 = attn.weight "ln2.gamma" : tensor<8xf32>
  %h_y1 = attn.weight "ln2.beta" : tensor<8xf32>
  %y1 = attn.layer_norm %y, %g_y1, %h_y1 eps 1.0e-5 : tensor<?x?x8xf32>, tensor<8xf32>, tensor<8xf32>
  %w_f1 = attn.weight "ffn.W1" : tensor<14x8xf32>
  %b_f1 = attn.weight "ffn.b1" : tensor<14xf32>
  %f1 = attn.linear %y1, %w_f1, %b_f1 : tensor<?x?x8xf32>, tensor<14x8xf32>, tensor<14xf32>
  %f2 = attn.activation relu %f1 : tensor<?x?x14xf32>
  %w_f = attn.weight "ffn.W2" : tensor<8x14xf32>
  %b_f = attn.weight "ffn.b2" : tensor<8xf32>
  %f = attn.linear %f2, %w_f, %b_f : tensor<?x?x14xf32>, tensor<8x14xf32>, tensor<8xf32>
  %z = attn.add %y, %f : tensor<?x?x8xf32>, tensor<?x?x8xf32>
  return %z : tensor<?x?x8xf32>
}

func.func @encode(%src: tensor<?x?xi32> {attn.name = "src", attn.dims = ["B", "N"]}, %lengths: tensor<?xi32> {attn.name = "lengths", attn.dims = ["B"]})
    -> (tensor<?x?x8xf32> {attn.name = "out"}) {
  %src_emb = attn.weight "src_emb" : tensor<13x8xf32>
  %e = attn.embed %src_emb, %src : tensor<13x8xf32>, tensor<?x?xi32>
  %x = attn.pointwise %e indexed : tensor<?x?x8xf32> { // e sqrt(C) + sin or cos of i / 10000^(2 (c / 2) / C)
  ^bb0(%e: f32, %b: index, %i: index, %c: index):
    %at = arith.index_cast %i : index to i32
    %pos = arith.sitofp %at : i32 to f32
    %two = arith.constant 2 : index
    %half = arith.divui %c, %two : index
    %odd = arith.remui %c, %two : index
    %h = arith.index_cast %half : index to i32
    %hf = arith.sitofp %h : i32 to f32
    %rate = arith.constant -2.302585092994046 : f32 // -ln(10000) 2 / 8
    %l = arith.mulf %hf, %rate : f32
    %s = math.exp %l : f32
    %angle = arith.mulf %pos, %s : f32
    %sin = math.sin %angle : f32
    %cos = math.cos %angle : f32
    %none = arith.constant 0 : index
    %even = arith.cmpi eq, %odd, %none : index
    %wave = arith.select %even, %sin, %cos : f32
    %root = arith.constant 2.8284271247461903 : f32
    %scaled = arith.mulf %e, %root : f32
    %y = arith.addf %scaled, %wave : f32
    attn.yield %y : f32
  }
  %enc = attn.repeat 2 @encoder_layer(%x, %lengths) prefix "enc#." : (tensor<?x?x8xf32>, tensor<?xi32>) -> tensor<?x?x8xf32>
  %g_memory = attn.weight "enc_ln.gamma" : tensor<8xf32>
  %h_memory = attn.weight "enc_ln.beta" : tensor<8xf32>
  %memory = attn.layer_norm %enc, %g_memory, %h_memory eps 1.0e-5 : tensor<?x?x8xf32>, tensor<8xf32>, tensor<8xf32>
  return %memory : tensor<?x?x8xf32>
}
