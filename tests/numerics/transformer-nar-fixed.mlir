// All tokens at once: as many as there may be, cut behind the first END.
// RUN: cd %S/data/transformer_nar-fixed_length && attn-run %s --reference --rtol 1e-9 --atol 1e-9 --weights=weights.safetensors \
// RUN:   --input src=src.npy --input lengths=lengths.npy --expect tokens=expected_tokens.npy \
// RUN:   --expect out_lengths=expected_out_lengths.npy --expect logits=expected_logits.npy
// RUN: attnc %s --weights=%S/data/transformer_nar-fixed_length/weights.safetensors --bind B=0..8 --bind N=0..64 -o %t.so && cd %S/data/transformer_nar-fixed_length && \
// RUN:   for threads in 1 2 3; do attn-run %t.so --guard --threads=$threads --input src=src.npy --input lengths=lengths.npy \
// RUN:   --expect tokens=expected_tokens.npy --expect out_lengths=expected_out_lengths.npy --expect logits=expected_logits.npy --rtol 1e-4 --atol 1e-5 || exit 1; done

func.func private @encoder_layer(%x: tensor<?x?x8xf32> {attn.dims = ["B", "N", "C"]}, %n: tensor<?xi32> {attn.dims = ["B"]}) -> tensor<?x?x8xf32> {
  %w_qp = attn.weight "att.Wq" : tensor<8x8xf32>
  %b_qp = attn.weight "att.bq" : tensor<8xf32>
  %qp = attn.linear %x, %w_qp, %b_qp : tensor<?x?x8xf32>, tensor<8x8xf32>, tensor<8xf32>
  %q = attn.split_heads %qp into 2 : tensor<?x?x8xf32>
  %w_kp = attn.weight "att.Wk" : tensor<8x8xf32>
  %b_kp = attn.weight "att.bk" : tensor<8xf32>
  %kp = attn.linear %x, %w_kp, %b_kp : tensor<?x?x8xf32>, tensor<8x8xf32>, tensor<8xf32>
  %k = attn.split_heads %kp into 2 : tensor<?x?x8xf32>
  %w_vp = attn.weight "att.Wv" : tensor<8x8xf32>
  %b_vp = attn.weight "att.bv" : tensor<8xf32>
  %vp = attn.linear %x, %w_vp, %b_vp : tensor<?x?x8xf32>, tensor<8x8xf32>, tensor<8xf32>
  %v = attn.split_heads %vp into 2 : tensor<?x?x8xf32>
  %a = attn.attention %q, %k, %v scale 0.5 where lengths(%n)
      : tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>, tensor<?xi32>
  %m = attn.merge_heads %a : tensor<?x2x?x4xf32>
  %w_o = attn.weight "att.Wo" : tensor<8x8xf32>
  %b_o = attn.weight "att.bo" : tensor<8xf32>
  %o = attn.linear %m, %w_o, %b_o : tensor<?x?x8xf32>, tensor<8x8xf32>, tensor<8xf32>
  %y = attn.add %x, %o : tensor<?x?x8xf32>, tensor<?x?x8xf32>
  %g_y1 = attn.weight "ln1.gamma" : tensor<8xf32>
  %h_y1 = attn.weight "ln1.beta" : tensor<8xf32>
  %y1 = attn.layer_norm %y, %g_y1, %h_y1 eps 1.0e-5 : tensor<?x?x8xf32>, tensor<8xf32>, tensor<8xf32>
  %w_f1 = attn.weight "ffn.W1" : tensor<14x8xf32>
  %b_f1 = attn.weight "ffn.b1" : tensor<14xf32>
  %f1 = attn.linear %y1, %w_f1, %b_f1 : tensor<?x?x8xf32>, tensor<14x8xf32>, tensor<14xf32>
  %f2 = attn.activation relu %f1 : tensor<?x?x14xf32>
  %w_f = attn.weight "ffn.W2" : tensor<8x14xf32>
  %b_f = attn.weight "ffn.b2" : tensor<8xf32>
  %f = attn.linear %f2, %w_f, %b_f : tensor<?x?x14xf32>, tensor<8x14xf32>, tensor<8xf32>
  %z = attn.add %y1, %f : tensor<?x?x8xf32>, tensor<?x?x8xf32>
  %g_z1 = attn.weight "ln2.gamma" : tensor<8xf32>
  %h_z1 = attn.weight "ln2.beta" : tensor<8xf32>
  %z1 = attn.layer_norm %z, %g_z1, %h_z1 eps 1.0e-5 : tensor<?x?x8xf32>, tensor<8xf32>, tensor<8xf32>
  return %z1 : tensor<?x?x8xf32>
}

