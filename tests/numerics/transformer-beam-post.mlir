// A translator that searches with 3 hypotheses for each sentence in one call, whose caches follow what continues them (post-norm);
// then one that stops as soon as 3 are stored.
// RUN: sed 's/ALPHA/0.6/' %s > %t.0.mlir
// RUN: cd %S/data/transformer_beam-post && attn-run %t.0.mlir --reference --rtol 1e-9 --atol 1e-9 --weights=weights.safetensors \
// RUN:   --input src=src.npy --input lengths=lengths.npy --expect tokens=expected_tokens.npy --expect score=expected_score.npy
// RUN: %run_compiled %t.0.mlir %t --weights=%S/data/transformer_beam-post/weights.safetensors --sizes B=3,N=6 \
// RUN:   --input src=%S/data/transformer_beam-post/src.npy
// RUN: %run_compiled %t.0.mlir %t --weights=%S/data/transformer_beam-post/weights.safetensors --sizes B=1,N=1 --sizes B=2,N=9 --sizes B=0,N=3
// RUN: sed 's/end 2 alpha ALPHA/& early/; s/ALPHA/1.0/' %s > %t.1.mlir
// RUN: cd %S/data/transformer_beam-early_stop && attn-run %t.1.mlir --reference --rtol 1e-9 --atol 1e-9 --weights=weights.safetensors \
// RUN:   --input src=src.npy --input lengths=lengths.npy --expect tokens=expected_tokens.npy --expect score=expected_score.npy
// RUN: %run_compiled %t.1.mlir %t --weights=%S/data/transformer_beam-early_stop/weights.safetensors --sizes B=3,N=6 \
// RUN:   --input src=%S/data/transformer_beam-early_stop/src.npy

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

// Keys and values of the source, once for all steps.
func.func private @cross_keys(%memory: tensor<?x?x8xf32> {attn.dims = ["B", "N", "C"]}) -> (tensor<?x?x8xf32>, tensor<?x?x8xf32>) {
  %w_k = attn.weight "cross.Wk" : tensor<8x8xf32>
  %b_k = attn.weight "cross.bk" : tensor<8xf32>
  %k = attn.linear %memory, %w_k, %b_k : tensor<?x?x8xf32>, tensor<8x8xf32>, tensor<8xf32>
  %w_v = attn.weight "cross.Wv" : tensor<8x8xf32>
  %b_v = attn.weight "cross.bv" : tensor<8xf32>
  %v = attn.linear %memory, %w_v, %b_v : tensor<?x?x8xf32>, tensor<8x8xf32>, tensor<8xf32>
  return %k, %v : tensor<?x?x8xf32>, tensor<?x?x8xf32>
}

