// A translator from BEGIN on in one call: greedy choice; all of the past is computed again for each token.
// RUN: cd %S/data/transformer_greedy-no_cache && attn-run %s --reference --rtol 1e-9 --atol 1e-9 --weights=weights.safetensors \
// RUN:   --input src=src.npy --input lengths=lengths.npy --expect tokens=expected_tokens.npy \
// RUN:   --expect out_lengths=expected_out_lengths.npy --expect logits=expected_logits.npy
// RUN: %run_compiled %s %t --weights=%S/data/transformer_greedy-no_cache/weights.safetensors --sizes B=3,N=6 \
// RUN:   --input src=%S/data/transformer_greedy-no_cache/src.npy --input lengths=%S/data/transformer_greedy-no_cache/lengths.npy
// RUN: %run_compiled %s %t --weights=%S/data/transformer_greedy-no_cache/weights.safetensors --sizes B=1,N=1 --sizes B=2,N=9 --sizes B=0,N=3

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

func.func private @decoder_layer(%y: tensor<?x8x8xf32> {attn.dims = ["B", "T", "C"]}, %memory: tensor<?x?x8xf32> {attn.dims = ["B", "N", "C"]}, %n: tensor<?xi32> {attn.dims = ["B"]}) -> tensor<?x8x8xf32> {
  %w_qp = attn.weight "self.Wq" : tensor<8x8xf32>
  %b_qp = attn.weight "self.bq" : tensor<8xf32>
  %qp = attn.linear %y, %w_qp, %b_qp : tensor<?x8x8xf32>, tensor<8x8xf32>, tensor<8xf32>
  %q = attn.split_heads %qp into 2 : tensor<?x8x8xf32>
  %w_kp = attn.weight "self.Wk" : tensor<8x8xf32>
  %b_kp = attn.weight "self.bk" : tensor<8xf32>
  %kp = attn.linear %y, %w_kp, %b_kp : tensor<?x8x8xf32>, tensor<8x8xf32>, tensor<8xf32>
  %k = attn.split_heads %kp into 2 : tensor<?x8x8xf32>
  %w_vp = attn.weight "self.Wv" : tensor<8x8xf32>
  %b_vp = attn.weight "self.bv" : tensor<8xf32>
  %vp = attn.linear %y, %w_vp, %b_vp : tensor<?x8x8xf32>, tensor<8x8xf32>, tensor<8xf32>
  %v = attn.split_heads %vp into 2 : tensor<?x8x8xf32>
  %a = attn.attention %q, %k, %v scale 0.5 where causal(top_left)
      : tensor<?x2x8x4xf32>, tensor<?x2x8x4xf32>, tensor<?x2x8x4xf32>
  %m = attn.merge_heads %a : tensor<?x2x8x4xf32>
  %w_o = attn.weight "self.Wo" : tensor<8x8xf32>
  %b_o = attn.weight "self.bo" : tensor<8xf32>
  %o = attn.linear %m, %w_o, %b_o : tensor<?x8x8xf32>, tensor<8x8xf32>, tensor<8xf32>
  %s = attn.add %y, %o : tensor<?x8x8xf32>, tensor<?x8x8xf32>
  %g_s1 = attn.weight "ln1.gamma" : tensor<8xf32>
  %h_s1 = attn.weight "ln1.beta" : tensor<8xf32>
  %s1 = attn.layer_norm %s, %g_s1, %h_s1 eps 1.0e-5 : tensor<?x8x8xf32>, tensor<8xf32>, tensor<8xf32>
  %w_cqp = attn.weight "cross.Wq" : tensor<8x8xf32>
  %b_cqp = attn.weight "cross.bq" : tensor<8xf32>
  %cqp = attn.linear %s1, %w_cqp, %b_cqp : tensor<?x8x8xf32>, tensor<8x8xf32>, tensor<8xf32>
  %cq = attn.split_heads %cqp into 2 : tensor<?x8x8xf32>
  %w_ckp = attn.weight "cross.Wk" : tensor<8x8xf32>
  %b_ckp = attn.weight "cross.bk" : tensor<8xf32>
  %ckp = attn.linear %memory, %w_ckp, %b_ckp : tensor<?x?x8xf32>, tensor<8x8xf32>, tensor<8xf32>
  %ck = attn.split_heads %ckp into 2 : tensor<?x?x8xf32>
  %w_cvp = attn.weight "cross.Wv" : tensor<8x8xf32>
  %b_cvp = attn.weight "cross.bv" : tensor<8xf32>
  %cvp = attn.linear %memory, %w_cvp, %b_cvp : tensor<?x?x8xf32>, tensor<8x8xf32>, tensor<8xf32>
  %cv = attn.split_heads %cvp into 2 : tensor<?x?x8xf32>
  %ca = attn.attention %cq, %ck, %cv scale 0.5 where lengths(%n)
      : tensor<?x2x8x4xf32>, tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>, tensor<?xi32>
  %cm = attn.merge_heads %ca : tensor<?x2x8x4xf32>
  %w_co = attn.weight "cross.Wo" : tensor<8x8xf32>
  %b_co = attn.weight "cross.bo" : tensor<8xf32>
  %co = attn.linear %cm, %w_co, %b_co : tensor<?x8x8xf32>, tensor<8x8xf32>, tensor<8xf32>
  %u = attn.add %s1, %co : tensor<?x8x8xf32>, tensor<?x8x8xf32>
  %g_u1 = attn.weight "ln2.gamma" : tensor<8xf32>
  %h_u1 = attn.weight "ln2.beta" : tensor<8xf32>
  %u1 = attn.layer_norm %u, %g_u1, %h_u1 eps 1.0e-5 : tensor<?x8x8xf32>, tensor<8xf32>, tensor<8xf32>
  %w_f1 = attn.weight "ffn.W1" : tensor<14x8xf32>
  %b_f1 = attn.weight "ffn.b1" : tensor<14xf32>
  %f1 = attn.linear %u1, %w_f1, %b_f1 : tensor<?x8x8xf32>, tensor<14x8xf32>, tensor<14xf32>
  %f2 = attn.activation relu %f1 : tensor<?x8x14xf32>
  %w_f = attn.weight "ffn.W2" : tensor<8x14xf32>
  %b_f = attn.weight "ffn.b2" : tensor<8xf32>
  %f = attn.linear %f2, %w_f, %b_f : tensor<?x8x14xf32>, tensor<8x14xf32>, tensor<8xf32>
  %z = attn.add %u1, %f : tensor<?x8x8xf32>, tensor<?x8x8xf32>
  %g_z1 = attn.weight "ln3.gamma" : tensor<8xf32>
  %h_z1 = attn.weight "ln3.beta" : tensor<8xf32>
  %z1 = attn.layer_norm %z, %g_z1, %h_z1 eps 1.0e-5 : tensor<?x8x8xf32>, tensor<8xf32>, tensor<8xf32>
  return %z1 : tensor<?x8x8xf32>
}

