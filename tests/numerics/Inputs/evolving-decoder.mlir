// The decoder of Evolving Attention for translation (Wang et al. 2021), three layers, ROWS tokens of each text a step: functions for
// the models of evolving-decoder-*.mlir.
//
// Row i of a layer's map needs rows i - 2 to i of the mixed map below it: its own convolution is of rows i - 1 and around,
// moved down by one. These rows are kept like keys and values, so that a text may be cut back to any length: two rows alone
// would be those of the place where it ended.

!row = tensor<?xROWSx8xf32>
!map = tensor<?x2xROWSx?xf32>
!heads = tensor<?x2xROWSx4xf32>
!keys = tensor<?x2x?x4xf32>
!maps = tensor<?x2x?x?xf32>
!near = tensor<?x6xROWSxi32>
!three = tensor<?x6xROWSx?xf32>
!words = tensor<?xROWSxi32>
!logits = tensor<?xROWSx11xf32>
!numbers = tensor<?xi32>
!tokens = tensor<?x?x8xf32>

func.func private @project(%x: !row, %past_keys: !keys, %past_values: !keys, %t: !numbers) -> (!heads, !keys, !keys) {
  %q_w = attn.weight "Wq" : tensor<8x8xf32>
  %q_b = attn.weight "bq" : tensor<8xf32>
  %q_rows = attn.linear %x, %q_w, %q_b : !row, tensor<8x8xf32>, tensor<8xf32>
  %q = attn.split_heads %q_rows into 2 : !row
  %k_w = attn.weight "Wk" : tensor<8x8xf32>
  %k_b = attn.weight "bk" : tensor<8xf32>
  %k_rows = attn.linear %x, %k_w, %k_b : !row, tensor<8x8xf32>, tensor<8xf32>
  %k = attn.split_heads %k_rows into 2 : !row
  %v_w = attn.weight "Wv" : tensor<8x8xf32>
  %v_b = attn.weight "bv" : tensor<8xf32>
  %v_rows = attn.linear %x, %v_w, %v_b : !row, tensor<8x8xf32>, tensor<8xf32>
  %v = attn.split_heads %v_rows into 2 : !row
  %keys = attn.cache_append %past_keys, %k at %t : !keys, !heads, !numbers
  %values = attn.cache_append %past_values, %v at %t : !keys, !heads, !numbers
  return %q, %keys, %values : !heads, !keys, !keys
}

// A token sees those before it in its text.
func.func private @causal(%scores: !map, %t: !numbers, %known: !numbers) -> !map {
  %seen = attn.mask %scores where lengths(%known) and predicate(%t) : !map, !numbers, !numbers {
  ^bb0(%b: index, %h: index, %i: index, %j: index, %before: !numbers):
    %first = tensor.extract %before[%b] : !numbers
    %first_place = arith.index_cast %first : i32 to index
    %place = arith.addi %first_place, %i : index
    %earlier = arith.cmpi sle, %j, %place : index
    attn.yield %earlier : i1
  }
  return %seen : !map
}

// Between attention to the text and to the source.
func.func private @middle(%x: !row, %o: !heads) -> (!row, !heads) {
  %merged = attn.merge_heads %o : !heads
  %w = attn.weight "self.Wo" : tensor<8x8xf32>
  %b = attn.weight "self.bo" : tensor<8xf32>
  %a = attn.linear %merged, %w, %b : !row, tensor<8x8xf32>, tensor<8xf32>
  %sum = attn.add %x, %a : !row, !row
  %g = attn.weight "ln1.gamma" : tensor<8xf32>
  %h = attn.weight "ln1.beta" : tensor<8xf32>
  %y = attn.layer_norm %sum, %g, %h eps 1.0e-5 : !row, tensor<8xf32>, tensor<8xf32>
  %q_w = attn.weight "cross.Wq" : tensor<8x8xf32>
  %q_b = attn.weight "cross.bq" : tensor<8xf32>
  %q_rows = attn.linear %y, %q_w, %q_b : !row, tensor<8x8xf32>, tensor<8xf32>
  %q = attn.split_heads %q_rows into 2 : !row
  return %y, %q : !row, !heads
}

