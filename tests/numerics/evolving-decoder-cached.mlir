// Evolving Attention token by token, in one call: along a given text, then from BEGIN on by its own choice. Each step makes
// one row of every map, from the keys and values that are kept and from the rows of the mixed maps; what it says is what
// the whole text at once does.
// RUN: cat %S/Inputs/evolving-decoder.mlir %s | sed 's/ROWS/1/g' > %t.mlir
// RUN: cd %S/data/ea_transformer-greedy && attn-run %t.mlir --reference --rtol 1e-9 --atol 1e-9 --weights=weights.safetensors \
// RUN:   --input src=src.npy --input lengths=lengths.npy --input text=text.npy --expect followed=expected_followed.npy \
// RUN:   --expect tokens=expected_tokens.npy --expect out_lengths=expected_out_lengths.npy --expect logits=expected_logits.npy
// RUN: %run_compiled %t.mlir %t --weights=%S/data/ea_transformer-greedy/weights.safetensors --sizes B=3,M=6,T=8 \
// RUN:   --input src=%S/data/ea_transformer-greedy/src.npy --input lengths=%S/data/ea_transformer-greedy/lengths.npy \
// RUN:   --input text=%S/data/ea_transformer-greedy/text.npy
// RUN: %run_compiled %t.mlir %t --weights=%S/data/ea_transformer-greedy/weights.safetensors --sizes B=1,M=1,T=1 \
// RUN:   --sizes B=2,M=33,T=17 --sizes B=0,M=3,T=2 --sizes B=2,M=3,T=0 --sizes B=2,M=0,T=3

func.func private @keys(%x: !tokens) -> (!keys, !keys) {
  %w_k = attn.weight "Wk" : tensor<8x8xf32>
  %b_k = attn.weight "bk" : tensor<8xf32>
  %k_rows = attn.linear %x, %w_k, %b_k : !tokens, tensor<8x8xf32>, tensor<8xf32>
  %k = attn.split_heads %k_rows into 2 : !tokens
  %w_v = attn.weight "Wv" : tensor<8x8xf32>
  %b_v = attn.weight "bv" : tensor<8xf32>
  %v_rows = attn.linear %x, %w_v, %b_v : !tokens, tensor<8x8xf32>, tensor<8xf32>
  %v = attn.split_heads %v_rows into 2 : !tokens
  return %k, %v : !keys, !keys
}

func.func private @encoder_scores(%x: !tokens) -> (!maps, !keys) {
  %q_w = attn.weight "Wq" : tensor<8x8xf32>
  %q_b = attn.weight "bq" : tensor<8xf32>
  %q_rows = attn.linear %x, %q_w, %q_b : !tokens, tensor<8x8xf32>, tensor<8xf32>
  %q = attn.split_heads %q_rows into 2 : !tokens
  %k, %v = func.call @keys(%x) : (!tokens) -> (!keys, !keys)
  %s = attn.score dot %q, %k scale 0.5 : !keys, !keys
  return %s, %v : !maps, !keys
}

func.func private @encoder_rest(%x: !tokens, %masked: !maps, %v: !keys) -> (!tokens, !maps) {
  %p = attn.normalize softmax %masked : !maps
  %o = attn.combine %p, %v : !maps, !keys
  %logits = attn.fill %masked value 0.0 : !maps
  %merged = attn.merge_heads %o : !keys
  %w = attn.weight "att.Wo" : tensor<8x8xf32>
  %b = attn.weight "att.bo" : tensor<8xf32>
  %a = attn.linear %merged, %w, %b : !tokens, tensor<8x8xf32>, tensor<8xf32>
  %sum = attn.add %x, %a : !tokens, !tokens
  %g = attn.weight "ln1.gamma" : tensor<8xf32>
  %h = attn.weight "ln1.beta" : tensor<8xf32>
  %y = attn.layer_norm %sum, %g, %h eps 1.0e-5 : !tokens, tensor<8xf32>, tensor<8xf32>
  %f1_w = attn.weight "ffn.W1" : tensor<12x8xf32>
  %f1_b = attn.weight "ffn.b1" : tensor<12xf32>
  %f1 = attn.linear %y, %f1_w, %f1_b : !tokens, tensor<12x8xf32>, tensor<12xf32>
  %f2 = attn.activation relu %f1 : tensor<?x?x12xf32>
  %f_w = attn.weight "ffn.W2" : tensor<8x12xf32>
  %f_b = attn.weight "ffn.b2" : tensor<8xf32>
  %f = attn.linear %f2, %f_w, %f_b : tensor<?x?x12xf32>, tensor<8x12xf32>, tensor<8xf32>
  %more = attn.add %y, %f : !tokens, !tokens
  %g2 = attn.weight "ln2.gamma" : tensor<8xf32>
  %h2 = attn.weight "ln2.beta" : tensor<8xf32>
  %out = attn.layer_norm %more, %g2, %h2 eps 1.0e-5 : !tokens, tensor<8xf32>, tensor<8xf32>
  return %out, %logits : !tokens, !maps
}

