// A translator (the encoder-decoder of Vaswani et al. 2017) that says one word after the other: two layers each, width 64, 4 heads of 16,
// feed-forward networks of 64; 23 words, sentences of at most 13 with their end. B sentences of at most N words. Weights are
// named as train.py's torch modules name them.

func.func private @encoder_layer(%x: tensor<?x?x64xf32> {attn.dims = ["B", "N", "C"]}, %lengths: tensor<?xi32> {attn.dims = ["B"]}) -> tensor<?x?x64xf32> {
  %query_rows_w = attn.weight "attention.query.weight" : tensor<64x64xf32>
  %query_rows_b = attn.weight "attention.query.bias" : tensor<64xf32>
  %query_rows = attn.linear %x, %query_rows_w, %query_rows_b : tensor<?x?x64xf32>, tensor<64x64xf32>, tensor<64xf32>
  %key_rows_w = attn.weight "attention.key.weight" : tensor<64x64xf32>
  %key_rows_b = attn.weight "attention.key.bias" : tensor<64xf32>
  %key_rows = attn.linear %x, %key_rows_w, %key_rows_b : tensor<?x?x64xf32>, tensor<64x64xf32>, tensor<64xf32>
  %value_rows_w = attn.weight "attention.value.weight" : tensor<64x64xf32>
  %value_rows_b = attn.weight "attention.value.bias" : tensor<64xf32>
  %value_rows = attn.linear %x, %value_rows_w, %value_rows_b : tensor<?x?x64xf32>, tensor<64x64xf32>, tensor<64xf32>
  %query = attn.split_heads %query_rows into 4 : tensor<?x?x64xf32>
  %key = attn.split_heads %key_rows into 4 : tensor<?x?x64xf32>
  %value = attn.split_heads %value_rows into 4 : tensor<?x?x64xf32>
  %attended_heads = attn.attention %query, %key, %value scale 0.25 where lengths(%lengths)
      : tensor<?x4x?x16xf32>, tensor<?x4x?x16xf32>, tensor<?x4x?x16xf32>, tensor<?xi32>
  %attended_merged = attn.merge_heads %attended_heads : tensor<?x4x?x16xf32>
  %attended_w = attn.weight "attention.out.weight" : tensor<64x64xf32>
  %attended_b = attn.weight "attention.out.bias" : tensor<64xf32>
  %attended = attn.linear %attended_merged, %attended_w, %attended_b : tensor<?x?x64xf32>, tensor<64x64xf32>, tensor<64xf32>
  %sum_a = attn.add %x, %attended : tensor<?x?x64xf32>, tensor<?x?x64xf32>
  %h_g = attn.weight "norm1.weight" : tensor<64xf32>
  %h_b = attn.weight "norm1.bias" : tensor<64xf32>
  %h = attn.layer_norm %sum_a, %h_g, %h_b eps 1.0e-5 : tensor<?x?x64xf32>, tensor<64xf32>, tensor<64xf32>

  %inner_w = attn.weight "feed.first.weight" : tensor<64x64xf32>
  %inner_b = attn.weight "feed.first.bias" : tensor<64xf32>
  %inner = attn.linear %h, %inner_w, %inner_b : tensor<?x?x64xf32>, tensor<64x64xf32>, tensor<64xf32>
  %active = attn.activation relu %inner : tensor<?x?x64xf32>
  %outer_w = attn.weight "feed.second.weight" : tensor<64x64xf32>
  %outer_b = attn.weight "feed.second.bias" : tensor<64xf32>
  %outer = attn.linear %active, %outer_w, %outer_b : tensor<?x?x64xf32>, tensor<64x64xf32>, tensor<64xf32>
  %sum_f = attn.add %h, %outer : tensor<?x?x64xf32>, tensor<?x?x64xf32>
  %y_g = attn.weight "norm2.weight" : tensor<64xf32>
  %y_b = attn.weight "norm2.bias" : tensor<64xf32>
  %y = attn.layer_norm %sum_f, %y_g, %y_b eps 1.0e-5 : tensor<?x?x64xf32>, tensor<64xf32>, tensor<64xf32>
  return %y : tensor<?x?x64xf32>
}

