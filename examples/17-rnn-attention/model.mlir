// A reader of dates (the RNN encoder-decoder with attention of Bahdanau et al. 2015): two GRUs read the letters of a text from both
// ends; a third says the answer, letter by letter, and looks at the text before each. 43 letters, states of 48 numbers;
// B texts of at most N letters, answers of at most 11. Weights are named as train.py's torch modules name them.

/// One step of a GRU (Cho et al. 2014): what the input and what the state before say to the gates reset, update, candidate.
func.func private @gru(%before: tensor<?x48xf32> {attn.dims = ["B", "U"]},
                       %from_input: tensor<?x144xf32> {attn.dims = ["B", "G"]},
                       %from_state: tensor<?x144xf32> {attn.dims = ["B", "G"]}) -> tensor<?x48xf32> {
  %state = attn.pointwise %before indexed captures(%from_input, %from_state)
      : tensor<?x48xf32>, tensor<?x144xf32>, tensor<?x144xf32> {
  ^bb0(%h: f32, %b: index, %u: index, %input: tensor<?x144xf32>, %own: tensor<?x144xf32>):
    %one = arith.constant 1.0 : f32
    %width = arith.constant 48 : index
    %u1 = arith.addi %u, %width : index
    %u2 = arith.addi %u1, %width : index
    %input_r = tensor.extract %input[%b, %u] : tensor<?x144xf32>
    %input_z = tensor.extract %input[%b, %u1] : tensor<?x144xf32>
    %input_n = tensor.extract %input[%b, %u2] : tensor<?x144xf32>
    %own_r = tensor.extract %own[%b, %u] : tensor<?x144xf32>
    %own_z = tensor.extract %own[%b, %u1] : tensor<?x144xf32>
    %own_n = tensor.extract %own[%b, %u2] : tensor<?x144xf32>
    %sum_r = arith.addf %input_r, %own_r : f32
    %minus_r = arith.negf %sum_r : f32
    %exp_r = math.exp %minus_r : f32
    %below_r = arith.addf %exp_r, %one : f32
    %r = arith.divf %one, %below_r : f32
    %sum_z = arith.addf %input_z, %own_z : f32
    %minus_z = arith.negf %sum_z : f32
    %exp_z = math.exp %minus_z : f32
    %below_z = arith.addf %exp_z, %one : f32
    %z = arith.divf %one, %below_z : f32
    %gated = arith.mulf %r, %own_n : f32
    %sum_n = arith.addf %input_n, %gated : f32
    %n = math.tanh %sum_n : f32
    %rest = arith.subf %one, %z : f32
    %new = arith.mulf %rest, %n : f32
    %old = arith.mulf %z, %h : f32
    %y = arith.addf %new, %old : f32
    attn.yield %y : f32
  }
  return %state : tensor<?x48xf32>
}

/// Beyond the end of a text the state stays, and what is said of the letter is 0.
func.func private @while_real(%before: tensor<?x48xf32> {attn.dims = ["B", "U"]}, %after: tensor<?x48xf32> {attn.dims = ["B", "U"]},
                              %real: tensor<?x1xi32> {attn.dims = ["B", "I"]}) -> (tensor<?x48xf32>, tensor<?x48xf32>) {
  %state = attn.pointwise %before, %after, %real : tensor<?x48xf32>, tensor<?x48xf32>, tensor<?x1xi32> {
  ^bb0(%old: f32, %new: f32, %r: i32):
    %zero = arith.constant 0 : i32
    %is = arith.cmpi ne, %r, %zero : i32
    %y = arith.select %is, %new, %old : f32
    attn.yield %y : f32
  }
  %said = attn.pointwise %after, %real : tensor<?x48xf32>, tensor<?x1xi32> {
  ^bb0(%new: f32, %r: i32):
    %zero = arith.constant 0 : i32
    %nothing = arith.constant 0.0 : f32
    %is = arith.cmpi ne, %r, %zero : i32
    %y = arith.select %is, %new, %nothing : f32
    attn.yield %y : f32
  }
  return %state, %said : tensor<?x48xf32>, tensor<?x48xf32>
}