func.func private @finish(%y: !row, %o: !heads) -> !row {
  %merged = attn.merge_heads %o : !heads
  %w = attn.weight "cross.Wo" : tensor<8x8xf32>
  %b = attn.weight "cross.bo" : tensor<8xf32>
  %a = attn.linear %merged, %w, %b : !row, tensor<8x8xf32>, tensor<8xf32>
  %sum = attn.add %y, %a : !row, !row
  %g = attn.weight "ln2.gamma" : tensor<8xf32>
  %h = attn.weight "ln2.beta" : tensor<8xf32>
  %z = attn.layer_norm %sum, %g, %h eps 1.0e-5 : !row, tensor<8xf32>, tensor<8xf32>
  %f1_w = attn.weight "ffn.W1" : tensor<12x8xf32>
  %f1_b = attn.weight "ffn.b1" : tensor<12xf32>
  %f1 = attn.linear %z, %f1_w, %f1_b : !row, tensor<12x8xf32>, tensor<12xf32>
  %f2 = attn.activation relu %f1 : tensor<?xROWSx12xf32>
  %f_w = attn.weight "ffn.W2" : tensor<8x12xf32>
  %f_b = attn.weight "ffn.b2" : tensor<8xf32>
  %f = attn.linear %f2, %f_w, %f_b : tensor<?xROWSx12xf32>, tensor<8x12xf32>, tensor<8xf32>
  %more = attn.add %z, %f : !row, !row
  %g3 = attn.weight "ln3.gamma" : tensor<8xf32>
  %h3 = attn.weight "ln3.beta" : tensor<8xf32>
  %out = attn.layer_norm %more, %g3, %h3 eps 1.0e-5 : !row, tensor<8xf32>, tensor<8xf32>
  return %out : !row
}

// The mixed rows join those that are kept; of each head the own row and the two before it are next to each other, as heads
// of their own. A kernel of 3 x 3 places is one of 1 x 3 places of three times the heads.
func.func private @remember(%mixed: !map, %past: !maps, %t: !numbers, %near: !near)
    -> (!maps, !three, tensor<2x6x1x3xf32>, tensor<2xf32>) {
  %rows = attn.cache_append %past, %mixed at %t : !maps, !map, !numbers
  %three = attn.gather %rows, %near : !maps, !near
  %w = attn.weight "Wc" : tensor<2x2x3x3xf32>
  %b = attn.weight "bc" : tensor<2xf32>
  %flat = attn.rearrange %w sizes affine_map<(g, h, y, x) -> (g, h * 3, 1, x)>
      from affine_map<(g, c, y, x) -> (g, c floordiv 3, c mod 3, x)> : tensor<2x2x3x3xf32>
  return %rows, %three, %flat, %b : !maps, !three, tensor<2x6x1x3xf32>, tensor<2xf32>
}

// What came down by one row: 0 in the first row of a text, to which none comes.
func.func private @evolve(%conv: !map, %mixed: !map, %t: !numbers) -> !map {
  %active = attn.modify %conv captures(%t) : !map, !numbers {
  ^bb0(%s: f32, %b: index, %h: index, %i: index, %j: index, %before: !numbers):
    %zero = arith.constant 0.0 : f32
    %relu = arith.maximumf %s, %zero : f32
    %first = tensor.extract %before[%b] : !numbers
    %row = arith.index_cast %i : index to i32
    %place = arith.addi %first, %row : i32
    %none = arith.constant 0 : i32
    %is_first = arith.cmpi eq, %place, %none : i32
    %y = arith.select %is_first, %zero, %relu : f32
    attn.yield %y : f32
  }
  %evolved = attn.blend %active, %mixed alpha 0.4 : !map, !map
  return %evolved : !map
}