func.func private @decoder_layer(%y: tensor<?x6x8xf32> {attn.dims = ["B", "T", "C"]}, %memory: tensor<?x?x8xf32> {attn.dims = ["B", "N", "C"]}, %n: tensor<?xi32> {attn.dims = ["B"]}) -> tensor<?x6x8xf32> {
  %w_qp = attn.weight "self.Wq" : tensor<8x8xf32>
  %b_qp = attn.weight "self.bq" : tensor<8xf32>
  %qp = attn.linear %y, %w_qp, %b_qp : tensor<?x?x8xf32>, tensor<8x8xf32>, tensor<8xf32>
  %q = attn.split_heads %qp into 2 : tensor<?x?x8xf32>
  %w_kp = attn.weight "self.Wk" : tensor<8x8xf32>
  %b_kp = attn.weight "self.bk" : tensor<8xf32>
  %kp = attn.linear %y, %w_kp, %b_kp : tensor<?x?x8xf32>, tensor<8x8xf32>, tensor<8xf32>
  %k = attn.split_heads %kp into 2 : tensor<?x?x8xf32>
  %w_vp = attn.weight "self.Wv" : tensor<8x8xf32>
  %b_vp = attn.weight "self.bv" : tensor<8xf32>
  %vp = attn.linear %y, %w_vp, %b_vp : tensor<?x?x8xf32>, tensor<8x8xf32>, tensor<8xf32>
  %v = attn.split_heads %vp into 2 : tensor<?x?x8xf32>
  %a = attn.attention %q, %k, %v scale 0.5
      : tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>
  %m = attn.merge_heads %a : tensor<?x2x?x4xf32>
  %w_o = attn.weight "self.Wo" : tensor<8x8xf32>
  %b_o = attn.weight "self.bo" : tensor<8xf32>
  %o = attn.linear %m, %w_o, %b_o : tensor<?x?x8xf32>, tensor<8x8xf32>, tensor<8xf32>
  %s = attn.add %y, %o : tensor<?x?x8xf32>, tensor<?x?x8xf32>
  %g_s1 = attn.weight "ln1.gamma" : tensor<8xf32>
  %h_s1 = attn.weight "ln1.beta" : tensor<8xf32>
  %s1 = attn.layer_norm %s, %g_s1, %h_s1 eps 1.0e-5 : tensor<?x?x8xf32>, tensor<8xf32>, tensor<8xf32>
  %w_cqp = attn.weight "cross.Wq" : tensor<8x8xf32>
  %b_cqp = attn.weight "cross.bq" : tensor<8xf32>
  %cqp = attn.linear %s1, %w_cqp, %b_cqp : tensor<?x?x8xf32>, tensor<8x8xf32>, tensor<8xf32>
  %cq = attn.split_heads %cqp into 2 : tensor<?x?x8xf32>
  %w_ckp = attn.weight "cross.Wk" : tensor<8x8xf32>
  %b_ckp = attn.weight "cross.bk" : tensor<8xf32>
  %ckp = attn.linear %memory, %w_ckp, %b_ckp : tensor<?x?x8xf32>, tensor<8x8xf32>, tensor<8xf32>
  %ck = attn.split_heads %ckp into 2 : tensor<?x?x8xf32>
  %w_cvp = attn.weight "cross.Wv" : tensor<8x8xf32>
  %b_cvp = attn.weight "cross.bv" : tensor<8xf32>
  %cvp = attn.linear %memory, %w_cvp, %b_cvp : tensor<?x?x8xf32>, tensor<8x8xf32>, tensor<8xf32>
  %cv = attn.split_heads %cvp into 2 : tensor<?x?x8xf32>
  %ca = attn.attention %cq, %ck, %cv scale 0.5 where lengths(%n)
      : tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>, tensor<?xi32>
  %cm = attn.merge_heads %ca : tensor<?x2x?x4xf32>
  %w_co = attn.weight "cross.Wo" : tensor<8x8xf32>
  %b_co = attn.weight "cross.bo" : tensor<8xf32>
  %co = attn.linear %cm, %w_co, %b_co : tensor<?x?x8xf32>, tensor<8x8xf32>, tensor<8xf32>
  %u = attn.add %s1, %co : tensor<?x?x8xf32>, tensor<?x?x8xf32>
  %g_u1 = attn.weight "ln2.gamma" : tensor<8xf32>
  %h_u1 = attn.weight "ln2.beta" : tensor<8xf32>
  %u1 = attn.layer_norm %u, %g_u1, %h_u1 eps 1.0e-5 : tensor<?x?x8xf32>, tensor<8xf32>, tensor<8xf32>
  %w_f1 = attn.weight "ffn.W1" : tensor<14x8xf32>
  %b_f1 = attn.weight "ffn.b1" : tensor<14xf32>
  %f1 = attn.linear %u1, %w_f1, %b_f1 : tensor<?x?x8xf32>, tensor<14x8xf32>, tensor<14xf32>
  %f2 = attn.activation relu %f1 : tensor<?x?x14xf32>
  %w_f = attn.weight "ffn.W2" : tensor<8x14xf32>
  %b_f = attn.weight "ffn.b2" : tensor<8xf32>
  %f = attn.linear %f2, %w_f, %b_f : tensor<?x?x14xf32>, tensor<8x14xf32>, tensor<8xf32>
  %z = attn.add %u1, %f : tensor<?x?x8xf32>, tensor<?x?x8xf32>
  %g_z1 = attn.weight "ln3.gamma" : tensor<8xf32>
  %h_z1 = attn.weight "ln3.beta" : tensor<8xf32>
  %z1 = attn.layer_norm %z, %g_z1, %h_z1 eps 1.0e-5 : tensor<?x?x8xf32>, tensor<8xf32>, tensor<8xf32>
  return %z1 : tensor<?x?x8xf32>
}

