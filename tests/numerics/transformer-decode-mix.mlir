// A decoder whose layers each read the outputs of all layers of the encoder, in shares of their own.
// RUN: cd %S/data/transformer_decode-layer_mix && attn-run %s --reference --rtol 1e-9 --atol 1e-9 --weights=weights.safetensors \
// RUN:   --input tgt_in=tgt_in.npy --input memory=memory.npy --input memory_mix=memory_mix.npy --input lengths=lengths.npy \
// RUN:   --expect logits=expected_logits.npy
// RUN: %run_compiled %s %t --weights=%S/data/transformer_decode-layer_mix/weights.safetensors --sizes B=1,T=1,N=1 --sizes B=2,T=5,N=7 \
// RUN:   --sizes B=3,T=33,N=14 --sizes B=0,T=3,N=2 --sizes B=2,T=0,N=3

func.func private @mixed(%memory: tensor<2x?x?x8xf32> {attn.dims = ["E", "B", "N", "C"]}, %shares: tensor<2xf32> {attn.dims = ["E"]}) -> tensor<?x?x8xf32> {
  %first = attn.rearrange %memory sizes affine_map<(e, b, n, c) -> (b, n, c)> from affine_map<(b, n, c) -> (0, b, n, c)> : tensor<2x?x?x8xf32>
  %second = attn.rearrange %memory sizes affine_map<(e, b, n, c) -> (b, n, c)> from affine_map<(b, n, c) -> (1, b, n, c)> : tensor<2x?x?x8xf32>
  %sum = attn.pointwise %first, %second indexed captures(%shares) : tensor<?x?x8xf32>, tensor<?x?x8xf32>, tensor<2xf32> {
  ^bb0(%x0: f32, %x1: f32, %b: index, %n: index, %c: index, %all: tensor<2xf32>):
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %s0 = tensor.extract %all[%c0] : tensor<2xf32>
    %s1 = tensor.extract %all[%c1] : tensor<2xf32>
    %p0 = arith.mulf %s0, %x0 : f32
    %p1 = arith.mulf %s1, %x1 : f32
    %y = arith.addf %p0, %p1 : f32
    attn.yield %y : f32
  }
  return %sum : tensor<?x?x8xf32>
}

func.func private @decoder_layer(%y: tensor<?x?x8xf32> {attn.dims = ["B", "T", "C"]}, %memory: tensor<?x?x8xf32> {attn.dims = ["B", "N", "C"]}, %n: tensor<?xi32> {attn.dims = ["B"]}) -> tensor<?x?x8xf32> {
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
  %a = attn.attention %q, %k, %v scale 0.5 where causal(top_left)
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

func.func @decode(%tgt_in: tensor<?x?xi32> {attn.name = "tgt_in", attn.dims = ["B", "T"]},
                  %memory: tensor<2x?x?x8xf32> {attn.name = "memory", attn.dims = ["E", "B", "N", "C"]},
                  %mix: tensor<2x2xf32> {attn.name = "memory_mix", attn.dims = ["L", "E"]}, %lengths: tensor<?xi32> {attn.name = "lengths", attn.dims = ["B"]})
    -> (tensor<?x?x11xf32> {attn.name = "logits"}) {
  %tgt_emb = attn.weight "tgt_emb" : tensor<11x8xf32>
  %e = attn.embed %tgt_emb, %tgt_in : tensor<11x8xf32>, tensor<?x?xi32>
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
    %y_in = arith.addf %scaled, %wave : f32
    attn.yield %y_in : f32
  }
  %shares0 = attn.rearrange %mix sizes affine_map<(l, e) -> (e)> from affine_map<(e) -> (0, e)> : tensor<2x2xf32>
  %shares1 = attn.rearrange %mix sizes affine_map<(l, e) -> (e)> from affine_map<(e) -> (1, e)> : tensor<2x2xf32>
  %memory0 = func.call @mixed(%memory, %shares0) : (tensor<2x?x?x8xf32>, tensor<2xf32>) -> tensor<?x?x8xf32>
  %memory1 = func.call @mixed(%memory, %shares1) : (tensor<2x?x?x8xf32>, tensor<2xf32>) -> tensor<?x?x8xf32>
  %y0 = attn.repeat 1 @decoder_layer(%x, %memory0, %lengths) prefix "dec0." : (tensor<?x?x8xf32>, tensor<?x?x8xf32>, tensor<?xi32>) -> tensor<?x?x8xf32>
  %y = attn.repeat 1 @decoder_layer(%y0, %memory1, %lengths) prefix "dec1." : (tensor<?x?x8xf32>, tensor<?x?x8xf32>, tensor<?xi32>) -> tensor<?x?x8xf32>
  %w_logits = attn.weight "Wout" : tensor<11x8xf32>
  %b_logits = attn.weight "bout" : tensor<11xf32>
  %logits = attn.linear %y, %w_logits, %b_logits : tensor<?x?x8xf32>, tensor<11x8xf32>, tensor<11xf32>
  return %logits : tensor<?x?x11xf32>
}