func.func private @encode(%source: tensor<?x?xi32> {attn.dims = ["B", "N"]}, %lengths: tensor<?xi32> {attn.dims = ["B"]}) -> tensor<?x?x64xf32> {
  %words = attn.weight "source.weight" : tensor<23x64xf32>
  %places = attn.weight "places" : tensor<13x64xf32>
  %word = attn.embed %words, %source : tensor<23x64xf32>, tensor<?x?xi32>
  %place = attn.positions %places, %source : tensor<13x64xf32>, tensor<?x?xi32>
  %x = attn.pointwise %word, %place : tensor<?x?x64xf32>, tensor<?x64xf32> {  // Vaswani et al. 2017: a token's row times sqrt(64), and its place
  ^bb0(%row: f32, %p: f32):
    %root = arith.constant 8.0 : f32
    %scaled = arith.mulf %row, %root : f32
    %s = arith.addf %scaled, %p : f32
    attn.yield %s : f32
  }
  %memory = attn.repeat 2 @encoder_layer(%x, %lengths) prefix "encoder.#." : (tensor<?x?x64xf32>, tensor<?xi32>) -> tensor<?x?x64xf32>
  return %memory : tensor<?x?x64xf32>
}

/// The newest token only: keys and values of those before it are in the caches, those of the source do not change.
func.func private @decoder_layer(
    %y: tensor<?x1x64xf32> {attn.dims = ["B", "I", "C"]}, %past_keys: tensor<?x4x13x16xf32> {attn.dims = ["B", "H", "T", "D"]},
    %past_values: tensor<?x4x13x16xf32> {attn.dims = ["B", "H", "T", "D"]}, %source_keys: tensor<?x4x?x16xf32> {attn.dims = ["B", "H", "N", "D"]},
    %source_values: tensor<?x4x?x16xf32> {attn.dims = ["B", "H", "N", "D"]}, %lengths: tensor<?xi32> {attn.dims = ["B"]},
    %at: tensor<?xi32> {attn.dims = ["B"]}, %known: tensor<?xi32> {attn.dims = ["B"]}) -> (tensor<?x1x64xf32>, tensor<?x4x13x16xf32>, tensor<?x4x13x16xf32>) {
  %query_rows_w = attn.weight "past.query.weight" : tensor<64x64xf32>
  %query_rows_b = attn.weight "past.query.bias" : tensor<64xf32>
  %query_rows = attn.linear %y, %query_rows_w, %query_rows_b : tensor<?x1x64xf32>, tensor<64x64xf32>, tensor<64xf32>
  %key_rows_w = attn.weight "past.key.weight" : tensor<64x64xf32>
  %key_rows_b = attn.weight "past.key.bias" : tensor<64xf32>
  %key_rows = attn.linear %y, %key_rows_w, %key_rows_b : tensor<?x1x64xf32>, tensor<64x64xf32>, tensor<64xf32>
  %value_rows_w = attn.weight "past.value.weight" : tensor<64x64xf32>
  %value_rows_b = attn.weight "past.value.bias" : tensor<64xf32>
  %value_rows = attn.linear %y, %value_rows_w, %value_rows_b : tensor<?x1x64xf32>, tensor<64x64xf32>, tensor<64xf32>
  %query = attn.split_heads %query_rows into 4 : tensor<?x1x64xf32>
  %key = attn.split_heads %key_rows into 4 : tensor<?x1x64xf32>
  %value = attn.split_heads %value_rows into 4 : tensor<?x1x64xf32>
  %keys = attn.cache_append %past_keys, %key at %at : tensor<?x4x13x16xf32>, tensor<?x4x1x16xf32>, tensor<?xi32>
  %values = attn.cache_append %past_values, %value at %at : tensor<?x4x13x16xf32>, tensor<?x4x1x16xf32>, tensor<?xi32>
  %past_heads = attn.attention %query, %keys, %values scale 0.25 where lengths(%known)
      : tensor<?x4x1x16xf32>, tensor<?x4x13x16xf32>, tensor<?x4x13x16xf32>, tensor<?xi32>
  %past_merged = attn.merge_heads %past_heads : tensor<?x4x1x16xf32>
  %past_w = attn.weight "past.out.weight" : tensor<64x64xf32>
  %past_b = attn.weight "past.out.bias" : tensor<64xf32>
  %past = attn.linear %past_merged, %past_w, %past_b : tensor<?x1x64xf32>, tensor<64x64xf32>, tensor<64xf32>
  %sum_p = attn.add %y, %past : tensor<?x1x64xf32>, tensor<?x1x64xf32>
  %h_g = attn.weight "norm1.weight" : tensor<64xf32>
  %h_b = attn.weight "norm1.bias" : tensor<64xf32>
  %h = attn.layer_norm %sum_p, %h_g, %h_b eps 1.0e-5 : tensor<?x1x64xf32>, tensor<64xf32>, tensor<64xf32>

  %ask_rows_w = attn.weight "cross.query.weight" : tensor<64x64xf32>
  %ask_rows_b = attn.weight "cross.query.bias" : tensor<64xf32>
  %ask_rows = attn.linear %h, %ask_rows_w, %ask_rows_b : tensor<?x1x64xf32>, tensor<64x64xf32>, tensor<64xf32>
  %ask = attn.split_heads %ask_rows into 4 : tensor<?x1x64xf32>
  %cross_heads = attn.attention %ask, %source_keys, %source_values scale 0.25 where lengths(%lengths)
      : tensor<?x4x1x16xf32>, tensor<?x4x?x16xf32>, tensor<?x4x?x16xf32>, tensor<?xi32>
  %cross_merged = attn.merge_heads %cross_heads : tensor<?x4x1x16xf32>
  %cross_w = attn.weight "cross.out.weight" : tensor<64x64xf32>
  %cross_b = attn.weight "cross.out.bias" : tensor<64xf32>
  %cross = attn.linear %cross_merged, %cross_w, %cross_b : tensor<?x1x64xf32>, tensor<64x64xf32>, tensor<64xf32>
  %sum_c = attn.add %h, %cross : tensor<?x1x64xf32>, tensor<?x1x64xf32>
  %g_g = attn.weight "norm2.weight" : tensor<64xf32>
  %g_b = attn.weight "norm2.bias" : tensor<64xf32>
  %g = attn.layer_norm %sum_c, %g_g, %g_b eps 1.0e-5 : tensor<?x1x64xf32>, tensor<64xf32>, tensor<64xf32>

  %inner_w = attn.weight "feed.first.weight" : tensor<64x64xf32>
  %inner_b = attn.weight "feed.first.bias" : tensor<64xf32>
  %inner = attn.linear %g, %inner_w, %inner_b : tensor<?x1x64xf32>, tensor<64x64xf32>, tensor<64xf32>
  %active = attn.activation relu %inner : tensor<?x1x64xf32>
  %outer_w = attn.weight "feed.second.weight" : tensor<64x64xf32>
  %outer_b = attn.weight "feed.second.bias" : tensor<64xf32>
  %outer = attn.linear %active, %outer_w, %outer_b : tensor<?x1x64xf32>, tensor<64x64xf32>, tensor<64xf32>
  %sum_f = attn.add %g, %outer : tensor<?x1x64xf32>, tensor<?x1x64xf32>
  %out_g = attn.weight "norm3.weight" : tensor<64xf32>
  %out_b = attn.weight "norm3.bias" : tensor<64xf32>
  %out = attn.layer_norm %sum_f, %out_g, %out_b eps 1.0e-5 : tensor<?x1x64xf32>, tensor<64xf32>, tensor<64xf32>
  return %out, %keys, %values : tensor<?x1x64xf32>, tensor<?x4x13x16xf32>, tensor<?x4x13x16xf32>
}