func.func private @first_encoder_layer(%x: !tokens, %n: !numbers) -> (!tokens, !maps) {
  %s, %v = attn.repeat 1 @encoder_scores(%x) prefix "att." : (!tokens) -> (!maps, !keys)
  %masked = attn.mask %s where lengths(%n) : !maps, !numbers
  %out, %logits = func.call @encoder_rest(%x, %masked, %v) : (!tokens, !maps, !keys) -> (!tokens, !maps)
  return %out, %logits : !tokens, !maps
}

func.func private @encoder_layer(%x: !tokens, %below: !maps, %n: !numbers) -> (!tokens, !maps) {
  %s, %v = attn.repeat 1 @encoder_scores(%x) prefix "att." : (!tokens) -> (!maps, !keys)
  %mix = attn.blend %below, %s alpha 0.5 : !maps, !maps
  %seen = attn.mask %mix where lengths(%n) : !maps, !numbers
  %w = attn.weight "att.Wc" : tensor<2x2x3x3xf32>
  %b = attn.weight "att.bc" : tensor<2xf32>
  %conv = attn.map_conv %seen, %w, %b : !maps, tensor<2x2x3x3xf32>, tensor<2xf32>
  %active = attn.activation relu %conv : !maps
  %evolved = attn.blend %active, %mix alpha 0.4 : !maps, !maps
  %masked = attn.mask %evolved where lengths(%n) : !maps, !numbers
  %out, %logits = func.call @encoder_rest(%x, %masked, %v) : (!tokens, !maps, !keys) -> (!tokens, !maps)
  return %out, %logits : !tokens, !maps
}

// A step along a given text.
func.func private @follow(
    %t: !numbers {attn.dims = ["B"]},
    %k0: !keys {attn.dims = ["B", "H", "T", "D"]}, %v0: !keys {attn.dims = ["B", "H", "T", "D"]},
    %k1: !keys {attn.dims = ["B", "H", "T", "D"]}, %v1: !keys {attn.dims = ["B", "H", "T", "D"]},
    %k2: !keys {attn.dims = ["B", "H", "T", "D"]}, %v2: !keys {attn.dims = ["B", "H", "T", "D"]},
    %s1: !maps {attn.dims = ["B", "H", "T", "T"]}, %c1: !maps {attn.dims = ["B", "H", "T", "M"]},
    %s2: !maps {attn.dims = ["B", "H", "T", "T"]}, %c2: !maps {attn.dims = ["B", "H", "T", "M"]},
    %ids: !words {attn.dims = ["B", "One"]},
    %ck0: !keys {attn.dims = ["B", "H", "M", "D"]}, %cv0: !keys {attn.dims = ["B", "H", "M", "D"]},
    %ck1: !keys {attn.dims = ["B", "H", "M", "D"]}, %cv1: !keys {attn.dims = ["B", "H", "M", "D"]},
    %ck2: !keys {attn.dims = ["B", "H", "M", "D"]}, %cv2: !keys {attn.dims = ["B", "H", "M", "D"]},
    %lengths: !numbers {attn.dims = ["B"]})
    -> (!numbers {attn.dims = ["B"]}, !keys {attn.dims = ["B", "H", "T", "D"]}, !keys {attn.dims = ["B", "H", "T", "D"]},
        !keys {attn.dims = ["B", "H", "T", "D"]}, !keys {attn.dims = ["B", "H", "T", "D"]},
        !keys {attn.dims = ["B", "H", "T", "D"]}, !keys {attn.dims = ["B", "H", "T", "D"]},
        !maps {attn.dims = ["B", "H", "T", "T"]}, !maps {attn.dims = ["B", "H", "T", "M"]},
        !maps {attn.dims = ["B", "H", "T", "T"]}, !maps {attn.dims = ["B", "H", "T",
        "M"]}, tensor<?x11xf32> {attn.dims = ["B", "V"]}) {
  %row, %t1, %out:10 = func.call @decode(%ids, %t, %k0, %v0, %k1, %v1, %k2, %v2, %s1, %c1, %s2, %c2,
      %ck0, %cv0, %ck1, %cv1, %ck2, %cv2, %lengths)
      : (!words, !numbers, !keys, !keys, !keys, !keys, !keys, !keys, !maps, !maps, !maps, !maps, !keys, !keys, !keys, !keys,
          !keys, !keys, !numbers)
      -> (!logits, !numbers, !keys, !keys, !keys, !keys, !keys, !keys, !maps, !maps, !maps, !maps)
  %all = attn.rearrange %row sizes affine_map<(b, i, c) -> (b, c)> from affine_map<(b, c) -> (b, 0, c)> : !logits
  return %t1, %out#0, %out#1, %out#2, %out#3, %out#4, %out#5, %out#6, %out#7, %out#8, %out#9, %all : !numbers, !keys, !keys,
      !keys, !keys, !keys, !keys, !maps, !maps, !maps, !maps, tensor<?x11xf32>
}

