// A language model in the layout of GPT-2 (Radford et al. 2019), the size of 124 million: 12 layers of width 768, 12 heads of 64, 50257
// tokens, 1024 places. A step takes N tokens of each of B texts and says what may follow the last. Keys and values of the tokens
// before are states: room for T of each text, of which `length` are known.

func.func private @block(
    %x: tensor<?x?x768xf32> {attn.dims = ["B", "N", "C"]}, %past_keys: tensor<?x12x?x64xf32> {attn.dims = ["B", "H", "T", "D"]},
    %past_values: tensor<?x12x?x64xf32> {attn.dims = ["B", "H", "T", "D"]}, %length: tensor<?xi32> {attn.dims = ["B"]},
    %known: tensor<?xi32> {attn.dims = ["B"]}) -> (tensor<?x?x768xf32>, tensor<?x12x?x64xf32>, tensor<?x12x?x64xf32>) {
  %t_g = attn.weight "ln_1.weight" : tensor<768xf32>
  %t_b = attn.weight "ln_1.bias" : tensor<768xf32>
  %t = attn.layer_norm %x, %t_g, %t_b eps 1.0e-5 : tensor<?x?x768xf32>, tensor<768xf32>, tensor<768xf32>
  %query_rows_w = attn.weight "attn.query.weight" : tensor<768x768xf32>
  %query_rows_b = attn.weight "attn.query.bias" : tensor<768xf32>
  %query_rows = attn.linear %t, %query_rows_w, %query_rows_b : tensor<?x?x768xf32>, tensor<768x768xf32>, tensor<768xf32>
  %key_rows_w = attn.weight "attn.key.weight" : tensor<768x768xf32>
  %key_rows_b = attn.weight "attn.key.bias" : tensor<768xf32>
  %key_rows = attn.linear %t, %key_rows_w, %key_rows_b : tensor<?x?x768xf32>, tensor<768x768xf32>, tensor<768xf32>
  %value_rows_w = attn.weight "attn.value.weight" : tensor<768x768xf32>
  %value_rows_b = attn.weight "attn.value.bias" : tensor<768xf32>
  %value_rows = attn.linear %t, %value_rows_w, %value_rows_b : tensor<?x?x768xf32>, tensor<768x768xf32>, tensor<768xf32>
  %query = attn.split_heads %query_rows into 12 : tensor<?x?x768xf32>
  %key = attn.split_heads %key_rows into 12 : tensor<?x?x768xf32>
  %value = attn.split_heads %value_rows into 12 : tensor<?x?x768xf32>
  %keys = attn.cache_append %past_keys, %key at %length : tensor<?x12x?x64xf32>, tensor<?x12x?x64xf32>, tensor<?xi32>
  %values = attn.cache_append %past_values, %value at %length : tensor<?x12x?x64xf32>, tensor<?x12x?x64xf32>, tensor<?xi32>
  // Token i of this step is token length + i of its text.
  %scores = attn.score dot %query, %keys scale 0.125 : tensor<?x12x?x64xf32>, tensor<?x12x?x64xf32>
  %seen = attn.mask %scores where lengths(%known) and predicate(%length) : tensor<?x12x?x?xf32>, tensor<?xi32>, tensor<?xi32> {
  ^bb0(%b: index, %h: index, %i: index, %j: index, %before: tensor<?xi32>):
    %first = tensor.extract %before[%b] : tensor<?xi32>
    %first_place = arith.index_cast %first : i32 to index
    %place = arith.addi %first_place, %i : index
    %earlier = arith.cmpi sle, %j, %place : index
    attn.yield %earlier : i1
  }
  %weights = attn.normalize softmax %seen : tensor<?x12x?x?xf32>
  %heads = attn.combine %weights, %values : tensor<?x12x?x?xf32>, tensor<?x12x?x64xf32>
  %merged = attn.merge_heads %heads : tensor<?x12x?x64xf32>
  %attended_w = attn.weight "attn.out.weight" : tensor<768x768xf32>
  %attended_b = attn.weight "attn.out.bias" : tensor<768xf32>
  %attended = attn.linear %merged, %attended_w, %attended_b : tensor<?x?x768xf32>, tensor<768x768xf32>, tensor<768xf32>
  %y = attn.add %x, %attended : tensor<?x?x768xf32>, tensor<?x?x768xf32>

  %u_g = attn.weight "ln_2.weight" : tensor<768xf32>
  %u_b = attn.weight "ln_2.bias" : tensor<768xf32>
  %u = attn.layer_norm %y, %u_g, %u_b eps 1.0e-5 : tensor<?x?x768xf32>, tensor<768xf32>, tensor<768xf32>
  %inner_w = attn.weight "mlp.first.weight" : tensor<3072x768xf32>
  %inner_b = attn.weight "mlp.first.bias" : tensor<3072xf32>
  %inner = attn.linear %u, %inner_w, %inner_b : tensor<?x?x768xf32>, tensor<3072x768xf32>, tensor<3072xf32>
  %active = attn.activation gelu_tanh %inner : tensor<?x?x3072xf32>
  %outer_w = attn.weight "mlp.second.weight" : tensor<768x3072xf32>
  %outer_b = attn.weight "mlp.second.bias" : tensor<768xf32>
  %outer = attn.linear %active, %outer_w, %outer_b : tensor<?x?x3072xf32>, tensor<768x3072xf32>, tensor<768xf32>
  %z = attn.add %y, %outer : tensor<?x?x768xf32>, tensor<?x?x768xf32>
  return %z, %keys, %values : tensor<?x?x768xf32>, tensor<?x12x?x64xf32>, tensor<?x12x?x64xf32>
}