/// What may follow the last token of each row, which is its token number `at`.
func.func private @next(
    %last: tensor<?xi32> {attn.dims = ["B"]}, %at: tensor<?xi32> {attn.dims = ["B"]},
    %keys0: tensor<?x4x13x16xf32> {attn.dims = ["B", "H", "T", "D"]}, %values0: tensor<?x4x13x16xf32> {attn.dims = ["B", "H", "T", "D"]},
    %keys1: tensor<?x4x13x16xf32> {attn.dims = ["B", "H", "T", "D"]}, %values1: tensor<?x4x13x16xf32> {attn.dims = ["B", "H", "T", "D"]},
    %source_keys0: tensor<?x4x?x16xf32> {attn.dims = ["B", "H", "N", "D"]}, %source_values0: tensor<?x4x?x16xf32> {attn.dims = ["B", "H", "N", "D"]},
    %source_keys1: tensor<?x4x?x16xf32> {attn.dims = ["B", "H", "N", "D"]}, %source_values1: tensor<?x4x?x16xf32> {attn.dims = ["B", "H", "N", "D"]},
    %lengths: tensor<?xi32> {attn.dims = ["B"]})
    -> (tensor<?x23xf32>, tensor<?xi32>, tensor<?x4x13x16xf32>, tensor<?x4x13x16xf32>, tensor<?x4x13x16xf32>, tensor<?x4x13x16xf32>) {
  %words = attn.weight "target.weight" : tensor<23x64xf32>
  %places = attn.weight "places" : tensor<13x64xf32>
  %word = attn.take %words, %last : tensor<23x64xf32>, tensor<?xi32>
  %place = attn.take %places, %at : tensor<13x64xf32>, tensor<?xi32>
  %row = attn.pointwise %word, %place : tensor<?x64xf32>, tensor<?x64xf32> {
  ^bb0(%x: f32, %p: f32):
    %root = arith.constant 8.0 : f32
    %scaled = arith.mulf %x, %root : f32
    %s = arith.addf %scaled, %p : f32
    attn.yield %s : f32
  }
  %y0 = attn.rearrange %row sizes affine_map<(b, c) -> (b, 1, c)> from affine_map<(b, i, c) -> (b, c)> : tensor<?x64xf32>
  %known = attn.pointwise %at : tensor<?xi32> {
  ^bb0(%t: i32):
    %one = arith.constant 1 : i32
    %n = arith.addi %t, %one : i32
    attn.yield %n : i32
  }
  %y1, %k0, %v0 = attn.repeat 1 @decoder_layer(%y0, %keys0, %values0, %source_keys0, %source_values0, %lengths, %at, %known) prefix "decoder.0."
      : (tensor<?x1x64xf32>, tensor<?x4x13x16xf32>, tensor<?x4x13x16xf32>, tensor<?x4x?x16xf32>, tensor<?x4x?x16xf32>, tensor<?xi32>, tensor<?xi32>, tensor<?xi32>) -> (tensor<?x1x64xf32>, tensor<?x4x13x16xf32>, tensor<?x4x13x16xf32>)
  %y2, %k1, %v1 = attn.repeat 1 @decoder_layer(%y1, %keys1, %values1, %source_keys1, %source_values1, %lengths, %at, %known) prefix "decoder.1."
      : (tensor<?x1x64xf32>, tensor<?x4x13x16xf32>, tensor<?x4x13x16xf32>, tensor<?x4x?x16xf32>, tensor<?x4x?x16xf32>, tensor<?xi32>, tensor<?xi32>, tensor<?xi32>) -> (tensor<?x1x64xf32>, tensor<?x4x13x16xf32>, tensor<?x4x13x16xf32>)
  %end = attn.rearrange %y2 sizes affine_map<(b, i, c) -> (b, c)> from affine_map<(b, c) -> (b, 0, c)> : tensor<?x1x64xf32>
  %logits_w = attn.weight "logits.weight" : tensor<23x64xf32>
  %logits_b = attn.weight "logits.bias" : tensor<23xf32>
  %logits = attn.linear %end, %logits_w, %logits_b : tensor<?x64xf32>, tensor<23x64xf32>, tensor<23xf32>
  return %logits, %known, %k0, %v0, %k1, %v1 : tensor<?x23xf32>, tensor<?xi32>, tensor<?x4x13x16xf32>, tensor<?x4x13x16xf32>, tensor<?x4x13x16xf32>, tensor<?x4x13x16xf32>
}