// A step that goes on from its own choice; the text that is followed says for how many.
func.func private @choose(
    %ids: !words {attn.dims = ["B", "One"]}, %t: !numbers {attn.dims = ["B"]}, %alive: !numbers {attn.dims = ["B"]},
        %length: !numbers {attn.dims = ["B"]},
    %k0: !keys {attn.dims = ["B", "H", "T", "D"]}, %v0: !keys {attn.dims = ["B", "H", "T", "D"]},
    %k1: !keys {attn.dims = ["B", "H", "T", "D"]}, %v1: !keys {attn.dims = ["B", "H", "T", "D"]},
    %k2: !keys {attn.dims = ["B", "H", "T", "D"]}, %v2: !keys {attn.dims = ["B", "H", "T", "D"]},
    %s1: !maps {attn.dims = ["B", "H", "T", "T"]}, %c1: !maps {attn.dims = ["B", "H", "T", "M"]},
    %s2: !maps {attn.dims = ["B", "H", "T", "T"]}, %c2: !maps {attn.dims = ["B", "H", "T", "M"]},
    %other: !words {attn.dims = ["B", "One"]},
    %ck0: !keys {attn.dims = ["B", "H", "M", "D"]}, %cv0: !keys {attn.dims = ["B", "H", "M", "D"]},
    %ck1: !keys {attn.dims = ["B", "H", "M", "D"]}, %cv1: !keys {attn.dims = ["B", "H", "M", "D"]},
    %ck2: !keys {attn.dims = ["B", "H", "M", "D"]}, %cv2: !keys {attn.dims = ["B", "H", "M", "D"]},
    %lengths: !numbers {attn.dims = ["B"]})
    -> (!words {attn.dims = ["B", "One"]}, !numbers {attn.dims = ["B"]}, !numbers {attn.dims = ["B"]},
        !numbers {attn.dims = ["B"]}, !keys {attn.dims = ["B", "H", "T", "D"]}, !keys {attn.dims = ["B", "H", "T", "D"]},
        !keys {attn.dims = ["B", "H", "T", "D"]}, !keys {attn.dims = ["B", "H", "T", "D"]},
        !keys {attn.dims = ["B", "H", "T", "D"]}, !keys {attn.dims = ["B", "H", "T", "D"]},
        !maps {attn.dims = ["B", "H", "T", "T"]}, !maps {attn.dims = ["B", "H", "T", "M"]},
        !maps {attn.dims = ["B", "H", "T", "T"]}, !maps {attn.dims = ["B", "H", "T", "M"]},
        !numbers {attn.dims = ["B"]}, tensor<?x11xf32> {attn.dims = ["B", "V"]}, !numbers {attn.dims = ["B"]}) {
  %row, %t1, %out:10 = func.call @decode(%ids, %t, %k0, %v0, %k1, %v1, %k2, %v2, %s1, %c1, %s2, %c2,
      %ck0, %cv0, %ck1, %cv1, %ck2, %cv2, %lengths)
      : (!words, !numbers, !keys, !keys, !keys, !keys, !keys, !keys, !maps, !maps, !maps, !maps, !keys, !keys, !keys, !keys,
          !keys, !keys, !numbers)
      -> (!logits, !numbers, !keys, !keys, !keys, !keys, !keys, !keys, !maps, !maps, !maps, !maps)
  %all = attn.rearrange %row sizes affine_map<(b, i, c) -> (b, c)> from affine_map<(b, c) -> (b, 0, c)> : !logits
  %best = attn.argmax %all : tensor<?x11xf32>
  // A sentence that has ended goes on as padding.
  %token = attn.pointwise %best, %alive : !numbers, !numbers {
  ^bb0(%a: i32, %b: i32):
    %r = arith.muli %a, %b : i32
    attn.yield %r : i32
  }
  %next = attn.rearrange %token sizes affine_map<(b) -> (b, 1)> from affine_map<(b, i) -> (b)> : !numbers
  %logits = attn.pointwise %all indexed captures(%alive) : tensor<?x11xf32>, !numbers {
  ^bb0(%x: f32, %b: index, %v: index, %flags: !numbers):
    %flag = tensor.extract %flags[%b] : !numbers
    %none = arith.constant 0 : i32
    %live = arith.cmpi ne, %flag, %none : i32
    %zero = arith.constant 0.0 : f32
    %y_in = arith.select %live, %x, %zero : f32
    attn.yield %y_in : f32
  }
  %length1 = attn.pointwise %length, %alive : !numbers, !numbers {
  ^bb0(%a: i32, %b: i32):
    %r = arith.addi %a, %b : i32
    attn.yield %r : i32
  }
  %goes_on = attn.pointwise %token, %alive : !numbers, !numbers {
  ^bb0(%a: i32, %b: i32):
    %end = arith.constant 2 : i32
    %other_in = arith.cmpi ne, %a, %end : i32
    %o = arith.extui %other_in : i1 to i32
    %r = arith.muli %b, %o : i32
    attn.yield %r : i32
  }
  return %next, %t1, %goes_on, %length1, %out#0, %out#1, %out#2, %out#3, %out#4, %out#5, %out#6, %out#7, %out#8, %out#9, %token,
      %logits, %goes_on
      : !words, !numbers, !numbers, !numbers, !keys, !keys, !keys, !keys, !keys, !keys, !maps, !maps, !maps, !maps,
          !numbers, tensor<?x11xf32>, !numbers
}

