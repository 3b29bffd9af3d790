// A block of the Evolved Transformer (So et al. 2019): a gated unit, two branches of which one is a convolution, a separable
// convolution, attention, a feed-forward network. Padding is 0 before each convolution.
// RUN: cd %S/data/evolved_encoder_block-padded && attn-run %s --reference --rtol 1e-9 --atol 1e-9 --weights=weights.safetensors \
// RUN:   --input x=x.npy --input lengths=lengths.npy \
// RUN:   --expect out=expected_out.npy
// RUN: %run_compiled %s %t --weights=%S/data/evolved_encoder_block-padded/weights.safetensors \
// RUN:   --sizes B=1,N=1 --sizes B=2,N=6 --sizes B=3,N=17 --sizes B=0,N=3 --sizes B=2,N=0

func.func @block(%x: tensor<?x?x6xf32> {attn.name = "x", attn.dims = ["B", "N", "C"]},
                 %lengths: tensor<?xi32> {attn.name = "lengths", attn.dims = ["B"]})
    -> (tensor<?x?x6xf32> {attn.name = "out"}) {
  %u1_g = attn.weight "ln1.gamma" : tensor<6xf32>
  %u1_e = attn.weight "ln1.beta" : tensor<6xf32>
  %u1 = attn.layer_norm %x, %u1_g, %u1_e eps 1.0e-6 : tensor<?x?x6xf32>, tensor<6xf32>, tensor<6xf32>
  %v1_W = attn.weight "Wv" : tensor<6x6xf32>
  %v1_b = attn.weight "bv" : tensor<6xf32>
  %v1 = attn.linear %u1, %v1_W, %v1_b : tensor<?x?x6xf32>, tensor<6x6xf32>, tensor<6xf32>
  %g1_W = attn.weight "Wg" : tensor<6x6xf32>
  %g1_b = attn.weight "bg" : tensor<6xf32>
  %g1 = attn.linear %u1, %g1_W, %g1_b : tensor<?x?x6xf32>, tensor<6x6xf32>, tensor<6xf32>
  %sig = attn.activation sigmoid %g1 : tensor<?x?x6xf32>
  %glu = attn.pointwise %v1, %sig : tensor<?x?x6xf32>, tensor<?x?x6xf32> {
  ^bb0(%a: f32, %g: f32):
    %r = arith.mulf %a, %g : f32
    attn.yield %r : f32
  }
  %x1 = attn.add %x, %glu : tensor<?x?x6xf32>, tensor<?x?x6xf32>
  %u2n_g = attn.weight "ln2.gamma" : tensor<6xf32>
  %u2n_e = attn.weight "ln2.beta" : tensor<6xf32>
  %u2n = attn.layer_norm %x1, %u2n_g, %u2n_e eps 1.0e-6 : tensor<?x?x6xf32>, tensor<6xf32>, tensor<6xf32>
  %u2 = attn.pointwise %u2n indexed captures(%lengths) : tensor<?x?x6xf32>, tensor<?xi32> {
  ^bb0(%v: f32, %b: index, %n: index, %c: index, %ends: tensor<?xi32>):
    %length = tensor.extract %ends[%b] : tensor<?xi32>
    %end = arith.index_cast %length : i32 to index
    %is = arith.cmpi slt, %n, %end : index
    %zero = arith.constant 0.0 : f32
    %r = arith.select %is, %v, %zero : f32
    attn.yield %r : f32
  }
  %left_l_W = attn.weight "Wl" : tensor<24x6xf32>
  %left_l_b = attn.weight "bl" : tensor<24xf32>
  %left_l = attn.linear %u2, %left_l_W, %left_l_b : tensor<?x?x6xf32>, tensor<24x6xf32>, tensor<24xf32>
  %left = attn.activation relu %left_l : tensor<?x?x24xf32>
  %near = attn.rearrange %u2 sizes affine_map<(b, n, c) -> (b, n, c * 3)>
      from affine_map<(b, n, c) -> (b, n + c floordiv 6 - 1, c mod 6)> : tensor<?x?x6xf32>
  %right_l_W = attn.weight "conv.W" : tensor<3x18xf32>
  %right_l_b = attn.weight "conv.b" : tensor<3xf32>
  %right_l = attn.linear %near, %right_l_W, %right_l_b : tensor<?x?x18xf32>, tensor<3x18xf32>, tensor<3xf32>
  %right_r = attn.activation relu %right_l : tensor<?x?x3xf32>
  %right = attn.rearrange %right_r sizes affine_map<(b, n, c) -> (b, n, 24)> from affine_map<(b, n, c) -> (b, n, c)> : tensor<?x?x3xf32>
  %s = attn.add %left, %right : tensor<?x?x24xf32>, tensor<?x?x24xf32>
  %tn_g = attn.weight "ln3.gamma" : tensor<24xf32>
  %tn_e = attn.weight "ln3.beta" : tensor<24xf32>
  %tn = attn.layer_norm %s, %tn_g, %tn_e eps 1.0e-6 : tensor<?x?x24xf32>, tensor<24xf32>, tensor<24xf32>
  %t = attn.pointwise %tn indexed captures(%lengths) : tensor<?x?x24xf32>, tensor<?xi32> {
  ^bb0(%v: f32, %b: index, %n: index, %c: index, %ends: tensor<?xi32>):
    %length = tensor.extract %ends[%b] : tensor<?xi32>
    %end = arith.index_cast %length : i32 to index
    %is = arith.cmpi slt, %n, %end : index
    %zero = arith.constant 0.0 : f32
    %r = arith.select %is, %v, %zero : f32
    attn.yield %r : f32
  }
  // Each channel alone: nine neighbours of it.
  %dw = attn.weight "dw" : tensor<9x24xf32>
  %depth = attn.pointwise %t indexed captures(%t, %dw) : tensor<?x?x24xf32>, tensor<?x?x24xf32>, tensor<9x24xf32> {
  ^bb0(%v: f32, %b: index, %n: index, %c: index, %all: tensor<?x?x24xf32>, %taps: tensor<9x24xf32>):
    %one = arith.constant 1 : index
    %zero = arith.constant 0 : index
    %none = arith.constant 0.0 : f32
    %tokens = tensor.dim %all, %one : tensor<?x?x24xf32>
    %last = arith.subi %tokens, %one : index
    %sum_start = arith.constant 0.0 : f32
    %k_0 = arith.constant 0 : index
    %o_0 = arith.constant -4 : index
    %n_0 = arith.addi %n, %o_0 : index
    %a_0 = arith.cmpi sge, %n_0, %zero : index
    %b_0 = arith.cmpi sle, %n_0, %last : index
    %is0 = arith.andi %a_0, %b_0 : i1
    %low0 = arith.maxsi %n_0, %zero : index
    %in0 = arith.minsi %low0, %last : index
    %x_0 = tensor.extract %all[%b, %in0, %c] : tensor<?x?x24xf32>
    %w_0 = tensor.extract %taps[%k_0, %c] : tensor<9x24xf32>
    %p_0 = arith.mulf %x_0, %w_0 : f32
    %s_0 = arith.select %is0, %p_0, %none : f32
    %sum0 = arith.addf %sum_start, %s_0 : f32
    %k_1 = arith.constant 1 : index
    %o_1 = arith.constant -3 : index
    %n_1 = arith.addi %n, %o_1 : index
    %a_1 = arith.cmpi sge, %n_1, %zero : index
    %b_1 = arith.cmpi sle, %n_1, %last : index
    %is1 = arith.andi %a_1, %b_1 : i1
    %low1 = arith.maxsi %n_1, %zero : index
    %in1 = arith.minsi %low1, %last : index
    %x_1 = tensor.extract %all[%b, %in1, %c] : tensor<?x?x24xf32>
    %w_1 = tensor.extract %taps[%k_1, %c] : tensor<9x24xf32>
    %p_1 = arith.mulf %x_1, %w_1 : f32
    %s_1 = arith.select %is1, %p_1, %none : f32
    %sum1 = arith.addf %sum0, %s_1 : f32
    %k_2 = arith.constant 2 : index
    %o_2 = arith.constant -2 : index
    %n_2 = arith.addi %n, %o_2 : index
    %a_2 = arith.cmpi sge, %n_2, %zero : index
    %b_2 = arith.cmpi sle, %n_2, %last : index
    %is2 = arith.andi %a_2, %b_2 : i1
    %low2 = arith.maxsi %n_2, %zero : index
    %in2 = arith.minsi %low2, %last : index
    %x_2 = tensor.extract %all[%b, %in2, %c] : tensor<?x?x24xf32>
    %w_2 = tensor.extract %taps[%k_2, %c] : tensor<9x24xf32>
    %p_2 = arith.mulf %x_2, %w_2 : f32
    %s_2 = arith.select %is2, %p_2, %none : f32
    %sum2 = arith.addf %sum1, %s_2 : f32
    %k_3 = arith.constant 3 : index
    %o_3 = arith.constant -1 : index
    %n_3 = arith.addi %n, %o_3 : index
    %a_3 = arith.cmpi sge, %n_3, %zero : index
    %b_3 = arith.cmpi sle, %n_3, %last : index
    %is3 = arith.andi %a_3, %b_3 : i1
    %low3 = arith.maxsi %n_3, %zero : index
    %in3 = arith.minsi %low3, %last : index
    %x_3 = tensor.extract %all[%b, %in3, %c] : tensor<?x?x24xf32>
    %w_3 = tensor.extract %taps[%k_3, %c] : tensor<9x24xf32>
    %p_3 = arith.mulf %x_3, %w_3 : f32
    %s_3 = arith.select %is3, %p_3, %none : f32
    %sum3 = arith.addf %sum2, %s_3 : f32
    %k_4 = arith.constant 4 : index
    %o_4 = arith.constant 0 : index
    %n_4 = arith.addi %n, %o_4 : index
    %a_4 = arith.cmpi sge, %n_4, %zero : index
    %b_4 = arith.cmpi sle, %n_4, %last : index
    %is4 = arith.andi %a_4, %b_4 : i1
    %low4 = arith.maxsi %n_4, %zero : index
    %in4 = arith.minsi %low4, %last : index
    %x_4 = tensor.extract %all[%b, %in4, %c] : tensor<?x?x24xf32>
    %w_4 = tensor.extract %taps[%k_4, %c] : tensor<9x24xf32>
    %p_4 = arith.mulf %x_4, %w_4 : f32
    %s_4 = arith.select %is4, %p_4, %none : f32
    %sum4 = arith.addf %sum3, %s_4 : f32
    %k_5 = arith.constant 5 : index
    %o_5 = arith.constant 1 : index
    %n_5 = arith.addi %n, %o_5 : index
    %a_5 = arith.cmpi sge, %n_5, %zero : index
    %b_5 = arith.cmpi sle, %n_5, %last : index
    %is5 = arith.andi %a_5, %b_5 : i1
    %low5 = arith.maxsi %n_5, %zero : index
    %in5 = arith.minsi %low5, %last : index
    %x_5 = tensor.extract %all[%b, %in5, %c] : tensor<?x?x24xf32>
    %w_5 = tensor.extract %taps[%k_5, %c] : tensor<9x24xf32>
    %p_5 = arith.mulf %x_5, %w_5 : f32
    %s_5 = arith.select %is5, %p_5, %none : f32
    %sum5 = arith.addf %sum4, %s_5 : f32
    %k_6 = arith.constant 6 : index
    %o_6 = arith.constant 2 : index
    %n_6 = arith.addi %n, %o_6 : index
    %a_6 = arith.cmpi sge, %n_6, %zero : index
    %b_6 = arith.cmpi sle, %n_6, %last : index
    %is6 = arith.andi %a_6, %b_6 : i1
    %low6 = arith.maxsi %n_6, %zero : index
    %in6 = arith.minsi %low6, %last : index
    %x_6 = tensor.extract %all[%b, %in6, %c] : tensor<?x?x24xf32>
    %w_6 = tensor.extract %taps[%k_6, %c] : tensor<9x24xf32>
    %p_6 = arith.mulf %x_6, %w_6 : f32
    %s_6 = arith.select %is6, %p_6, %none : f32
    %sum6 = arith.addf %sum5, %s_6 : f32
    %k_7 = arith.constant 7 : index
    %o_7 = arith.constant 3 : index
    %n_7 = arith.addi %n, %o_7 : index
    %a_7 = arith.cmpi sge, %n_7, %zero : index
    %b_7 = arith.cmpi sle, %n_7, %last : index
    %is7 = arith.andi %a_7, %b_7 : i1
    %low7 = arith.maxsi %n_7, %zero : index
    %in7 = arith.minsi %low7, %last : index
    %x_7 = tensor.extract %all[%b, %in7, %c] : tensor<?x?x24xf32>
    %w_7 = tensor.extract %taps[%k_7, %c] : tensor<9x24xf32>
    %p_7 = arith.mulf %x_7, %w_7 : f32
    %s_7 = arith.select %is7, %p_7, %none : f32
    %sum7 = arith.addf %sum6, %s_7 : f32
    %k_8 = arith.constant 8 : index
    %o_8 = arith.constant 4 : index
    %n_8 = arith.addi %n, %o_8 : index
    %a_8 = arith.cmpi sge, %n_8, %zero : index
    %b_8 = arith.cmpi sle, %n_8, %last : index
    %is8 = arith.andi %a_8, %b_8 : i1
    %low8 = arith.maxsi %n_8, %zero : index
    %in8 = arith.minsi %low8, %last : index
    %x_8 = tensor.extract %all[%b, %in8, %c] : tensor<?x?x24xf32>
    %w_8 = tensor.extract %taps[%k_8, %c] : tensor<9x24xf32>
    %p_8 = arith.mulf %x_8, %w_8 : f32
    %s_8 = arith.select %is8, %p_8, %none : f32
    %sum8 = arith.addf %sum7, %s_8 : f32
    attn.yield %sum8 : f32
  }
  %w3_W = attn.weight "pw" : tensor<3x24xf32>
  %w3_b = attn.weight "pwb" : tensor<3xf32>
  %w3 = attn.linear %depth, %w3_W, %w3_b : tensor<?x?x24xf32>, tensor<3x24xf32>, tensor<3xf32>
  %wide = attn.rearrange %w3 sizes affine_map<(b, n, c) -> (b, n, 6)> from affine_map<(b, n, c) -> (b, n, c)> : tensor<?x?x3xf32>
  %x2 = attn.add %x1, %wide : tensor<?x?x6xf32>, tensor<?x?x6xf32>
  %y_g = attn.weight "ln4.gamma" : tensor<6xf32>
  %y_e = attn.weight "ln4.beta" : tensor<6xf32>
  %y = attn.layer_norm %x2, %y_g, %y_e eps 1.0e-6 : tensor<?x?x6xf32>, tensor<6xf32>, tensor<6xf32>
  %qp_W = attn.weight "att.Wq" : tensor<6x6xf32>
  %qp_b = attn.weight "att.bq" : tensor<6xf32>
  %qp = attn.linear %y, %qp_W, %qp_b : tensor<?x?x6xf32>, tensor<6x6xf32>, tensor<6xf32>
  %kp_W = attn.weight "att.Wk" : tensor<6x6xf32>
  %kp_b = attn.weight "att.bk" : tensor<6xf32>
  %kp = attn.linear %y, %kp_W, %kp_b : tensor<?x?x6xf32>, tensor<6x6xf32>, tensor<6xf32>
  %vp_W = attn.weight "att.Wv" : tensor<6x6xf32>
  %vp_b = attn.weight "att.bv" : tensor<6xf32>
  %vp = attn.linear %y, %vp_W, %vp_b : tensor<?x?x6xf32>, tensor<6x6xf32>, tensor<6xf32>
  %q = attn.split_heads %qp into 2 : tensor<?x?x6xf32>
  %k = attn.split_heads %kp into 2 : tensor<?x?x6xf32>
  %v = attn.split_heads %vp into 2 : tensor<?x?x6xf32>
  %a = attn.attention %q, %k, %v scale 0.57735026918962584 where lengths(%lengths)
      : tensor<?x2x?x3xf32>, tensor<?x2x?x3xf32>, tensor<?x2x?x3xf32>, tensor<?xi32>
  %m = attn.merge_heads %a : tensor<?x2x?x3xf32>
  %o_W = attn.weight "att.Wo" : tensor<6x6xf32>
  %o_b = attn.weight "att.bo" : tensor<6xf32>
  %o = attn.linear %m, %o_W, %o_b : tensor<?x?x6xf32>, tensor<6x6xf32>, tensor<6xf32>
  %x3 = attn.add %x2, %o : tensor<?x?x6xf32>, tensor<?x?x6xf32>
  %z_g = attn.weight "ln5.gamma" : tensor<6xf32>
  %z_e = attn.weight "ln5.beta" : tensor<6xf32>
  %z = attn.layer_norm %x3, %z_g, %z_e eps 1.0e-6 : tensor<?x?x6xf32>, tensor<6xf32>, tensor<6xf32>
  %f1_W = attn.weight "ffn.W1" : tensor<24x6xf32>
  %f1_b = attn.weight "ffn.b1" : tensor<24xf32>
  %f1 = attn.linear %z, %f1_W, %f1_b : tensor<?x?x6xf32>, tensor<24x6xf32>, tensor<24xf32>
  %f = attn.activation relu %f1 : tensor<?x?x24xf32>
  %f2_W = attn.weight "ffn.W2" : tensor<6x24xf32>
  %f2_b = attn.weight "ffn.b2" : tensor<6xf32>
  %f2 = attn.linear %f, %f2_W, %f2_b : tensor<?x?x24xf32>, tensor<6x24xf32>, tensor<6xf32>
  %out = attn.add %x3, %f2 : tensor<?x?x6xf32>, tensor<?x?x6xf32>
  return %out : tensor<?x?x6xf32>
}