// One row for each hypothesis, of which every sentence has 3: its key and value join those of the past.
func.func private @cached_layer(%y: tensor<?x1x8xf32> {attn.dims = ["3 * B", "One", "C"]}, %past_k: tensor<?x2x7x4xf32> {attn.dims = ["3 * B", "H", "T", "D"]}, %past_v: tensor<?x2x7x4xf32> {attn.dims = ["3 * B", "H", "T", "D"]},
                                %t: tensor<?xi32> {attn.dims = ["3 * B"]}, %t1: tensor<?xi32> {attn.dims = ["3 * B"]}, %ckp: tensor<?x?x8xf32> {attn.dims = ["3 * B", "N", "C"]}, %cvp: tensor<?x?x8xf32> {attn.dims = ["3 * B", "N", "C"]},
                                %n: tensor<?xi32> {attn.dims = ["3 * B"]}) -> (tensor<?x1x8xf32>, tensor<?x2x7x4xf32>, tensor<?x2x7x4xf32>) {
  %w_qp = attn.weight "self.Wq" : tensor<8x8xf32>
  %b_qp = attn.weight "self.bq" : tensor<8xf32>
  %qp = attn.linear %y, %w_qp, %b_qp : tensor<?x1x8xf32>, tensor<8x8xf32>, tensor<8xf32>
  %q = attn.split_heads %qp into 2 : tensor<?x1x8xf32>
  %w_kp = attn.weight "self.Wk" : tensor<8x8xf32>
  %b_kp = attn.weight "self.bk" : tensor<8xf32>
  %kp = attn.linear %y, %w_kp, %b_kp : tensor<?x1x8xf32>, tensor<8x8xf32>, tensor<8xf32>
  %knew = attn.split_heads %kp into 2 : tensor<?x1x8xf32>
  %w_vp = attn.weight "self.Wv" : tensor<8x8xf32>
  %b_vp = attn.weight "self.bv" : tensor<8xf32>
  %vp = attn.linear %y, %w_vp, %b_vp : tensor<?x1x8xf32>, tensor<8x8xf32>, tensor<8xf32>
  %vnew = attn.split_heads %vp into 2 : tensor<?x1x8xf32>
  %k = attn.cache_append %past_k, %knew at %t : tensor<?x2x7x4xf32>, tensor<?x2x1x4xf32>, tensor<?xi32>
  %v = attn.cache_append %past_v, %vnew at %t : tensor<?x2x7x4xf32>, tensor<?x2x1x4xf32>, tensor<?xi32>
  %a = attn.attention %q, %k, %v scale 0.5 where lengths(%t1)
      : tensor<?x2x1x4xf32>, tensor<?x2x7x4xf32>, tensor<?x2x7x4xf32>, tensor<?xi32>
  %m = attn.merge_heads %a : tensor<?x2x1x4xf32>
  %w_o = attn.weight "self.Wo" : tensor<8x8xf32>
  %b_o = attn.weight "self.bo" : tensor<8xf32>
  %o = attn.linear %m, %w_o, %b_o : tensor<?x1x8xf32>, tensor<8x8xf32>, tensor<8xf32>
  %s = attn.add %y, %o : tensor<?x1x8xf32>, tensor<?x1x8xf32>
  %g_s1 = attn.weight "ln1.gamma" : tensor<8xf32>
  %h_s1 = attn.weight "ln1.beta" : tensor<8xf32>
  %s1 = attn.layer_norm %s, %g_s1, %h_s1 eps 1.0e-5 : tensor<?x1x8xf32>, tensor<8xf32>, tensor<8xf32>
  %w_cqp = attn.weight "cross.Wq" : tensor<8x8xf32>
  %b_cqp = attn.weight "cross.bq" : tensor<8xf32>
  %cqp = attn.linear %s1, %w_cqp, %b_cqp : tensor<?x1x8xf32>, tensor<8x8xf32>, tensor<8xf32>
  %cq = attn.split_heads %cqp into 2 : tensor<?x1x8xf32>
  %ck = attn.split_heads %ckp into 2 : tensor<?x?x8xf32>
  %cv = attn.split_heads %cvp into 2 : tensor<?x?x8xf32>
  %ca = attn.attention %cq, %ck, %cv scale 0.5 where lengths(%n)
      : tensor<?x2x1x4xf32>, tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>, tensor<?xi32>
  %cm = attn.merge_heads %ca : tensor<?x2x1x4xf32>
  %w_co = attn.weight "cross.Wo" : tensor<8x8xf32>
  %b_co = attn.weight "cross.bo" : tensor<8xf32>
  %co = attn.linear %cm, %w_co, %b_co : tensor<?x1x8xf32>, tensor<8x8xf32>, tensor<8xf32>
  %u = attn.add %s1, %co : tensor<?x1x8xf32>, tensor<?x1x8xf32>
  %g_u1 = attn.weight "ln2.gamma" : tensor<8xf32>
  %h_u1 = attn.weight "ln2.beta" : tensor<8xf32>
  %u1 = attn.layer_norm %u, %g_u1, %h_u1 eps 1.0e-5 : tensor<?x1x8xf32>, tensor<8xf32>, tensor<8xf32>
  %w_f1 = attn.weight "ffn.W1" : tensor<14x8xf32>
  %b_f1 = attn.weight "ffn.b1" : tensor<14xf32>
  %f1 = attn.linear %u1, %w_f1, %b_f1 : tensor<?x1x8xf32>, tensor<14x8xf32>, tensor<14xf32>
  %f2 = attn.activation relu %f1 : tensor<?x1x14xf32>
  %w_f = attn.weight "ffn.W2" : tensor<8x14xf32>
  %b_f = attn.weight "ffn.b2" : tensor<8xf32>
  %f = attn.linear %f2, %w_f, %b_f : tensor<?x1x14xf32>, tensor<8x14xf32>, tensor<8xf32>
  %z = attn.add %u1, %f : tensor<?x1x8xf32>, tensor<?x1x8xf32>
  %g_z1 = attn.weight "ln3.gamma" : tensor<8xf32>
  %h_z1 = attn.weight "ln3.beta" : tensor<8xf32>
  %z1 = attn.layer_norm %z, %g_z1, %h_z1 eps 1.0e-5 : tensor<?x1x8xf32>, tensor<8xf32>, tensor<8xf32>
  return %z1, %k, %v : tensor<?x1x8xf32>, tensor<?x2x7x4xf32>, tensor<?x2x7x4xf32>
}