func.func @translate(%src: tensor<?x?xi32> {attn.name = "src", attn.dims = ["B", "N"]}, %lengths: tensor<?xi32> {attn.name = "lengths", attn.dims = ["B"]})
    -> (tensor<?x6xi32> {attn.name = "tokens"}, tensor<?xi32> {attn.name = "out_lengths"}, tensor<?x6x7xf32> {attn.name = "logits"}) {
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
  %memory = attn.repeat 1 @encoder_layer(%x, %lengths) prefix "enc#." : (tensor<?x?x8xf32>, tensor<?xi32>) -> tensor<?x?x8xf32>
  %tgt_emb = attn.weight "tgt_emb" : tensor<7x8xf32>
  %begin = attn.rearrange %lengths sizes affine_map<(b) -> (b, 6)> from affine_map<(b, t) -> (-1)> : tensor<?xi32>
  %ids = attn.pointwise %begin : tensor<?x6xi32> {
  ^bb0(%a: i32):
    %r = arith.constant 1 : i32
    attn.yield %r : i32
  }
  %d = attn.take %tgt_emb, %ids : tensor<7x8xf32>, tensor<?x6xi32>
  %y0 = attn.pointwise %d indexed : tensor<?x6x8xf32> { // e sqrt(C) + sin or cos of i / 10000^(2 (c / 2) / C)
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
  %y = attn.repeat 1 @decoder_layer(%y0, %memory, %lengths) prefix "dec#." : (tensor<?x6x8xf32>, tensor<?x?x8xf32>, tensor<?xi32>) -> tensor<?x6x8xf32>
  %w_logits = attn.weight "Wout" : tensor<7x8xf32>
  %b_logits = attn.weight "bout" : tensor<7xf32>
  %logits = attn.linear %y, %w_logits, %b_logits : tensor<?x6x8xf32>, tensor<7x8xf32>, tensor<7xf32>
  %best = attn.argmax %logits : tensor<?x6x7xf32>
  // Up to and with the first END.
  %count = attn.pointwise %lengths indexed captures(%best) : tensor<?xi32>, tensor<?x6xi32> {
  ^bb0(%a: i32, %b: index, %all: tensor<?x6xi32>):
    %end = arith.constant 2 : i32
    %l0 = arith.constant 1 : i32
    %l1 = arith.constant 2 : i32
    %l2 = arith.constant 3 : i32
    %l3 = arith.constant 4 : i32
    %l4 = arith.constant 5 : i32
    %l5 = arith.constant 6 : i32
    %n6 = arith.constant 6 : i32
    %i5 = arith.constant 5 : index
    %v5 = tensor.extract %all[%b, %i5] : tensor<?x6xi32>
    %e5 = arith.cmpi eq, %v5, %end : i32
    %n5 = arith.select %e5, %l5, %n6 : i32
    %i4 = arith.constant 4 : index
    %v4 = tensor.extract %all[%b, %i4] : tensor<?x6xi32>
    %e4 = arith.cmpi eq, %v4, %end : i32
    %n4 = arith.select %e4, %l4, %n5 : i32
    %i3 = arith.constant 3 : index
    %v3 = tensor.extract %all[%b, %i3] : tensor<?x6xi32>
    %e3 = arith.cmpi eq, %v3, %end : i32
    %n3 = arith.select %e3, %l3, %n4 : i32
    %i2 = arith.constant 2 : index
    %v2 = tensor.extract %all[%b, %i2] : tensor<?x6xi32>
    %e2 = arith.cmpi eq, %v2, %end : i32
    %n2 = arith.select %e2, %l2, %n3 : i32
    %i1 = arith.constant 1 : index
    %v1 = tensor.extract %all[%b, %i1] : tensor<?x6xi32>
    %e1 = arith.cmpi eq, %v1, %end : i32
    %n1 = arith.select %e1, %l1, %n2 : i32
    %i0 = arith.constant 0 : index
    %v0 = tensor.extract %all[%b, %i0] : tensor<?x6xi32>
    %e0 = arith.cmpi eq, %v0, %end : i32
    %n0 = arith.select %e0, %l0, %n1 : i32
    attn.yield %n0 : i32
  }
  %tokens = attn.pointwise %best indexed captures(%count) : tensor<?x6xi32>, tensor<?xi32> {
  ^bb0(%a: i32, %b: index, %t: index, %counts: tensor<?xi32>):
    %n = tensor.extract %counts[%b] : tensor<?xi32>
    %stop = arith.index_cast %n : i32 to index
    %real = arith.cmpi slt, %t, %stop : index
    %zero = arith.constant 0 : i32
    %r = arith.select %real, %a, %zero : i32
    attn.yield %r : i32
  }
  return %tokens, %count, %logits : tensor<?x6xi32>, tensor<?xi32>, tensor<?x6x7xf32>
}
