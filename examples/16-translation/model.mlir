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
    %last: tensor<?x1xi32> {attn.dims = ["B", "I"]}, %at: tensor<?xi32> {attn.dims = ["B"]},
    %keys0: tensor<?x4x13x16xf32> {attn.dims = ["B", "H", "T", "D"]}, %values0: tensor<?x4x13x16xf32> {attn.dims = ["B", "H", "T", "D"]},
    %keys1: tensor<?x4x13x16xf32> {attn.dims = ["B", "H", "T", "D"]}, %values1: tensor<?x4x13x16xf32> {attn.dims = ["B", "H", "T", "D"]},
    %source_keys0: tensor<?x4x?x16xf32> {attn.dims = ["B", "H", "N", "D"]}, %source_values0: tensor<?x4x?x16xf32> {attn.dims = ["B", "H", "N", "D"]},
    %source_keys1: tensor<?x4x?x16xf32> {attn.dims = ["B", "H", "N", "D"]}, %source_values1: tensor<?x4x?x16xf32> {attn.dims = ["B", "H", "N", "D"]},
    %lengths: tensor<?xi32> {attn.dims = ["B"]})
    -> (tensor<?x23xf32>, tensor<?xi32>, tensor<?x4x13x16xf32>, tensor<?x4x13x16xf32>, tensor<?x4x13x16xf32>, tensor<?x4x13x16xf32>) {
  %words = attn.weight "target.weight" : tensor<23x64xf32>
  %places = attn.weight "places" : tensor<13x64xf32>
  %word = attn.take %words, %last : tensor<23x64xf32>, tensor<?x1xi32>
  %y0 = attn.pointwise %word indexed captures(%places, %at) : tensor<?x1x64xf32>, tensor<13x64xf32>, tensor<?xi32> {
  ^bb0(%row: f32, %b: index, %i: index, %c: index, %table: tensor<13x64xf32>, %now: tensor<?xi32>):
    %t = tensor.extract %now[%b] : tensor<?xi32>
    %n = arith.index_cast %t : i32 to index
    %p = tensor.extract %table[%n, %c] : tensor<13x64xf32>
    %root = arith.constant 8.0 : f32
    %scaled = arith.mulf %row, %root : f32
    %y = arith.addf %scaled, %p : f32
    attn.yield %y : f32
  }
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
    %last: tensor<?x1xi32> {attn.dims = ["B", "I"]}, %at: tensor<?xi32> {attn.dims = ["B"]}, %alive: tensor<?xi32> {attn.dims = ["B"]},
    %keys0: tensor<?x4x13x16xf32> {attn.dims = ["B", "H", "T", "D"]}, %values0: tensor<?x4x13x16xf32> {attn.dims = ["B", "H", "T", "D"]},
    %keys1: tensor<?x4x13x16xf32> {attn.dims = ["B", "H", "T", "D"]}, %values1: tensor<?x4x13x16xf32> {attn.dims = ["B", "H", "T", "D"]},
    %source_keys0: tensor<?x4x?x16xf32> {attn.dims = ["B", "H", "N", "D"]}, %source_values0: tensor<?x4x?x16xf32> {attn.dims = ["B", "H", "N", "D"]},
    %source_keys1: tensor<?x4x?x16xf32> {attn.dims = ["B", "H", "N", "D"]}, %source_values1: tensor<?x4x?x16xf32> {attn.dims = ["B", "H", "N", "D"]},
    %lengths: tensor<?xi32> {attn.dims = ["B"]})
    -> (tensor<?x1xi32> {attn.dims = ["B", "I"]}, tensor<?xi32> {attn.dims = ["B"]}, tensor<?xi32> {attn.dims = ["B"]}, tensor<?x4x13x16xf32> {attn.dims = ["B", "H", "T", "D"]}, tensor<?x4x13x16xf32> {attn.dims = ["B", "H", "T", "D"]}, tensor<?x4x13x16xf32> {attn.dims = ["B", "H", "T", "D"]}, tensor<?x4x13x16xf32> {attn.dims = ["B", "H", "T", "D"]}, tensor<?xi32> {attn.dims = ["B"]}, tensor<?x23xf32> {attn.dims = ["B", "V"]}, tensor<?xi32> {attn.dims = ["B"]}) {
  %logits, %known, %k0, %v0, %k1, %v1 = func.call @next(%last, %at, %keys0, %values0, %keys1, %values1, %source_keys0, %source_values0,
      %source_keys1, %source_values1, %lengths)
      : (tensor<?x1xi32>, tensor<?xi32>, tensor<?x4x13x16xf32>, tensor<?x4x13x16xf32>, tensor<?x4x13x16xf32>, tensor<?x4x13x16xf32>, tensor<?x4x?x16xf32>, tensor<?x4x?x16xf32>, tensor<?x4x?x16xf32>, tensor<?x4x?x16xf32>, tensor<?xi32>) -> (tensor<?x23xf32>, tensor<?xi32>, tensor<?x4x13x16xf32>, tensor<?x4x13x16xf32>, tensor<?x4x13x16xf32>, tensor<?x4x13x16xf32>)
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
  %next_last = attn.rearrange %token sizes affine_map<(b) -> (b, 1)> from affine_map<(b, i) -> (b)> : tensor<?xi32>
  return %next_last, %known, %still, %k0, %v0, %k1, %v1, %token, %said, %still
      : tensor<?x1xi32>, tensor<?xi32>, tensor<?xi32>, tensor<?x4x13x16xf32>, tensor<?x4x13x16xf32>, tensor<?x4x13x16xf32>, tensor<?x4x13x16xf32>, tensor<?xi32>, tensor<?x23xf32>, tensor<?xi32>
}