// What all tokens so far say is computed anew for each.
func.func private @step(%prefix: tensor<?x8xi32> {attn.dims = ["B", "T"]}, %t: tensor<?xi32> {attn.dims = ["B"]}, %alive: tensor<?xi32> {attn.dims = ["B"]}, %length: tensor<?xi32> {attn.dims = ["B"]}, %memory: tensor<?x?x8xf32> {attn.dims = ["B", "N", "C"]}, %lengths: tensor<?xi32> {attn.dims = ["B"]})
    -> (tensor<?x8xi32> {attn.dims = ["B", "T"]}, tensor<?xi32> {attn.dims = ["B"]}, tensor<?xi32> {attn.dims = ["B"]}, tensor<?xi32> {attn.dims = ["B"]}, tensor<?xi32> {attn.dims = ["B"]}, tensor<?x11xf32> {attn.dims = ["B", "V"]}, tensor<?xi32> {attn.dims = ["B"]}) {
  %tgt_emb = attn.weight "tgt_emb" : tensor<11x8xf32>
  %e = attn.embed %tgt_emb, %prefix : tensor<11x8xf32>, tensor<?x8xi32>
  %input = attn.pointwise %e indexed : tensor<?x8x8xf32> { // e sqrt(C) + sin or cos of i / 10000^(2 (c / 2) / C)
  ^bb0(%e_in: f32, %b: index, %i: index, %c: index):
    %at = arith.index_cast %i : index to i32
    %pos = arith.sitofp %at : i32 to f32
    %two = arith.constant 2 : index
    %half = arith.divui %c, %two : index
    %odd = arith.remui %c, %two : index
    %h = arith.index_cast %half : index to i32
    %hf = arith.sitofp %h : i32 to f32
    %base = arith.constant 10000.0 : f32
    %log = math.log %base : f32
    %share = arith.constant -0.25 : f32 // 2 / C
    %rate = arith.mulf %log, %share : f32
    %l = arith.mulf %hf, %rate : f32
    %s = math.exp %l : f32
    %angle = arith.mulf %pos, %s : f32
    %sin = math.sin %angle : f32
    %cos = math.cos %angle : f32
    %none = arith.constant 0 : index
    %even = arith.cmpi eq, %odd, %none : index
    %wave = arith.select %even, %sin, %cos : f32
    %width = arith.constant 8.0 : f32
    %root = math.sqrt %width : f32
    %scaled = arith.mulf %e_in, %root : f32
    %y_in = arith.addf %scaled, %wave : f32
    attn.yield %y_in : f32
  }
  %y = attn.repeat 2 @decoder_layer(%input, %memory, %lengths) prefix "dec#." : (tensor<?x8x8xf32>, tensor<?x?x8xf32>, tensor<?xi32>) -> tensor<?x8x8xf32>
  // The row of the last token.
  %rows = attn.rearrange %y sizes affine_map<(b, t, c) -> (b * 8, c)> from affine_map<(r, c) -> (r floordiv 8, r mod 8, c)> : tensor<?x8x8xf32>
  %at = attn.pointwise %t indexed : tensor<?xi32> {
  ^bb0(%a: i32, %b: index):
    %steps = arith.constant 8 : i32
    %sample = arith.index_cast %b : index to i32
    %first = arith.muli %sample, %steps : i32
    %r = arith.addi %first, %a : i32
    attn.yield %r : i32
  }
  %row = attn.take %rows, %at : tensor<?x8xf32>, tensor<?xi32>
  %w_row = attn.weight "Wout" : tensor<11x8xf32>
  %b_row = attn.weight "bout" : tensor<11xf32>
  %all = attn.linear %row, %w_row, %b_row : tensor<?x8xf32>, tensor<11x8xf32>, tensor<11xf32>
  %best = attn.argmax %all : tensor<?x11xf32>
  // A sentence that has ended goes on as padding.
  %next = attn.pointwise %best, %alive : tensor<?xi32>, tensor<?xi32> {
  ^bb0(%a: i32, %b: i32):
    %r = arith.muli %a, %b : i32
    attn.yield %r : i32
  }
  %logits = attn.pointwise %all indexed captures(%alive) : tensor<?x11xf32>, tensor<?xi32> {
  ^bb0(%x: f32, %b: index, %v: index, %flags: tensor<?xi32>):
    %flag = tensor.extract %flags[%b] : tensor<?xi32>
    %none = arith.constant 0 : i32
    %live = arith.cmpi ne, %flag, %none : i32
    %zero = arith.constant 0.0 : f32
    %y_in = arith.select %live, %x, %zero : f32
    attn.yield %y_in : f32
  }
  %length1 = attn.pointwise %length, %alive : tensor<?xi32>, tensor<?xi32> {
  ^bb0(%a: i32, %b: i32):
    %r = arith.addi %a, %b : i32
    attn.yield %r : i32
  }
  %goes_on = attn.pointwise %next, %alive : tensor<?xi32>, tensor<?xi32> {
  ^bb0(%a: i32, %b: i32):
    %end = arith.constant 2 : i32
    %other = arith.cmpi ne, %a, %end : i32
    %o = arith.extui %other : i1 to i32
    %r = arith.muli %b, %o : i32
    attn.yield %r : i32
  }
  %t1 = attn.pointwise %t : tensor<?xi32> {
  ^bb0(%a: i32):
    %one = arith.constant 1 : i32
    %r = arith.addi %a, %one : i32
    attn.yield %r : i32
  }
  %longer = attn.pointwise %prefix indexed captures(%t1, %next) : tensor<?x8xi32>, tensor<?xi32>, tensor<?xi32> {
  ^bb0(%a: i32, %b: index, %i: index, %ends: tensor<?xi32>, %new: tensor<?xi32>):
    %end = tensor.extract %ends[%b] : tensor<?xi32>
    %token = tensor.extract %new[%b] : tensor<?xi32>
    %place = arith.index_cast %i : index to i32
    %is = arith.cmpi eq, %place, %end : i32
    %r = arith.select %is, %token, %a : i32
    attn.yield %r : i32
  }
  return %longer, %t1, %goes_on, %length1, %next, %logits, %goes_on : tensor<?x8xi32>, tensor<?xi32>, tensor<?xi32>, tensor<?xi32>, tensor<?xi32>, tensor<?x11xf32>, tensor<?xi32>
}