/// One greedy step. A sentence whose END (2) was said goes on with padding (0); `alive` is 1 until then.
func.func private @say(
    %last: tensor<?xi32> {attn.dims = ["B"]}, %at: tensor<?xi32> {attn.dims = ["B"]}, %alive: tensor<?xi32> {attn.dims = ["B"]},
    %keys0: tensor<?x4x13x16xf32> {attn.dims = ["B", "H", "T", "D"]}, %values0: tensor<?x4x13x16xf32> {attn.dims = ["B", "H", "T", "D"]},
    %keys1: tensor<?x4x13x16xf32> {attn.dims = ["B", "H", "T", "D"]}, %values1: tensor<?x4x13x16xf32> {attn.dims = ["B", "H", "T", "D"]},
    %source_keys0: tensor<?x4x?x16xf32> {attn.dims = ["B", "H", "N", "D"]}, %source_values0: tensor<?x4x?x16xf32> {attn.dims = ["B", "H", "N", "D"]},
    %source_keys1: tensor<?x4x?x16xf32> {attn.dims = ["B", "H", "N", "D"]}, %source_values1: tensor<?x4x?x16xf32> {attn.dims = ["B", "H", "N", "D"]},
    %lengths: tensor<?xi32> {attn.dims = ["B"]})
    -> (tensor<?xi32>, tensor<?xi32>, tensor<?xi32>, tensor<?x4x13x16xf32>, tensor<?x4x13x16xf32>, tensor<?x4x13x16xf32>, tensor<?x4x13x16xf32>, tensor<?xi32>, tensor<?x23xf32>, tensor<?xi32>) {
  %logits, %known, %k0, %v0, %k1, %v1 = func.call @next(%last, %at, %keys0, %values0, %keys1, %values1, %source_keys0, %source_values0,
      %source_keys1, %source_values1, %lengths)
      : (tensor<?xi32>, tensor<?xi32>, tensor<?x4x13x16xf32>, tensor<?x4x13x16xf32>, tensor<?x4x13x16xf32>, tensor<?x4x13x16xf32>, tensor<?x4x?x16xf32>, tensor<?x4x?x16xf32>, tensor<?x4x?x16xf32>, tensor<?x4x?x16xf32>, tensor<?xi32>) -> (tensor<?x23xf32>, tensor<?xi32>, tensor<?x4x13x16xf32>, tensor<?x4x13x16xf32>, tensor<?x4x13x16xf32>, tensor<?x4x13x16xf32>)
  %best = attn.argmax %logits : tensor<?x23xf32>
  %token = attn.pointwise %best, %alive : tensor<?xi32>, tensor<?xi32> {
  ^bb0(%t: i32, %goes_on: i32):
    %y = arith.muli %t, %goes_on : i32
    attn.yield %y : i32
  }
  %still = attn.pointwise %token, %alive : tensor<?xi32>, tensor<?xi32> {
  ^bb0(%t: i32, %goes_on: i32):
    %end = arith.constant 2 : i32
    %zero = arith.constant 0 : i32
    %ends = arith.cmpi eq, %t, %end : i32
    %y = arith.select %ends, %zero, %goes_on : i32
    attn.yield %y : i32
  }
  %said = attn.pointwise %logits indexed captures(%alive) : tensor<?x23xf32>, tensor<?xi32> {  // nothing of a sentence that has ended
  ^bb0(%x: f32, %b: index, %v: index, %goes_on: tensor<?xi32>):
    %one = tensor.extract %goes_on[%b] : tensor<?xi32>
    %factor = arith.sitofp %one : i32 to f32
    %y = arith.mulf %x, %factor : f32
    attn.yield %y : f32
  }
  return %token, %known, %still, %k0, %v0, %k1, %v1, %token, %said, %still
      : tensor<?xi32>, tensor<?xi32>, tensor<?xi32>, tensor<?x4x13x16xf32>, tensor<?x4x13x16xf32>, tensor<?x4x13x16xf32>, tensor<?x4x13x16xf32>, tensor<?xi32>, tensor<?x23xf32>, tensor<?xi32>
}