/// One step of a beam search: what may follow each of the 4 hypotheses, the best 4 of all, and the caches in their order. Caches hold
/// the heads of hypothesis 0, then those of 1, and so on.
func.func private @search(
    %tokens: tensor<?x4x13xi32> {attn.dims = ["B", "K", "T"]}, %sums: tensor<?x4xf32> {attn.dims = ["B", "K"]},
    %stored: tensor<?x4x13xi32> {attn.dims = ["B", "K", "T"]}, %scores: tensor<?x4xf32> {attn.dims = ["B", "K"]},
    %alive: tensor<?xi32> {attn.dims = ["B"]}, %step: tensor<1xi32> {attn.dims = ["I"]}, %last: tensor<?x4xi32> {attn.dims = ["B", "K"]},
    %keys0: tensor<?x16x13x16xf32> {attn.dims = ["B", "G", "T", "D"]},
    %values0: tensor<?x16x13x16xf32> {attn.dims = ["B", "G", "T", "D"]},
    %keys1: tensor<?x16x13x16xf32> {attn.dims = ["B", "G", "T", "D"]},
    %values1: tensor<?x16x13x16xf32> {attn.dims = ["B", "G", "T", "D"]},
    %source_keys0: tensor<?x4x?x16xf32> {attn.dims = ["B", "H", "N", "D"]},
    %source_values0: tensor<?x4x?x16xf32> {attn.dims = ["B", "H", "N", "D"]},
    %source_keys1: tensor<?x4x?x16xf32> {attn.dims = ["B", "H", "N", "D"]},
    %source_values1: tensor<?x4x?x16xf32> {attn.dims = ["B", "H", "N", "D"]},
    %lengths: tensor<?xi32> {attn.dims = ["B"]})
    -> (tensor<?x4x13xi32> {attn.dims = ["B", "K", "T"]}, tensor<?x4xf32> {attn.dims = ["B", "K"]}, tensor<?x4x13xi32> {attn.dims = ["B", "K", "T"]}, tensor<?x4xf32> {attn.dims = ["B", "K"]},
        tensor<?xi32> {attn.dims = ["B"]}, tensor<1xi32> {attn.dims = ["I"]}, tensor<?x4xi32> {attn.dims = ["B", "K"]},
        tensor<?x16x13x16xf32> {attn.dims = ["B", "G", "T", "D"]}, tensor<?x16x13x16xf32> {attn.dims = ["B", "G", "T", "D"]},
        tensor<?x16x13x16xf32> {attn.dims = ["B", "G", "T", "D"]}, tensor<?x16x13x16xf32> {attn.dims = ["B", "G", "T", "D"]}, tensor<?xi32> {attn.dims = ["B"]}) {
  %row_last = attn.rearrange %last sizes affine_map<(b, k) -> (b * 4, 1)> from affine_map<(r, i) -> (r floordiv 4, r mod 4)> : tensor<?x4xi32>
  // One number for each of the B 4 rows.
  %nothing = attn.pointwise %row_last to f32 : tensor<?x1xi32> {
  ^bb0(%token: i32):
    %zero = arith.constant 0.0 : f32
    attn.yield %zero : f32
  }
  %list = attn.argmax %nothing : tensor<?x1xf32>
  %row_at = attn.pointwise %list captures(%step) : tensor<?xi32>, tensor<1xi32> {
  ^bb0(%n: i32, %now: tensor<1xi32>):
    %zero = arith.constant 0 : index
    %t = tensor.extract %now[%zero] : tensor<1xi32>
    attn.yield %t : i32
  }
  %row_lengths = attn.pointwise %list indexed captures(%lengths) : tensor<?xi32>, tensor<?xi32> {
  ^bb0(%n: i32, %r: index, %all: tensor<?xi32>):
    %four = arith.constant 4 : index
    %b = arith.divui %r, %four : index
    %y = tensor.extract %all[%b] : tensor<?xi32>
    attn.yield %y : i32
  }
  %row_keys0 = attn.rearrange %keys0 sizes affine_map<(b, g, t, d) -> (b * 4, 4, t, d)>
      from affine_map<(r, h, t, d) -> (r floordiv 4, (r mod 4) * 4 + h, t, d)> : tensor<?x16x13x16xf32>
  %row_values0 = attn.rearrange %values0 sizes affine_map<(b, g, t, d) -> (b * 4, 4, t, d)>
      from affine_map<(r, h, t, d) -> (r floordiv 4, (r mod 4) * 4 + h, t, d)> : tensor<?x16x13x16xf32>
  %row_keys1 = attn.rearrange %keys1 sizes affine_map<(b, g, t, d) -> (b * 4, 4, t, d)>
      from affine_map<(r, h, t, d) -> (r floordiv 4, (r mod 4) * 4 + h, t, d)> : tensor<?x16x13x16xf32>
  %row_values1 = attn.rearrange %values1 sizes affine_map<(b, g, t, d) -> (b * 4, 4, t, d)>
      from affine_map<(r, h, t, d) -> (r floordiv 4, (r mod 4) * 4 + h, t, d)> : tensor<?x16x13x16xf32>
  %row_source_keys0 = attn.rearrange %source_keys0 sizes affine_map<(b, h, n, d) -> (b * 4, h, n, d)>
      from affine_map<(r, h, n, d) -> (r floordiv 4, h, n, d)> : tensor<?x4x?x16xf32>
  %row_source_values0 = attn.rearrange %source_values0 sizes affine_map<(b, h, n, d) -> (b * 4, h, n, d)>
      from affine_map<(r, h, n, d) -> (r floordiv 4, h, n, d)> : tensor<?x4x?x16xf32>
  %row_source_keys1 = attn.rearrange %source_keys1 sizes affine_map<(b, h, n, d) -> (b * 4, h, n, d)>
      from affine_map<(r, h, n, d) -> (r floordiv 4, h, n, d)> : tensor<?x4x?x16xf32>
  %row_source_values1 = attn.rearrange %source_values1 sizes affine_map<(b, h, n, d) -> (b * 4, h, n, d)>
      from affine_map<(r, h, n, d) -> (r floordiv 4, h, n, d)> : tensor<?x4x?x16xf32>
  %logits, %known, %k0, %v0, %k1, %v1 = func.call @next(%row_last, %row_at, %row_keys0, %row_values0, %row_keys1, %row_values1,
      %row_source_keys0, %row_source_values0, %row_source_keys1, %row_source_values1, %row_lengths)
      : (tensor<?x1xi32>, tensor<?xi32>, tensor<?x4x13x16xf32>, tensor<?x4x13x16xf32>, tensor<?x4x13x16xf32>, tensor<?x4x13x16xf32>, tensor<?x4x?x16xf32>, tensor<?x4x?x16xf32>, tensor<?x4x?x16xf32>, tensor<?x4x?x16xf32>, tensor<?xi32>) -> (tensor<?x23xf32>, tensor<?xi32>, tensor<?x4x13x16xf32>, tensor<?x4x13x16xf32>, tensor<?x4x13x16xf32>, tensor<?x4x13x16xf32>)
  %next:7 = attn.beam_step %logits live %tokens, %sums stored %stored, %scores alive %alive step %step end 2 alpha 1.0
      : tensor<?x23xf32>, tensor<?x4x13xi32>, tensor<?x4xf32>, tensor<?x4x13xi32>, tensor<?x4xf32>, tensor<?xi32>, tensor<1xi32>
  %ends = attn.rearrange %next#6 sizes affine_map<(r) -> (r floordiv 4, 4)> from affine_map<(b, k) -> (b * 4 + k)> : tensor<?xi32>
  %after = attn.pointwise %step : tensor<1xi32> {
  ^bb0(%t: i32):
    %one = arith.constant 1 : i32
    %n = arith.addi %t, %one : i32
    attn.yield %n : i32
  }
  %ordered_keys0 = attn.take %k0, %next#5 : tensor<?x4x13x16xf32>, tensor<?xi32>
  %next_keys0 = attn.rearrange %ordered_keys0 sizes affine_map<(r, h, t, d) -> (r floordiv 4, 16, t, d)>
      from affine_map<(b, g, t, d) -> (b * 4 + g floordiv 4, g mod 4, t, d)> : tensor<?x4x13x16xf32>
  %ordered_values0 = attn.take %v0, %next#5 : tensor<?x4x13x16xf32>, tensor<?xi32>
  %next_values0 = attn.rearrange %ordered_values0 sizes affine_map<(r, h, t, d) -> (r floordiv 4, 16, t, d)>
      from affine_map<(b, g, t, d) -> (b * 4 + g floordiv 4, g mod 4, t, d)> : tensor<?x4x13x16xf32>
  %ordered_keys1 = attn.take %k1, %next#5 : tensor<?x4x13x16xf32>, tensor<?xi32>
  %next_keys1 = attn.rearrange %ordered_keys1 sizes affine_map<(r, h, t, d) -> (r floordiv 4, 16, t, d)>
      from affine_map<(b, g, t, d) -> (b * 4 + g floordiv 4, g mod 4, t, d)> : tensor<?x4x13x16xf32>
  %ordered_values1 = attn.take %v1, %next#5 : tensor<?x4x13x16xf32>, tensor<?xi32>
  %next_values1 = attn.rearrange %ordered_values1 sizes affine_map<(r, h, t, d) -> (r floordiv 4, 16, t, d)>
      from affine_map<(b, g, t, d) -> (b * 4 + g floordiv 4, g mod 4, t, d)> : tensor<?x4x13x16xf32>
  return %next#0, %next#1, %next#2, %next#3, %next#4, %after, %ends, %next_keys0, %next_values0, %next_keys1, %next_values1, %next#4
      : tensor<?x4x13xi32>, tensor<?x4xf32>, tensor<?x4x13xi32>, tensor<?x4xf32>, tensor<?xi32>, tensor<1xi32>, tensor<?x4xi32>, tensor<?x16x13x16xf32>, tensor<?x16x13x16xf32>, tensor<?x16x13x16xf32>, tensor<?x16x13x16xf32>, tensor<?xi32>
}