func.func @translate(%src: tensor<?x?xi32> {attn.name = "src", attn.dims = ["B", "N"]}, %lengths: tensor<?xi32> {attn.name = "lengths", attn.dims = ["B"]})
    -> (tensor<?x8xi32> {attn.name = "tokens"}, tensor<?xi32> {attn.name = "out_lengths"}, tensor<?x8x11xf32> {attn.name = "logits"}) {
  %src_emb = attn.weight "src_emb" : tensor<13x8xf32>
  %e = attn.embed %src_emb, %src : tensor<13x8xf32>, tensor<?x?xi32>
  %x = attn.pointwise %e indexed : tensor<?x?x8xf32> { // e sqrt(C) + sin or cos of i / 10000^(2 (c / 2) / C)
  ^bb0(%e_in: f32, %b: index, %i: index, %c: index):
    %at = arith.index_cast %i : index to i32
    %pos = arith.sitofp %at : i32 to f32
    %two = arith.constant 2 : index
    %half = arith.divui %c, %two : index
    %odd = arith.remui %c, %two : index
    %h = arith.index_cast %half : index to i32
    %hf = arith.sitofp %h : i32 to f32
    %base = arith.constant 10000.0 : f32
    %log = math.log %base : f32
    %share = arith.constant -0.25 : f32 // 2 / C
    %rate = arith.mulf %log, %share : f32
    %l = arith.mulf %hf, %rate : f32
    %s = math.exp %l : f32
    %angle = arith.mulf %pos, %s : f32
    %sin = math.sin %angle : f32
    %cos = math.cos %angle : f32
    %none = arith.constant 0 : index
    %even = arith.cmpi eq, %odd, %none : index
    %wave = arith.select %even, %sin, %cos : f32
    %width = arith.constant 8.0 : f32
    %root = math.sqrt %width : f32
    %scaled = arith.mulf %e_in, %root : f32
    %y = arith.addf %scaled, %wave : f32
    attn.yield %y : f32
  }
  %memory = attn.repeat 2 @encoder_layer(%x, %lengths) prefix "enc#." : (tensor<?x?x8xf32>, tensor<?xi32>) -> tensor<?x?x8xf32>
  %prefix = attn.rearrange %lengths sizes affine_map<(b) -> (b, 8)> from affine_map<(b, t) -> (-1)> : tensor<?xi32>
  %begin = attn.pointwise %prefix : tensor<?x8xi32> { // only the first is read before it is said
  ^bb0(%a: i32):
    %r = arith.constant 1 : i32
    attn.yield %r : i32
  }
  %zero = attn.pointwise %lengths : tensor<?xi32> {
  ^bb0(%a: i32):
    %r = arith.constant 0 : i32
    attn.yield %r : i32
  }
  %one = attn.pointwise %lengths : tensor<?xi32> {
  ^bb0(%a: i32):
    %r = arith.constant 1 : i32
    attn.yield %r : i32
  }
  %out:6 = attn.loop @step carried(%begin, %zero, %one, %zero) with(%memory, %lengths) steps 8 while
      : (tensor<?x8xi32>, tensor<?xi32>, tensor<?xi32>, tensor<?xi32>, tensor<?x?x8xf32>, tensor<?xi32>) -> (tensor<?x8xi32>, tensor<?xi32>, tensor<?xi32>, tensor<?xi32>, tensor<?x8xi32>, tensor<?x8x11xf32>)
  return %out#4, %out#3, %out#5 : tensor<?x8xi32>, tensor<?xi32>, tensor<?x8x11xf32>
}