func.func private @forward(%before: tensor<?x48xf32> {attn.dims = ["B", "U"]}, %letter: tensor<?x144xf32> {attn.dims = ["B", "G"]},
                           %real: tensor<?x1xi32> {attn.dims = ["B", "I"]})
    -> (tensor<?x48xf32> {attn.dims = ["B", "U"]}, tensor<?x48xf32> {attn.dims = ["B", "U"]}) {
  %w = attn.weight "encoder.weight_hh_l0" : tensor<144x48xf32>
  %b = attn.weight "encoder.bias_hh_l0" : tensor<144xf32>
  %own = attn.linear %before, %w, %b : tensor<?x48xf32>, tensor<144x48xf32>, tensor<144xf32>
  %after = func.call @gru(%before, %letter, %own) : (tensor<?x48xf32>, tensor<?x144xf32>, tensor<?x144xf32>) -> tensor<?x48xf32>
  %state, %said = func.call @while_real(%before, %after, %real)
      : (tensor<?x48xf32>, tensor<?x48xf32>, tensor<?x1xi32>) -> (tensor<?x48xf32>, tensor<?x48xf32>)
  return %state, %said : tensor<?x48xf32>, tensor<?x48xf32>
}

func.func private @backward(%before: tensor<?x48xf32> {attn.dims = ["B", "U"]}, %letter: tensor<?x144xf32> {attn.dims = ["B", "G"]},
                            %real: tensor<?x1xi32> {attn.dims = ["B", "I"]})
    -> (tensor<?x48xf32> {attn.dims = ["B", "U"]}, tensor<?x48xf32> {attn.dims = ["B", "U"]}) {
  %w = attn.weight "encoder.weight_hh_l0_reverse" : tensor<144x48xf32>
  %b = attn.weight "encoder.bias_hh_l0_reverse" : tensor<144xf32>
  %own = attn.linear %before, %w, %b : tensor<?x48xf32>, tensor<144x48xf32>, tensor<144xf32>
  %after = func.call @gru(%before, %letter, %own) : (tensor<?x48xf32>, tensor<?x144xf32>, tensor<?x144xf32>) -> tensor<?x48xf32>
  %state, %said = func.call @while_real(%before, %after, %real)
      : (tensor<?x48xf32>, tensor<?x48xf32>, tensor<?x1xi32>) -> (tensor<?x48xf32>, tensor<?x48xf32>)
  return %state, %said : tensor<?x48xf32>, tensor<?x48xf32>
}