func.func private @step(%tokens: tensor<?x3x7xi32> {attn.dims = ["B", "K", "T"]}, %sums: tensor<?x3xf32> {attn.dims = ["B", "K"]}, %stored: tensor<?x3x7xi32> {attn.dims = ["B", "K", "T"]}, %scores: tensor<?x3xf32> {attn.dims = ["B", "K"]}, %alive: tensor<?xi32> {attn.dims = ["B"]},
    %step: tensor<1xi32> {attn.dims = ["I"]}, %token: tensor<?xi32> {attn.dims = ["3 * B"]}, %t: tensor<?xi32> {attn.dims = ["3 * B"]}, %pk0: tensor<?x2x7x4xf32> {attn.dims = ["3 * B", "H", "T", "D"]}, %pv0: tensor<?x2x7x4xf32> {attn.dims = ["3 * B", "H", "T", "D"]},
    %ck0: tensor<?x?x8xf32> {attn.dims = ["3 * B", "N", "C"]}, %cv0: tensor<?x?x8xf32> {attn.dims = ["3 * B", "N", "C"]}, %lengths: tensor<?xi32> {attn.dims = ["3 * B"]})
    -> (tensor<?x3x7xi32> {attn.dims = ["B", "K", "T"]}, tensor<?x3xf32> {attn.dims = ["B", "K"]}, tensor<?x3x7xi32> {attn.dims = ["B", "K", "T"]}, tensor<?x3xf32> {attn.dims = ["B", "K"]}, tensor<?xi32> {attn.dims = ["B"]}, tensor<1xi32> {attn.dims = ["I"]}, tensor<?xi32> {attn.dims = ["3 * B"]}, tensor<?xi32> {attn.dims = ["3 * B"]}, tensor<?x2x7x4xf32> {attn.dims = ["3 * B", "H", "T", "D"]}, tensor<?x2x7x4xf32> {attn.dims = ["3 * B", "H", "T", "D"]}, tensor<?xi32> {attn.dims = ["B"]}) {
  %tgt_emb = attn.weight "tgt_emb" : tensor<11x8xf32>
  %e0 = attn.take %tgt_emb, %token : tensor<11x8xf32>, tensor<?xi32>
  %e = attn.rearrange %e0 sizes affine_map<(b, c) -> (b, 1, c)> from affine_map<(b, i, c) -> (b, c)> : tensor<?x8xf32>
  %y = attn.pointwise %e indexed captures(%t) : tensor<?x1x8xf32>, tensor<?xi32> { // e sqrt(C) + sin or cos of i / 10000^(2 (c / 2) / C)
  ^bb0(%e_in: f32, %b: index, %i: index, %c: index, %starts: tensor<?xi32>):
    %first = tensor.extract %starts[%b] : tensor<?xi32>
    %at = arith.index_cast %i : index to i32
    %p = arith.addi %first, %at : i32
    %pos = arith.sitofp %p : i32 to f32
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
  %t1 = attn.pointwise %t : tensor<?xi32> {
  ^bb0(%a: i32):
    %one = arith.constant 1 : i32
    %r = arith.addi %a, %one : i32
    attn.yield %r : i32
  }
  %step1 = attn.pointwise %step : tensor<1xi32> {
  ^bb0(%a: i32):
    %one = arith.constant 1 : i32
    %r = arith.addi %a, %one : i32
    attn.yield %r : i32
  }
  %y0, %k0, %v0 = attn.repeat 1 @cached_layer(%y, %pk0, %pv0, %t, %t1, %ck0, %cv0, %lengths) prefix "dec0."
      : (tensor<?x1x8xf32>, tensor<?x2x7x4xf32>, tensor<?x2x7x4xf32>, tensor<?xi32>, tensor<?xi32>, tensor<?x?x8xf32>, tensor<?x?x8xf32>, tensor<?xi32>) -> (tensor<?x1x8xf32>, tensor<?x2x7x4xf32>, tensor<?x2x7x4xf32>)
  %w_row = attn.weight "Wout" : tensor<11x8xf32>
  %b_row = attn.weight "bout" : tensor<11xf32>
  %row = attn.linear %y0, %w_row, %b_row : tensor<?x1x8xf32>, tensor<11x8xf32>, tensor<11xf32>
  %all = attn.rearrange %row sizes affine_map<(b, i, c) -> (b, c)> from affine_map<(b, c) -> (b, 0, c)> : tensor<?x1x11xf32>
  %next:7 = attn.beam_step %all live %tokens, %sums stored %stored, %scores alive %alive step %step end 2 alpha ALPHA
      : tensor<?x11xf32>, tensor<?x3x7xi32>, tensor<?x3xf32>, tensor<?x3x7xi32>, tensor<?x3xf32>, tensor<?xi32>, tensor<1xi32>
  // What a hypothesis continues, its past continues too.
  %k = attn.take %k0, %next#5 : tensor<?x2x7x4xf32>, tensor<?xi32>
  %v = attn.take %v0, %next#5 : tensor<?x2x7x4xf32>, tensor<?xi32>
  return %next#0, %next#1, %next#2, %next#3, %next#4, %step1, %next#6, %t1, %k, %v, %next#4
      : tensor<?x3x7xi32>, tensor<?x3xf32>, tensor<?x3x7xi32>, tensor<?x3xf32>, tensor<?xi32>, tensor<1xi32>, tensor<?xi32>, tensor<?xi32>, tensor<?x2x7x4xf32>, tensor<?x2x7x4xf32>, tensor<?xi32>
}

func.func @translate(%src: tensor<?x?xi32> {attn.name = "src", attn.dims = ["B", "N"]}, %lengths: tensor<?xi32> {attn.name = "lengths", attn.dims = ["B"]})
    -> (tensor<?x3x7xi32> {attn.name = "tokens"}, tensor<?x3xf32> {attn.name = "score"}) {
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
  %memory = attn.repeat 1 @encoder_layer(%x, %lengths) prefix "enc#." : (tensor<?x?x8xf32>, tensor<?xi32>) -> tensor<?x?x8xf32>
  %k, %v = attn.repeat 1 @cross_keys(%memory) prefix "dec0." : (tensor<?x?x8xf32>) -> (tensor<?x?x8xf32>, tensor<?x?x8xf32>)
  %ck0 = attn.rearrange %k sizes affine_map<(b, n, c) -> (b * 3, n, c)> from affine_map<(r, n, c) -> (r floordiv 3, n, c)> : tensor<?x?x8xf32>
  %cv0 = attn.rearrange %v sizes affine_map<(b, n, c) -> (b * 3, n, c)> from affine_map<(r, n, c) -> (r floordiv 3, n, c)> : tensor<?x?x8xf32>
  %row_lengths = attn.rearrange %lengths sizes affine_map<(b) -> (b * 3)> from affine_map<(r) -> (r floordiv 3)> : tensor<?xi32>
  %empty = attn.rearrange %memory sizes affine_map<(b, n, c) -> (b * 3, 2, 7, 4)> from affine_map<(r, h, t, d) -> (-1, r, d)> : tensor<?x?x8xf32>
  // At first there is one hypothesis, and none is stored.
  %none = attn.rearrange %lengths sizes affine_map<(b) -> (b, 3, 7)> from affine_map<(b, k, t) -> (-1)> : tensor<?xi32>
  %zeros = attn.rearrange %memory sizes affine_map<(b, n, c) -> (b, 3)> from affine_map<(b, k) -> (b, -1, k)> : tensor<?x?x8xf32>
  %sums = attn.pointwise %zeros indexed : tensor<?x3xf32> {
  ^bb0(%z: f32, %b: index, %k_in: index):
    %first = arith.constant 0 : index
    %lowest = arith.constant 0xFF800000 : f32
    %is = arith.cmpi eq, %k_in, %first : index
    %r = arith.select %is, %z, %lowest : f32
    attn.yield %r : f32
  }
  %scores = attn.pointwise %zeros : tensor<?x3xf32> {
  ^bb0(%z: f32):
    %lowest = arith.constant 0xFF800000 : f32
    attn.yield %lowest : f32
  }
  %alive = attn.pointwise %lengths : tensor<?xi32> {
  ^bb0(%a: i32):
    %r = arith.constant 1 : i32
    attn.yield %r : i32
  }
  %step = attn.rearrange %lengths sizes affine_map<(b) -> (1)> from affine_map<(i) -> (-1)> : tensor<?xi32>
  %begin = attn.rearrange %alive sizes affine_map<(b) -> (b * 3)> from affine_map<(r) -> (r floordiv 3)> : tensor<?xi32> // BEGIN is token 1
  %zero = attn.rearrange %lengths sizes affine_map<(b) -> (b * 3)> from affine_map<(r) -> (-1)> : tensor<?xi32>
  %out:10 = attn.loop @step carried(%none, %sums, %none, %scores, %alive, %step, %begin, %zero, %empty, %empty) with(%ck0, %cv0, %row_lengths) steps 7 while
      : (tensor<?x3x7xi32>, tensor<?x3xf32>, tensor<?x3x7xi32>, tensor<?x3xf32>, tensor<?xi32>, tensor<1xi32>, tensor<?xi32>, tensor<?xi32>, tensor<?x2x7x4xf32>, tensor<?x2x7x4xf32>, tensor<?x?x8xf32>, tensor<?x?x8xf32>, tensor<?xi32>)
      -> (tensor<?x3x7xi32>, tensor<?x3xf32>, tensor<?x3x7xi32>, tensor<?x3xf32>, tensor<?xi32>, tensor<1xi32>, tensor<?xi32>, tensor<?xi32>, tensor<?x2x7x4xf32>, tensor<?x2x7x4xf32>)
  %tokens, %score = attn.beam_finish live %out#0, %out#1 stored %out#2, %out#3 alive %out#4 length %out#5 alpha ALPHA
      : tensor<?x3x7xi32>, tensor<?x3xf32>, tensor<?x3x7xi32>, tensor<?x3xf32>, tensor<?xi32>, tensor<1xi32>
  return %tokens, %score : tensor<?x3x7xi32>, tensor<?x3xf32>
}