func.func @translate(
    %src: !tokens {attn.name = "src", attn.dims = ["B", "M", "C"]},
    %lengths: !numbers {attn.name = "lengths", attn.dims = ["B"]},
    %text: tensor<?x?x1xi32> {attn.name = "text", attn.dims = ["B", "T", "One"]})
    -> (tensor<?x?x11xf32> {attn.name = "followed"}, tensor<?x?xi32> {attn.name = "tokens"},
        !numbers {attn.name = "out_lengths"}, tensor<?x?x11xf32> {attn.name = "logits"}) {
  %e0, %map0 = attn.repeat 1 @first_encoder_layer(%src, %lengths) prefix "enc0." : (!tokens, !numbers) -> (!tokens, !maps)
  %e1, %map1 = attn.repeat 1 @encoder_layer(%e0, %map0, %lengths) prefix "enc1." : (!tokens, !maps, !numbers) -> (!tokens, !maps)
  %memory, %map2 = attn.repeat 1 @encoder_layer(%e1, %map1, %lengths) prefix "enc2." : (!tokens, !maps, !numbers) -> (!tokens, !maps)
  // Keys and values of the source, once for all steps.
  %ck0, %cv0 = attn.repeat 1 @keys(%memory) prefix "dec0.cross." : (!tokens) -> (!keys, !keys)
  %ck1, %cv1 = attn.repeat 1 @keys(%memory) prefix "dec1.cross." : (!tokens) -> (!keys, !keys)
  %ck2, %cv2 = attn.repeat 1 @keys(%memory) prefix "dec2.cross." : (!tokens) -> (!keys, !keys)
  // Room for as many tokens as the text has.
  %tokens = attn.rearrange %text sizes affine_map<(b, t, i) -> (b, 2, t, 4)> from affine_map<(b, h, t, d)
      -> (b, t, 0)> : tensor<?x?x1xi32>
  %rows = attn.rearrange %text sizes affine_map<(b, t, i) -> (b, 2, t, 1)> from affine_map<(b, h, t, i)
      -> (b, t, 0)> : tensor<?x?x1xi32>
  %columns = attn.rearrange %text sizes affine_map<(b, t, i) -> (b, 2, 1, t)> from affine_map<(b, h, i, t)
      -> (b, t, 0)> : tensor<?x?x1xi32>
  %source = attn.rearrange %src sizes affine_map<(b, m, c) -> (b, 2, 1, m)> from affine_map<(b, h, i, m) -> (b, m, 0)> : !tokens
  %no_keys = attn.pointwise %tokens to f32 : tensor<?x2x?x4xi32> {
  ^bb0(%a: i32):
    %r = arith.constant 0.0 : f32
    attn.yield %r : f32
  }
  %no_rows = attn.pointwise %rows, %columns to f32 : tensor<?x2x?x1xi32>, tensor<?x2x1x?xi32> {
  ^bb0(%a: i32, %b: i32):
    %r = arith.constant 0.0 : f32
    attn.yield %r : f32
  }
  %no_cross = attn.pointwise %rows, %source to f32 : tensor<?x2x?x1xi32>, tensor<?x2x1x?xf32> {
  ^bb0(%a: i32, %b: f32):
    %r = arith.constant 0.0 : f32
    attn.yield %r : f32
  }
  %zero = attn.pointwise %lengths : !numbers {
  ^bb0(%a: i32):
    %r = arith.constant 0 : i32
    attn.yield %r : i32
  }
  %alive = attn.pointwise %lengths : !numbers {
  ^bb0(%a: i32):
    %r = arith.constant 1 : i32
    attn.yield %r : i32
  }
  %begin = attn.pointwise %lengths : !numbers {
  ^bb0(%a: i32):
    %r = arith.constant 1 : i32
    attn.yield %r : i32
  }
  %first = attn.rearrange %begin sizes affine_map<(b) -> (b, 1)> from affine_map<(b, i) -> (b)> : !numbers
  %given:12 = attn.loop @follow carried(%zero, %no_keys, %no_keys, %no_keys, %no_keys, %no_keys, %no_keys, %no_rows, %no_cross,
      %no_rows, %no_cross) each(%text)
      with(%ck0, %cv0, %ck1, %cv1, %ck2, %cv2, %lengths)
      : (!numbers, !keys, !keys, !keys, !keys, !keys, !keys, !maps, !maps, !maps, !maps, tensor<?x?x1xi32>, !keys, !keys, !keys,
          !keys, !keys, !keys, !numbers)
      -> (!numbers, !keys, !keys, !keys, !keys, !keys, !keys, !maps, !maps, !maps, !maps, tensor<?x?x11xf32>)
  %own:16 = attn.loop @choose carried(%first, %zero, %alive, %zero, %no_keys, %no_keys, %no_keys, %no_keys, %no_keys, %no_keys,
      %no_rows, %no_cross, %no_rows, %no_cross) each(%text)
      with(%ck0, %cv0, %ck1, %cv1, %ck2, %cv2, %lengths) while
      : (!words, !numbers, !numbers, !numbers, !keys, !keys, !keys, !keys, !keys, !keys, !maps, !maps, !maps,
          !maps, tensor<?x?x1xi32>, !keys, !keys, !keys, !keys, !keys, !keys, !numbers)
      -> (!words, !numbers, !numbers, !numbers, !keys, !keys, !keys, !keys, !keys, !keys, !maps, !maps, !maps,
          !maps, tensor<?x?xi32>, tensor<?x?x11xf32>)
  return %given#11, %own#14, %own#3, %own#15 : tensor<?x?x11xf32>, tensor<?x?xi32>, !numbers, tensor<?x?x11xf32>
}