/// One letter of the answer. A text whose END (2) was said goes on with padding (0); `alive` is 1 until then.
func.func private @say(
    %last: tensor<?xi32> {attn.dims = ["B"]}, %state: tensor<?x48xf32> {attn.dims = ["B", "U"]},
    %alive: tensor<?xi32> {attn.dims = ["B"]}, %keys: tensor<?x1x?x48xf32> {attn.dims = ["B", "H", "N", "A"]},
    %annotations: tensor<?x1x?x96xf32> {attn.dims = ["B", "H", "N", "E"]}, %lengths: tensor<?xi32> {attn.dims = ["B"]})
    -> (tensor<?xi32> {attn.dims = ["B"]}, tensor<?x48xf32> {attn.dims = ["B", "U"]}, tensor<?xi32> {attn.dims = ["B"]},
        tensor<?xi32> {attn.dims = ["B"]}, tensor<?x1x?xf32> {attn.dims = ["B", "H", "N"]}, tensor<?x43xf32> {attn.dims = ["B", "V"]},
        tensor<?xi32> {attn.dims = ["B"]}) {
  // Where to look follows from the state before.
  %asks_w = attn.weight "asks.weight" : tensor<48x48xf32>
  %asks = attn.linear %state, %asks_w : tensor<?x48xf32>, tensor<48x48xf32>
  %query = attn.rearrange %asks sizes affine_map<(b, u) -> (b, 1, 1, u)> from affine_map<(b, h, i, u) -> (b, u)> : tensor<?x48xf32>
  %vector = attn.weight "scores" : tensor<48xf32>
  %scores = attn.score additive %query, %keys with %vector : tensor<?x1x1x48xf32>, tensor<?x1x?x48xf32>, tensor<48xf32>
  %real = attn.mask %scores where lengths(%lengths) : tensor<?x1x1x?xf32>, tensor<?xi32>
  %map = attn.normalize softmax %real : tensor<?x1x1x?xf32>
  %seen = attn.combine %map, %annotations : tensor<?x1x1x?xf32>, tensor<?x1x?x96xf32>
  %context = attn.rearrange %seen sizes affine_map<(b, h, i, c) -> (b, c)> from affine_map<(b, c) -> (b, 0, 0, c)> : tensor<?x1x1x96xf32>

  %digits = attn.weight "digits.weight" : tensor<43x24xf32>
  %digit = attn.take %digits, %last : tensor<43x24xf32>, tensor<?xi32>
  %input = attn.concat %digit, %context : tensor<?x24xf32>, tensor<?x96xf32>
  %ih_w = attn.weight "decoder.weight_ih" : tensor<144x120xf32>
  %ih_b = attn.weight "decoder.bias_ih" : tensor<144xf32>
  %hh_w = attn.weight "decoder.weight_hh" : tensor<144x48xf32>
  %hh_b = attn.weight "decoder.bias_hh" : tensor<144xf32>
  %from_input = attn.linear %input, %ih_w, %ih_b : tensor<?x120xf32>, tensor<144x120xf32>, tensor<144xf32>
  %from_state = attn.linear %state, %hh_w, %hh_b : tensor<?x48xf32>, tensor<144x48xf32>, tensor<144xf32>
  %next = func.call @gru(%state, %from_input, %from_state) : (tensor<?x48xf32>, tensor<?x144xf32>, tensor<?x144xf32>) -> tensor<?x48xf32>

  %pair = attn.concat %next, %context : tensor<?x48xf32>, tensor<?x96xf32>
  %all = attn.concat %pair, %digit : tensor<?x144xf32>, tensor<?x24xf32>
  %logits_w = attn.weight "logits.weight" : tensor<43x168xf32>
  %logits_b = attn.weight "logits.bias" : tensor<43xf32>
  %logits = attn.linear %all, %logits_w, %logits_b : tensor<?x168xf32>, tensor<43x168xf32>, tensor<43xf32>
  %best = attn.argmax %logits : tensor<?x43xf32>
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
  // Nothing is said of a text that has ended.
  %of_alive = attn.modify %map captures(%alive) : tensor<?x1x1x?xf32>, tensor<?xi32> {
  ^bb0(%p: f32, %b: index, %h: index, %i: index, %j: index, %goes_on: tensor<?xi32>):
    %one = tensor.extract %goes_on[%b] : tensor<?xi32>
    %factor = arith.sitofp %one : i32 to f32
    %y = arith.mulf %p, %factor : f32
    attn.yield %y : f32
  }
  %looked = attn.reduce_map sum %of_alive over queries : tensor<?x1x1x?xf32>
  %said = attn.pointwise %logits indexed captures(%alive) : tensor<?x43xf32>, tensor<?xi32> {
  ^bb0(%x: f32, %b: index, %v: index, %goes_on: tensor<?xi32>):
    %one = tensor.extract %goes_on[%b] : tensor<?xi32>
    %factor = arith.sitofp %one : i32 to f32
    %y = arith.mulf %x, %factor : f32
    attn.yield %y : f32
  }
  return %token, %next, %still, %token, %looked, %said, %still
      : tensor<?xi32>, tensor<?x48xf32>, tensor<?xi32>, tensor<?xi32>, tensor<?x1x?xf32>, tensor<?x43xf32>, tensor<?xi32>
}