func.func private @first_layer(%x: !row, %past_keys: !keys, %past_values: !keys, %t: !numbers, %known: !numbers,
                               %cross_keys: !keys, %cross_values: !keys, %lengths: !numbers)
    -> (!row, !map, !map, !keys, !keys) {
  %q, %keys, %values = attn.repeat 1 @project(%x, %past_keys, %past_values, %t) prefix "self."
      : (!row, !keys, !keys, !numbers) -> (!heads, !keys, !keys)
  %s = attn.score dot %q, %keys scale 0.5 : !heads, !keys
  %masked = func.call @causal(%s, %t, %known) : (!map, !numbers, !numbers) -> !map
  %p = attn.normalize softmax %masked : !map
  %o = attn.combine %p, %values : !map, !keys
  %self = attn.fill %masked value 0.0 : !map

  %y, %cross_q = func.call @middle(%x, %o) : (!row, !heads) -> (!row, !heads)
  %cross_s = attn.score dot %cross_q, %cross_keys scale 0.5 : !heads, !keys
  %cross_masked = attn.mask %cross_s where lengths(%lengths) : !map, !numbers
  %cross_p = attn.normalize softmax %cross_masked : !map
  %cross_o = attn.combine %cross_p, %cross_values : !map, !keys
  %cross = attn.fill %cross_masked value 0.0 : !map
  %out = func.call @finish(%y, %cross_o) : (!row, !heads) -> !row
  return %out, %self, %cross, %keys, %values : !row, !map, !map, !keys, !keys
}

func.func private @layer(%x: !row, %self_below: !map, %cross_below: !map, %past_keys: !keys, %past_values: !keys,
                         %past_self_rows: !maps, %past_cross_rows: !maps, %t: !numbers, %known: !numbers, %near: !near,
                         %cross_keys: !keys, %cross_values: !keys, %lengths: !numbers)
    -> (!row, !map, !map, !keys, !keys, !maps, !maps) {
  %q, %keys, %values = attn.repeat 1 @project(%x, %past_keys, %past_values, %t) prefix "self."
      : (!row, !keys, !keys, !numbers) -> (!heads, !keys, !keys)
  %s = attn.score dot %q, %keys scale 0.5 : !heads, !keys
  %mix = attn.blend %self_below, %s alpha 0.5 : !map, !map
  %seen = func.call @causal(%mix, %t, %known) : (!map, !numbers, !numbers) -> !map
  %mixed = attn.fill %seen value 0.0 : !map
  %self_rows, %three, %w, %b = attn.repeat 1 @remember(%mixed, %past_self_rows, %t, %near) prefix "self."
      : (!map, !maps, !numbers, !near) -> (!maps, !three, tensor<2x6x1x3xf32>, tensor<2xf32>)
  %conv = attn.map_conv %three, %w, %b shift [0, 1] : !three, tensor<2x6x1x3xf32>, tensor<2xf32>
  %evolved = func.call @evolve(%conv, %mixed, %t) : (!map, !map, !numbers) -> !map
  %masked = func.call @causal(%evolved, %t, %known) : (!map, !numbers, !numbers) -> !map
  %p = attn.normalize softmax %masked : !map
  %o = attn.combine %p, %values : !map, !keys
  %self = attn.fill %masked value 0.0 : !map

  %y, %cross_q = func.call @middle(%x, %o) : (!row, !heads) -> (!row, !heads)
  %cross_s = attn.score dot %cross_q, %cross_keys scale 0.5 : !heads, !keys
  %cross_mix = attn.blend %cross_below, %cross_s alpha 0.5 : !map, !map
  %cross_seen = attn.mask %cross_mix where lengths(%lengths) : !map, !numbers
  %cross_mixed = attn.fill %cross_seen value 0.0 : !map
  %cross_rows, %cross_three, %cross_w, %cross_b = attn.repeat 1 @remember(%cross_mixed, %past_cross_rows, %t, %near) prefix "cross."
      : (!map, !maps, !numbers, !near) -> (!maps, !three, tensor<2x6x1x3xf32>, tensor<2xf32>)
  %cross_conv = attn.map_conv %cross_three, %cross_w, %cross_b : !three, tensor<2x6x1x3xf32>, tensor<2xf32>
  %cross_evolved = func.call @evolve(%cross_conv, %cross_mixed, %t) : (!map, !map, !numbers) -> !map
  %cross_masked = attn.mask %cross_evolved where lengths(%lengths) : !map, !numbers
  %cross_p = attn.normalize softmax %cross_masked : !map
  %cross_o = attn.combine %cross_p, %cross_values : !map, !keys
  %cross = attn.fill %cross_masked value 0.0 : !map
  %out = func.call @finish(%y, %cross_o) : (!row, !heads) -> !row
  return %out, %self, %cross, %keys, %values, %self_rows, %cross_rows : !row, !map, !map, !keys, !keys, !maps, !maps
}