func.func @translate(%source: tensor<?x?xi32> {attn.name = "source", attn.dims = ["B", "N"]},
                     %lengths: tensor<?xi32> {attn.name = "lengths", attn.dims = ["B"]})
    -> (tensor<?x13xi32> {attn.name = "tokens"}, tensor<?x13x23xf32> {attn.name = "logits"},
        tensor<?x4x13xi32> {attn.name = "found"}, tensor<?x4xf32> {attn.name = "scores"}) {
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
  %last = attn.rearrange %begin sizes affine_map<(b) -> (b, 1)> from affine_map<(b, i) -> (b)> : tensor<?xi32>
  %end:7, %tokens, %logits = attn.loop @say carried(%last, %first, %begin, %empty, %empty, %empty, %empty)
      with(%source_keys0, %source_values0, %source_keys1, %source_values1, %lengths) steps 13 while
      : (tensor<?x1xi32>, tensor<?xi32>, tensor<?xi32>, tensor<?x4x13x16xf32>, tensor<?x4x13x16xf32>, tensor<?x4x13x16xf32>, tensor<?x4x13x16xf32>, tensor<?x4x?x16xf32>, tensor<?x4x?x16xf32>, tensor<?x4x?x16xf32>, tensor<?x4x?x16xf32>, tensor<?xi32>)
      -> (tensor<?x1xi32>, tensor<?xi32>, tensor<?xi32>, tensor<?x4x13x16xf32>, tensor<?x4x13x16xf32>, tensor<?x4x13x16xf32>, tensor<?x4x13x16xf32>, tensor<?x13xi32>, tensor<?x13x23xf32>)

  // The same with 4 hypotheses for each sentence: at first there is one, and none is stored.
  %none = attn.rearrange %source sizes affine_map<(b, n) -> (b, 4, 13)> from affine_map<(b, k, t) -> (b, -1)> : tensor<?x?xi32>
  %begins = attn.rearrange %begin sizes affine_map<(b) -> (b, 4)> from affine_map<(b, k) -> (b)> : tensor<?xi32>
  %sums = attn.pointwise %begins indexed to f32 : tensor<?x4xi32> {
  ^bb0(%t: i32, %b: index, %k: index):
    %first_one = arith.constant 0 : index
    %zero = arith.constant 0.0 : f32
    %nothing = arith.constant 0xFF800000 : f32
    %is = arith.cmpi eq, %k, %first_one : index
    %y = arith.select %is, %zero, %nothing : f32
    attn.yield %y : f32
  }
  %scores = attn.pointwise %sums : tensor<?x4xf32> {
  ^bb0(%s: f32):
    %nothing = arith.constant 0xFF800000 : f32
    attn.yield %nothing : f32
  }
  %step = attn.rearrange %begin sizes affine_map<(b) -> (1)> from affine_map<(i) -> (-1)> : tensor<?xi32>
  %room = attn.rearrange %memory sizes affine_map<(b, n, c) -> (b, 16, 13, 16)> from affine_map<(b, g, t, d) -> (b, -1, d)> : tensor<?x?x64xf32>
  %last_step:11 = attn.loop @search carried(%none, %sums, %none, %scores, %begin, %step, %begins, %room, %room, %room, %room)
      with(%source_keys0, %source_values0, %source_keys1, %source_values1, %lengths) steps 13 while
      : (tensor<?x4x13xi32>, tensor<?x4xf32>, tensor<?x4x13xi32>, tensor<?x4xf32>, tensor<?xi32>, tensor<1xi32>, tensor<?x4xi32>, tensor<?x16x13x16xf32>, tensor<?x16x13x16xf32>, tensor<?x16x13x16xf32>, tensor<?x16x13x16xf32>, tensor<?x4x?x16xf32>, tensor<?x4x?x16xf32>, tensor<?x4x?x16xf32>, tensor<?x4x?x16xf32>, tensor<?xi32>)
      -> (tensor<?x4x13xi32>, tensor<?x4xf32>, tensor<?x4x13xi32>, tensor<?x4xf32>, tensor<?xi32>, tensor<1xi32>, tensor<?x4xi32>, tensor<?x16x13x16xf32>, tensor<?x16x13x16xf32>, tensor<?x16x13x16xf32>, tensor<?x16x13x16xf32>)
  %found:2 = attn.beam_finish live %last_step#0, %last_step#1 stored %last_step#2, %last_step#3 alive %last_step#4 length %last_step#5 alpha 1.0
      : tensor<?x4x13xi32>, tensor<?x4xf32>, tensor<?x4x13xi32>, tensor<?x4xf32>, tensor<?xi32>, tensor<1xi32>
  return %tokens, %logits, %found#0, %found#1 : tensor<?x13xi32>, tensor<?x13x23xf32>, tensor<?x4x13xi32>, tensor<?x4xf32>
}