func.func @read_dates(%source: tensor<?x?xi32> {attn.name = "source", attn.dims = ["B", "N"]},
                      %lengths: tensor<?xi32> {attn.name = "lengths", attn.dims = ["B"]})
    -> (tensor<?x11xi32> {attn.name = "tokens"}, tensor<?x11x1x?xf32> {attn.name = "alignment"},
        tensor<?x11x43xf32> {attn.name = "logits"}) {
  %letters = attn.weight "letters.weight" : tensor<43x24xf32>
  %x = attn.embed %letters, %source : tensor<43x24xf32>, tensor<?x?xi32>
  %places = attn.rearrange %source sizes affine_map<(b, n) -> (b, n, 1)> from affine_map<(b, n, i) -> (b, n)> : tensor<?x?xi32>
  %real = attn.pointwise %places indexed captures(%lengths) : tensor<?x?x1xi32>, tensor<?xi32> {
  ^bb0(%id: i32, %b: index, %n: index, %i: index, %ends: tensor<?xi32>):
    %end = tensor.extract %ends[%b] : tensor<?xi32>
    %limit = arith.index_cast %end : i32 to index
    %is = arith.cmpi slt, %n, %limit : index
    %y = arith.extui %is : i1 to i32
    attn.yield %y : i32
  }
  %none = attn.rearrange %x sizes affine_map<(b, n, c) -> (b, 48)> from affine_map<(b, u) -> (b, -1, 0)> : tensor<?x?x24xf32>

  %forward_w = attn.weight "encoder.weight_ih_l0" : tensor<144x24xf32>
  %forward_b = attn.weight "encoder.bias_ih_l0" : tensor<144xf32>
  %backward_w = attn.weight "encoder.weight_ih_l0_reverse" : tensor<144x24xf32>
  %backward_b = attn.weight "encoder.bias_ih_l0_reverse" : tensor<144xf32>
  %forward_x = attn.linear %x, %forward_w, %forward_b : tensor<?x?x24xf32>, tensor<144x24xf32>, tensor<144xf32>
  %backward_x = attn.linear %x, %backward_w, %backward_b : tensor<?x?x24xf32>, tensor<144x24xf32>, tensor<144xf32>
  %end, %ahead = attn.loop @forward carried(%none) each(%forward_x, %real)
      : (tensor<?x48xf32>, tensor<?x?x144xf32>, tensor<?x?x1xi32>) -> (tensor<?x48xf32>, tensor<?x?x48xf32>)
  %begin, %back = attn.loop @backward carried(%none) each(%backward_x, %real) reverse
      : (tensor<?x48xf32>, tensor<?x?x144xf32>, tensor<?x?x1xi32>) -> (tensor<?x48xf32>, tensor<?x?x48xf32>)
  %both = attn.concat %ahead, %back : tensor<?x?x48xf32>, tensor<?x?x48xf32>

  // What the keys and the first state of the decoder are made of does not change with the steps.
  %keys_w = attn.weight "answers.weight" : tensor<48x96xf32>
  %keys_b = attn.weight "answers.bias" : tensor<48xf32>
  %key_rows = attn.linear %both, %keys_w, %keys_b : tensor<?x?x96xf32>, tensor<48x96xf32>, tensor<48xf32>
  %keys = attn.split_heads %key_rows into 1 : tensor<?x?x48xf32>
  %annotations = attn.split_heads %both into 1 : tensor<?x?x96xf32>
  %first_w = attn.weight "first.weight" : tensor<48x48xf32>
  %first_b = attn.weight "first.bias" : tensor<48xf32>
  %before = attn.linear %begin, %first_w, %first_b : tensor<?x48xf32>, tensor<48x48xf32>, tensor<48xf32>
  %state = attn.activation tanh %before : tensor<?x48xf32>
  %ones = attn.pointwise %lengths : tensor<?xi32> {  // BEGIN, and that all go on
  ^bb0(%n: i32):
    %one = arith.constant 1 : i32
    attn.yield %one : i32
  }
  %last, %final, %alive, %tokens, %alignment, %logits = attn.loop @say carried(%ones, %state, %ones)
      with(%keys, %annotations, %lengths) steps 11 while
      : (tensor<?xi32>, tensor<?x48xf32>, tensor<?xi32>, tensor<?x1x?x48xf32>, tensor<?x1x?x96xf32>, tensor<?xi32>)
      -> (tensor<?xi32>, tensor<?x48xf32>, tensor<?xi32>, tensor<?x11xi32>, tensor<?x11x1x?xf32>, tensor<?x11x43xf32>)
  return %tokens, %alignment, %logits : tensor<?x11xi32>, tensor<?x11x1x?xf32>, tensor<?x11x43xf32>
}