func.func @gpt2(
    %ids: tensor<?x?xi32> {attn.name = "ids", attn.dims = ["B", "N"]},
    %length: tensor<?xi32> {attn.name = "length", attn.state = "length", attn.dims = ["B"]},
    %keys0: tensor<?x12x?x64xf32> {attn.name = "keys0", attn.state = "keys0", attn.dims = ["B", "H", "T", "D"]},
    %values0: tensor<?x12x?x64xf32> {attn.name = "values0", attn.state = "values0", attn.dims = ["B", "H", "T", "D"]},
    %keys1: tensor<?x12x?x64xf32> {attn.name = "keys1", attn.state = "keys1", attn.dims = ["B", "H", "T", "D"]},
    %values1: tensor<?x12x?x64xf32> {attn.name = "values1", attn.state = "values1", attn.dims = ["B", "H", "T", "D"]},
    %keys2: tensor<?x12x?x64xf32> {attn.name = "keys2", attn.state = "keys2", attn.dims = ["B", "H", "T", "D"]},
    %values2: tensor<?x12x?x64xf32> {attn.name = "values2", attn.state = "values2", attn.dims = ["B", "H", "T", "D"]},
    %keys3: tensor<?x12x?x64xf32> {attn.name = "keys3", attn.state = "keys3", attn.dims = ["B", "H", "T", "D"]},
    %values3: tensor<?x12x?x64xf32> {attn.name = "values3", attn.state = "values3", attn.dims = ["B", "H", "T", "D"]},
    %keys4: tensor<?x12x?x64xf32> {attn.name = "keys4", attn.state = "keys4", attn.dims = ["B", "H", "T", "D"]},
    %values4: tensor<?x12x?x64xf32> {attn.name = "values4", attn.state = "values4", attn.dims = ["B", "H", "T", "D"]},
    %keys5: tensor<?x12x?x64xf32> {attn.name = "keys5", attn.state = "keys5", attn.dims = ["B", "H", "T", "D"]},
    %values5: tensor<?x12x?x64xf32> {attn.name = "values5", attn.state = "values5", attn.dims = ["B", "H", "T", "D"]},
    %keys6: tensor<?x12x?x64xf32> {attn.name = "keys6", attn.state = "keys6", attn.dims = ["B", "H", "T", "D"]},
    %values6: tensor<?x12x?x64xf32> {attn.name = "values6", attn.state = "values6", attn.dims = ["B", "H", "T", "D"]},
    %keys7: tensor<?x12x?x64xf32> {attn.name = "keys7", attn.state = "keys7", attn.dims = ["B", "H", "T", "D"]},
    %values7: tensor<?x12x?x64xf32> {attn.name = "values7", attn.state = "values7", attn.dims = ["B", "H", "T", "D"]},
    %keys8: tensor<?x12x?x64xf32> {attn.name = "keys8", attn.state = "keys8", attn.dims = ["B", "H", "T", "D"]},
    %values8: tensor<?x12x?x64xf32> {attn.name = "values8", attn.state = "values8", attn.dims = ["B", "H", "T", "D"]},
    %keys9: tensor<?x12x?x64xf32> {attn.name = "keys9", attn.state = "keys9", attn.dims = ["B", "H", "T", "D"]},
    %values9: tensor<?x12x?x64xf32> {attn.name = "values9", attn.state = "values9", attn.dims = ["B", "H", "T", "D"]},
    %keys10: tensor<?x12x?x64xf32> {attn.name = "keys10", attn.state = "keys10", attn.dims = ["B", "H", "T", "D"]},
    %values10: tensor<?x12x?x64xf32> {attn.name = "values10", attn.state = "values10", attn.dims = ["B", "H", "T", "D"]},
    %keys11: tensor<?x12x?x64xf32> {attn.name = "keys11", attn.state = "keys11", attn.dims = ["B", "H", "T", "D"]},
    %values11: tensor<?x12x?x64xf32> {attn.name = "values11", attn.state = "values11", attn.dims = ["B", "H", "T", "D"]})
    -> (tensor<?x50257xf32> {attn.name = "logits"}, tensor<?xi32> {attn.name = "next_length", attn.state = "length"},
        tensor<?x12x?x64xf32> {attn.name = "next_keys0", attn.state = "keys0"},
        tensor<?x12x?x64xf32> {attn.name = "next_values0", attn.state = "values0"},
        tensor<?x12x?x64xf32> {attn.name = "next_keys1", attn.state = "keys1"},
        tensor<?x12x?x64xf32> {attn.name = "next_values1", attn.state = "values1"},
        tensor<?x12x?x64xf32> {attn.name = "next_keys2", attn.state = "keys2"},
        tensor<?x12x?x64xf32> {attn.name = "next_values2", attn.state = "values2"},
        tensor<?x12x?x64xf32> {attn.name = "next_keys3", attn.state = "keys3"},
        tensor<?x12x?x64xf32> {attn.name = "next_values3", attn.state = "values3"},
        tensor<?x12x?x64xf32> {attn.name = "next_keys4", attn.state = "keys4"},
        tensor<?x12x?x64xf32> {attn.name = "next_values4", attn.state = "values4"},
        tensor<?x12x?x64xf32> {attn.name = "next_keys5", attn.state = "keys5"},
        tensor<?x12x?x64xf32> {attn.name = "next_values5", attn.state = "values5"},
        tensor<?x12x?x64xf32> {attn.name = "next_keys6", attn.state = "keys6"},
        tensor<?x12x?x64xf32> {attn.name = "next_values6", attn.state = "values6"},
        tensor<?x12x?x64xf32> {attn.name = "next_keys7", attn.state = "keys7"},
        tensor<?x12x?x64xf32> {attn.name = "next_values7", attn.state = "values7"},
        tensor<?x12x?x64xf32> {attn.name = "next_keys8", attn.state = "keys8"},
        tensor<?x12x?x64xf32> {attn.name = "next_values8", attn.state = "values8"},
        tensor<?x12x?x64xf32> {attn.name = "next_keys9", attn.state = "keys9"},
        tensor<?x12x?x64xf32> {attn.name = "next_values9", attn.state = "values9"},
        tensor<?x12x?x64xf32> {attn.name = "next_keys10", attn.state = "keys10"},
        tensor<?x12x?x64xf32> {attn.name = "next_values10", attn.state = "values10"},
        tensor<?x12x?x64xf32> {attn.name = "next_keys11", attn.state = "keys11"},
        tensor<?x12x?x64xf32> {attn.name = "next_values11", attn.state = "values11"}) {
  %known = attn.pointwise %length captures(%ids) : tensor<?xi32>, tensor<?x?xi32> {
  ^bb0(%before: i32, %tokens: tensor<?x?xi32>):
    %one = arith.constant 1 : index
    %new = tensor.dim %tokens, %one : tensor<?x?xi32>
    %n = arith.index_cast %new : index to i32
    %y = arith.addi %before, %n : i32
    attn.yield %y : i32
  }
  %places = attn.pointwise %ids indexed captures(%length) : tensor<?x?xi32>, tensor<?xi32> {
  ^bb0(%id: i32, %b: index, %i: index, %before: tensor<?xi32>):
    %first = tensor.extract %before[%b] : tensor<?xi32>
    %n = arith.index_cast %i : index to i32
    %y = arith.addi %first, %n : i32
    attn.yield %y : i32
  }
  %tokens_w = attn.weight "wte.weight" : tensor<50257x768xf32>
  %places_w = attn.weight "wpe.weight" : tensor<1024x768xf32>
  %token = attn.embed %tokens_w, %ids : tensor<50257x768xf32>, tensor<?x?xi32>
  %place = attn.take %places_w, %places : tensor<1024x768xf32>, tensor<?x?xi32>
  %x0 = attn.add %token, %place : tensor<?x?x768xf32>, tensor<?x?x768xf32>
  %x1, %k0, %v0 = attn.repeat 1 @block(%x0, %keys0, %values0, %length, %known) prefix "h.0."
      : (tensor<?x?x768xf32>, tensor<?x12x?x64xf32>, tensor<?x12x?x64xf32>, tensor<?xi32>, tensor<?xi32>) -> (tensor<?x?x768xf32>, tensor<?x12x?x64xf32>, tensor<?x12x?x64xf32>)
  %x2, %k1, %v1 = attn.repeat 1 @block(%x1, %keys1, %values1, %length, %known) prefix "h.1."
      : (tensor<?x?x768xf32>, tensor<?x12x?x64xf32>, tensor<?x12x?x64xf32>, tensor<?xi32>, tensor<?xi32>) -> (tensor<?x?x768xf32>, tensor<?x12x?x64xf32>, tensor<?x12x?x64xf32>)
  %x3, %k2, %v2 = attn.repeat 1 @block(%x2, %keys2, %values2, %length, %known) prefix "h.2."
      : (tensor<?x?x768xf32>, tensor<?x12x?x64xf32>, tensor<?x12x?x64xf32>, tensor<?xi32>, tensor<?xi32>) -> (tensor<?x?x768xf32>, tensor<?x12x?x64xf32>, tensor<?x12x?x64xf32>)
  %x4, %k3, %v3 = attn.repeat 1 @block(%x3, %keys3, %values3, %length, %known) prefix "h.3."
      : (tensor<?x?x768xf32>, tensor<?x12x?x64xf32>, tensor<?x12x?x64xf32>, tensor<?xi32>, tensor<?xi32>) -> (tensor<?x?x768xf32>, tensor<?x12x?x64xf32>, tensor<?x12x?x64xf32>)
  %x5, %k4, %v4 = attn.repeat 1 @block(%x4, %keys4, %values4, %length, %known) prefix "h.4."
      : (tensor<?x?x768xf32>, tensor<?x12x?x64xf32>, tensor<?x12x?x64xf32>, tensor<?xi32>, tensor<?xi32>) -> (tensor<?x?x768xf32>, tensor<?x12x?x64xf32>, tensor<?x12x?x64xf32>)
  %x6, %k5, %v5 = attn.repeat 1 @block(%x5, %keys5, %values5, %length, %known) prefix "h.5."
      : (tensor<?x?x768xf32>, tensor<?x12x?x64xf32>, tensor<?x12x?x64xf32>, tensor<?xi32>, tensor<?xi32>) -> (tensor<?x?x768xf32>, tensor<?x12x?x64xf32>, tensor<?x12x?x64xf32>)
  %x7, %k6, %v6 = attn.repeat 1 @block(%x6, %keys6, %values6, %length, %known) prefix "h.6."
      : (tensor<?x?x768xf32>, tensor<?x12x?x64xf32>, tensor<?x12x?x64xf32>, tensor<?xi32>, tensor<?xi32>) -> (tensor<?x?x768xf32>, tensor<?x12x?x64xf32>, tensor<?x12x?x64xf32>)
  %x8, %k7, %v7 = attn.repeat 1 @block(%x7, %keys7, %values7, %length, %known) prefix "h.7."
      : (tensor<?x?x768xf32>, tensor<?x12x?x64xf32>, tensor<?x12x?x64xf32>, tensor<?xi32>, tensor<?xi32>) -> (tensor<?x?x768xf32>, tensor<?x12x?x64xf32>, tensor<?x12x?x64xf32>)
  %x9, %k8, %v8 = attn.repeat 1 @block(%x8, %keys8, %values8, %length, %known) prefix "h.8."
      : (tensor<?x?x768xf32>, tensor<?x12x?x64xf32>, tensor<?x12x?x64xf32>, tensor<?xi32>, tensor<?xi32>) -> (tensor<?x?x768xf32>, tensor<?x12x?x64xf32>, tensor<?x12x?x64xf32>)
  %x10, %k9, %v9 = attn.repeat 1 @block(%x9, %keys9, %values9, %length, %known) prefix "h.9."
      : (tensor<?x?x768xf32>, tensor<?x12x?x64xf32>, tensor<?x12x?x64xf32>, tensor<?xi32>, tensor<?xi32>) -> (tensor<?x?x768xf32>, tensor<?x12x?x64xf32>, tensor<?x12x?x64xf32>)
  %x11, %k10, %v10 = attn.repeat 1 @block(%x10, %keys10, %values10, %length, %known) prefix "h.10."
      : (tensor<?x?x768xf32>, tensor<?x12x?x64xf32>, tensor<?x12x?x64xf32>, tensor<?xi32>, tensor<?xi32>) -> (tensor<?x?x768xf32>, tensor<?x12x?x64xf32>, tensor<?x12x?x64xf32>)
  %x12, %k11, %v11 = attn.repeat 1 @block(%x11, %keys11, %values11, %length, %known) prefix "h.11."
      : (tensor<?x?x768xf32>, tensor<?x12x?x64xf32>, tensor<?x12x?x64xf32>, tensor<?xi32>, tensor<?xi32>) -> (tensor<?x?x768xf32>, tensor<?x12x?x64xf32>, tensor<?x12x?x64xf32>)

  // What follows the last token is all that is asked.
  %some = attn.rearrange %x12 sizes affine_map<(b, n, c) -> (b, c)> from affine_map<(b, c) -> (b, 0, c)> : tensor<?x?x768xf32>
  %last = attn.pointwise %some indexed captures(%x12) : tensor<?x768xf32>, tensor<?x?x768xf32> {
  ^bb0(%first: f32, %b: index, %c: index, %rows: tensor<?x?x768xf32>):
    %one = arith.constant 1 : index
    %count = tensor.dim %rows, %one : tensor<?x?x768xf32>
    %n = arith.subi %count, %one : index
    %y = tensor.extract %rows[%b, %n, %c] : tensor<?x?x768xf32>
    attn.yield %y : f32
  }
  %gamma = attn.weight "ln_f.weight" : tensor<768xf32>
  %beta = attn.weight "ln_f.bias" : tensor<768xf32>
  %hidden = attn.layer_norm %last, %gamma, %beta eps 1.0e-5 : tensor<?x768xf32>, tensor<768xf32>, tensor<768xf32>
  %logits = attn.linear %hidden, %tokens_w : tensor<?x768xf32>, tensor<50257x768xf32>
  return %logits, %known, %k0, %v0, %k1, %v1, %k2, %v2, %k3, %v3, %k4, %v4, %k5, %v5, %k6, %v6, %k7, %v7, %k8, %v8, %k9, %v9, %k10, %v10, %k11, %v11
      : tensor<?x50257xf32>, tensor<?xi32>, tensor<?x12x?x64xf32>, tensor<?x12x?x64xf32>, tensor<?x12x?x64xf32>, tensor<?x12x?x64xf32>, tensor<?x12x?x64xf32>, tensor<?x12x?x64xf32>, tensor<?x12x?x64xf32>, tensor<?x12x?x64xf32>, tensor<?x12x?x64xf32>, tensor<?x12x?x64xf32>, tensor<?x12x?x64xf32>, tensor<?x12x?x64xf32>, tensor<?x12x?x64xf32>, tensor<?x12x?x64xf32>, tensor<?x12x?x64xf32>, tensor<?x12x?x64xf32>, tensor<?x12x?x64xf32>, tensor<?x12x?x64xf32>, tensor<?x12x?x64xf32>, tensor<?x12x?x64xf32>, tensor<?x12x?x64xf32>, tensor<?x12x?x64xf32>, tensor<?x12x?x64xf32>, tensor<?x12x?x64xf32>
}