func.func @translate(%source: tensor<?x?xi32> {attn.name = "source", attn.dims = ["B", "N"]},
                     %lengths: tensor<?xi32> {attn.name = "lengths", attn.dims = ["B"]})
    -> (tensor<?x13xi32> {attn.name = "tokens"}, tensor<?x13x23xf32> {attn.name = "logits"}) {
  %memory = func.call @encode(%source, %lengths) : (tensor<?x?xi32>, tensor<?xi32>) -> tensor<?x?x64xf32>
  %key_rows0_w = attn.weight "decoder.0.cross.key.weight" : tensor<64x64xf32>
  %key_rows0_b = attn.weight "decoder.0.cross.key.bias" : tensor<64xf32>
  %key_rows0 = attn.linear %memory, %key_rows0_w, %key_rows0_b : tensor<?x?x64xf32>, tensor<64x64xf32>, tensor<64xf32>
  %source_keys0 = attn.split_heads %key_rows0 into 4 : tensor<?x?x64xf32>
  %value_rows0_w = attn.weight "decoder.0.cross.value.weight" : tensor<64x64xf32>
  %value_rows0_b = attn.weight "decoder.0.cross.value.bias" : tensor<64xf32>
  %value_rows0 = attn.linear %memory, %value_rows0_w, %value_rows0_b : tensor<?x?x64xf32>, tensor<64x64xf32>, tensor<64xf32>
  %source_values0 = attn.split_heads %value_rows0 into 4 : tensor<?x?x64xf32>
  %key_rows1_w = attn.weight "decoder.1.cross.key.weight" : tensor<64x64xf32>
  %key_rows1_b = attn.weight "decoder.1.cross.key.bias" : tensor<64xf32>
  %key_rows1 = attn.linear %memory, %key_rows1_w, %key_rows1_b : tensor<?x?x64xf32>, tensor<64x64xf32>, tensor<64xf32>
  %source_keys1 = attn.split_heads %key_rows1 into 4 : tensor<?x?x64xf32>
  %value_rows1_w = attn.weight "decoder.1.cross.value.weight" : tensor<64x64xf32>
  %value_rows1_b = attn.weight "decoder.1.cross.value.bias" : tensor<64xf32>
  %value_rows1 = attn.linear %memory, %value_rows1_w, %value_rows1_b : tensor<?x?x64xf32>, tensor<64x64xf32>, tensor<64xf32>
  %source_values1 = attn.split_heads %value_rows1 into 4 : tensor<?x?x64xf32>

  %empty = attn.rearrange %memory sizes affine_map<(b, n, c) -> (b, 4, 13, 16)> from affine_map<(b, h, t, d) -> (b, -1, d)> : tensor<?x?x64xf32>
  %begin = attn.pointwise %lengths : tensor<?xi32> {  // BEGIN is token 1; and all go on
  ^bb0(%n: i32):
    %one = arith.constant 1 : i32
    attn.yield %one : i32
  }
  %first = attn.pointwise %lengths : tensor<?xi32> {
  ^bb0(%n: i32):
    %zero = arith.constant 0 : i32
    attn.yield %zero : i32
  }
  %end:7, %tokens, %logits = attn.loop @say carried(%begin, %first, %begin, %empty, %empty, %empty, %empty)
      with(%source_keys0, %source_values0, %source_keys1, %source_values1, %lengths) steps 13 while
      : (tensor<?xi32>, tensor<?xi32>, tensor<?xi32>, tensor<?x4x13x16xf32>, tensor<?x4x13x16xf32>, tensor<?x4x13x16xf32>, tensor<?x4x13x16xf32>, tensor<?x4x?x16xf32>, tensor<?x4x?x16xf32>, tensor<?x4x?x16xf32>, tensor<?x4x?x16xf32>, tensor<?xi32>)
      -> (tensor<?xi32>, tensor<?xi32>, tensor<?xi32>, tensor<?x4x13x16xf32>, tensor<?x4x13x16xf32>, tensor<?x4x13x16xf32>, tensor<?x4x13x16xf32>, tensor<?x13xi32>, tensor<?x13x23xf32>)
  return %tokens, %logits : tensor<?x13xi32>, tensor<?x13x23xf32>
}