// What may follow each token, how many tokens are known then, and what is kept of them. `t` tokens of each text came before.
func.func private @decode(
    %ids: !words, %t: !numbers, %k0: !keys, %v0: !keys, %k1: !keys, %v1: !keys, %k2: !keys, %v2: !keys,
    %s1: !maps, %c1: !maps, %s2: !maps, %c2: !maps,
    %ck0: !keys, %cv0: !keys, %ck1: !keys, %cv1: !keys, %ck2: !keys, %cv2: !keys, %lengths: !numbers)
    -> (!logits, !numbers, !keys, !keys, !keys, !keys, !keys, !keys, !maps, !maps, !maps, !maps) {
  %table = attn.weight "tgt_emb" : tensor<11x8xf32>
  %e = attn.embed %table, %ids : tensor<11x8xf32>, !words
  %x = attn.pointwise %e indexed captures(%t) : !row, !numbers { // e sqrt(C) + sin or cos of i / 10000^(2 (c / 2) / C)
  ^bb0(%e_in: f32, %b: index, %i: index, %c: index, %starts: !numbers):
    %first = tensor.extract %starts[%b] : !numbers
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
  %known = attn.pointwise %t captures(%ids) : !numbers, !words {
  ^bb0(%before: i32, %tokens: !words):
    %one = arith.constant 1 : index
    %new = tensor.dim %tokens, %one : !words
    %n = arith.index_cast %new : index to i32
    %y_in = arith.addi %before, %n : i32
    attn.yield %y_in : i32
  }
  // Of each head the rows of the two tokens before and the own one; what is before the first names none.
  %places = attn.rearrange %ids sizes affine_map<(b, n) -> (b, 6, n)> from affine_map<(b, g, n) -> (b, n)> : !words
  %near = attn.pointwise %places indexed captures(%t) : !near, !numbers {
  ^bb0(%id: i32, %b: index, %g: index, %n: index, %starts: !numbers):
    %first = tensor.extract %starts[%b] : !numbers
    %at = arith.index_cast %n : index to i32
    %three = arith.constant 3 : index
    %row = arith.remui %g, %three : index
    %u = arith.index_cast %row : index to i32
    %two = arith.constant 2 : i32
    %own = arith.addi %first, %at : i32
    %later = arith.addi %own, %u : i32
    %y_in = arith.subi %later, %two : i32
    attn.yield %y_in : i32
  }
  %x0, %self0, %cross0, %k0_, %v0_ = attn.repeat 1 @first_layer(%x, %k0, %v0, %t, %known, %ck0, %cv0, %lengths) prefix "dec0."
      : (!row, !keys, !keys, !numbers, !numbers, !keys, !keys, !numbers) -> (!row, !map, !map, !keys, !keys)
  %x1, %self1, %cross1, %k1_, %v1_, %s1_, %c1_ = attn.repeat 1 @layer(%x0, %self0, %cross0, %k1, %v1, %s1, %c1, %t, %known, %near,
      %ck1, %cv1, %lengths) prefix "dec1."
      : (!row, !map, !map, !keys, !keys, !maps, !maps, !numbers, !numbers, !near, !keys, !keys, !numbers)
          -> (!row, !map, !map, !keys, !keys, !maps, !maps)
  %x2, %self2, %cross2, %k2_, %v2_, %s2_, %c2_ = attn.repeat 1 @layer(%x1, %self1, %cross1, %k2, %v2, %s2, %c2, %t, %known, %near,
      %ck2, %cv2, %lengths) prefix "dec2."
      : (!row, !map, !map, !keys, !keys, !maps, !maps, !numbers, !numbers, !near, !keys, !keys, !numbers)
          -> (!row, !map, !map, !keys, !keys, !maps, !maps)
  %w = attn.weight "Wout" : tensor<11x8xf32>
  %bias = attn.weight "bout" : tensor<11xf32>
  %logits = attn.linear %x2, %w, %bias : !row, tensor<11x8xf32>, tensor<11xf32>
  return %logits, %known, %k0_, %v0_, %k1_, %v1_, %k2_, %v2_, %s1_, %c1_, %s2_, %c2_
      : !logits, !numbers, !keys, !keys, !keys, !keys, !keys, !keys, !maps, !maps, !maps, !maps
}
