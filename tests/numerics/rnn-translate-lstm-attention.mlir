// A translator of two LSTMs that read and one that writes; before each word it looks at the whole text.
// RUN: cd %S/data/rnn_translate-lstm_attention && attn-run %s --reference --rtol 1e-9 --atol 1e-9 --weights=weights.safetensors --input src=src.npy \
// RUN:   --input lengths=lengths.npy --expect tokens=expected_tokens.npy --expect out_lengths=expected_out_lengths.npy \
// RUN:   --expect logits=expected_logits.npy --expect map=expected_map.npy
// RUN: %run_compiled %s %t --weights=%S/data/rnn_translate-lstm_attention/weights.safetensors --sizes B=3,N=6 \
// RUN:   --input src=%S/data/rnn_translate-lstm_attention/src.npy --integers lengths=0..6
// RUN: %run_compiled %s %t --weights=%S/data/rnn_translate-lstm_attention/weights.safetensors --sizes B=2,N=9 --sizes B=0,N=9 --integers lengths=0..9
// RUN: %run_compiled %s %t --weights=%S/data/rnn_translate-lstm_attention/weights.safetensors --sizes B=1,N=1 --sizes B=2,N=0 --integers lengths=0..0

// One step of an LSTM: gates input, forget, cell, output.
func.func private @forward(%x: tensor<?x5xf32> {attn.dims = ["B", "X"]}, %h: tensor<?x6xf32> {attn.dims = ["B", "U"]}, %c: tensor<?x6xf32> {attn.dims = ["B", "U"]}) -> (tensor<?x6xf32>, tensor<?x6xf32>) {
  %wx = attn.weight "enc.fwd.Wx" : tensor<24x5xf32>
  %wh = attn.weight "enc.fwd.Wh" : tensor<24x6xf32>
  %b = attn.weight "enc.fwd.b" : tensor<24xf32>
  %gx = attn.linear %x, %wx, %b : tensor<?x5xf32>, tensor<24x5xf32>, tensor<24xf32>
  %gh = attn.linear %h, %wh : tensor<?x6xf32>, tensor<24x6xf32>
  %g = attn.add %gx, %gh : tensor<?x24xf32>, tensor<?x24xf32>
  %cell = attn.pointwise %c indexed captures(%g) : tensor<?x6xf32>, tensor<?x24xf32> {
  ^bb0(%old: f32, %s: index, %k: index, %gates: tensor<?x24xf32>):
    %one = arith.constant 1.0 : f32
    %width = arith.constant 6 : index
    %k1 = arith.addi %k, %width : index
    %k2 = arith.addi %k1, %width : index
    %si = tensor.extract %gates[%s, %k] : tensor<?x24xf32>
    %sf = tensor.extract %gates[%s, %k1] : tensor<?x24xf32>
    %sn = tensor.extract %gates[%s, %k2] : tensor<?x24xf32>
    %im = arith.negf %si : f32
    %ie = math.exp %im : f32
    %ib = arith.addf %one, %ie : f32
    %i = arith.divf %one, %ib : f32
    %fm = arith.negf %sf : f32
    %fe = math.exp %fm : f32
    %fb = arith.addf %one, %fe : f32
    %f = arith.divf %one, %fb : f32
    %n = math.tanh %sn : f32
    %y0 = arith.mulf %f, %old : f32
    %y1 = arith.mulf %i, %n : f32
    %y = arith.addf %y0, %y1 : f32
    attn.yield %y : f32
  }
  %hidden = attn.pointwise %cell indexed captures(%g) : tensor<?x6xf32>, tensor<?x24xf32> {
  ^bb0(%new: f32, %s: index, %k: index, %gates: tensor<?x24xf32>):
    %one = arith.constant 1.0 : f32
    %first = arith.constant 18 : index
    %k3 = arith.addi %k, %first : index
    %so = tensor.extract %gates[%s, %k3] : tensor<?x24xf32>
    %om = arith.negf %so : f32
    %oe = math.exp %om : f32
    %ob = arith.addf %one, %oe : f32
    %o = arith.divf %one, %ob : f32
    %t = math.tanh %new : f32
    %y = arith.mulf %o, %t : f32
    attn.yield %y : f32
  }
  return %hidden, %cell : tensor<?x6xf32>, tensor<?x6xf32>
}

// The same from the other end.
func.func private @backward(%x: tensor<?x5xf32> {attn.dims = ["B", "X"]}, %h: tensor<?x6xf32> {attn.dims = ["B", "U"]}, %c: tensor<?x6xf32> {attn.dims = ["B", "U"]}) -> (tensor<?x6xf32>, tensor<?x6xf32>) {
  %wx = attn.weight "enc.bwd.Wx" : tensor<24x5xf32>
  %wh = attn.weight "enc.bwd.Wh" : tensor<24x6xf32>
  %b = attn.weight "enc.bwd.b" : tensor<24xf32>
  %gx = attn.linear %x, %wx, %b : tensor<?x5xf32>, tensor<24x5xf32>, tensor<24xf32>
  %gh = attn.linear %h, %wh : tensor<?x6xf32>, tensor<24x6xf32>
  %g = attn.add %gx, %gh : tensor<?x24xf32>, tensor<?x24xf32>
  %cell = attn.pointwise %c indexed captures(%g) : tensor<?x6xf32>, tensor<?x24xf32> {
  ^bb0(%old: f32, %s: index, %k: index, %gates: tensor<?x24xf32>):
    %one = arith.constant 1.0 : f32
    %width = arith.constant 6 : index
    %k1 = arith.addi %k, %width : index
    %k2 = arith.addi %k1, %width : index
    %si = tensor.extract %gates[%s, %k] : tensor<?x24xf32>
    %sf = tensor.extract %gates[%s, %k1] : tensor<?x24xf32>
    %sn = tensor.extract %gates[%s, %k2] : tensor<?x24xf32>
    %im = arith.negf %si : f32
    %ie = math.exp %im : f32
    %ib = arith.addf %one, %ie : f32
    %i = arith.divf %one, %ib : f32
    %fm = arith.negf %sf : f32
    %fe = math.exp %fm : f32
    %fb = arith.addf %one, %fe : f32
    %f = arith.divf %one, %fb : f32
    %n = math.tanh %sn : f32
    %y0 = arith.mulf %f, %old : f32
    %y1 = arith.mulf %i, %n : f32
    %y = arith.addf %y0, %y1 : f32
    attn.yield %y : f32
  }
  %hidden = attn.pointwise %cell indexed captures(%g) : tensor<?x6xf32>, tensor<?x24xf32> {
  ^bb0(%new: f32, %s: index, %k: index, %gates: tensor<?x24xf32>):
    %one = arith.constant 1.0 : f32
    %first = arith.constant 18 : index
    %k3 = arith.addi %k, %first : index
    %so = tensor.extract %gates[%s, %k3] : tensor<?x24xf32>
    %om = arith.negf %so : f32
    %oe = math.exp %om : f32
    %ob = arith.addf %one, %oe : f32
    %o = arith.divf %one, %ob : f32
    %t = math.tanh %new : f32
    %y = arith.mulf %o, %t : f32
    attn.yield %y : f32
  }
  return %hidden, %cell : tensor<?x6xf32>, tensor<?x6xf32>
}

// A state stays beyond the end of a sequence.
func.func private @while_real(%before: tensor<?x6xf32> {attn.dims = ["B", "U"]}, %after: tensor<?x6xf32> {attn.dims = ["B", "U"]}, %real: tensor<?x1xi32> {attn.dims = ["B", "I"]}) -> tensor<?x6xf32> {
  %state = attn.pointwise %before, %after, %real : tensor<?x6xf32>, tensor<?x6xf32>, tensor<?x1xi32> {
  ^bb0(%old: f32, %new: f32, %is: i32):
    %zero = arith.constant 0 : i32
    %live = arith.cmpi ne, %is, %zero : i32
    %y = arith.select %live, %new, %old : f32
    attn.yield %y : f32
  }
  return %state : tensor<?x6xf32>
}

func.func private @forward_step(%h: tensor<?x6xf32> {attn.dims = ["B", "U"]}, %c: tensor<?x6xf32> {attn.dims = ["B", "U"]}, %x: tensor<?x5xf32> {attn.dims = ["B", "C"]}, %real: tensor<?x1xi32> {attn.dims = ["B", "I"]})
    -> (tensor<?x6xf32> {attn.dims = ["B", "U"]}, tensor<?x6xf32> {attn.dims = ["B", "U"]}, tensor<?x6xf32> {attn.dims = ["B", "U"]}) {
  %h1, %c1 = func.call @forward(%x, %h, %c) : (tensor<?x5xf32>, tensor<?x6xf32>, tensor<?x6xf32>) -> (tensor<?x6xf32>, tensor<?x6xf32>)
  %h2 = func.call @while_real(%h, %h1, %real) : (tensor<?x6xf32>, tensor<?x6xf32>, tensor<?x1xi32>) -> tensor<?x6xf32>
  %c2 = func.call @while_real(%c, %c1, %real) : (tensor<?x6xf32>, tensor<?x6xf32>, tensor<?x1xi32>) -> tensor<?x6xf32>
  // Of padding 0 is said.
  %out = attn.pointwise %h1, %real : tensor<?x6xf32>, tensor<?x1xi32> {
  ^bb0(%new: f32, %is: i32):
    %factor = arith.sitofp %is : i32 to f32
    %y = arith.mulf %new, %factor : f32
    attn.yield %y : f32
  }
  return %h2, %c2, %out : tensor<?x6xf32>, tensor<?x6xf32>, tensor<?x6xf32>
}

func.func private @backward_step(%h: tensor<?x6xf32> {attn.dims = ["B", "U"]}, %c: tensor<?x6xf32> {attn.dims = ["B", "U"]}, %x: tensor<?x5xf32> {attn.dims = ["B", "C"]}, %real: tensor<?x1xi32> {attn.dims = ["B", "I"]})
    -> (tensor<?x6xf32> {attn.dims = ["B", "U"]}, tensor<?x6xf32> {attn.dims = ["B", "U"]}, tensor<?x6xf32> {attn.dims = ["B", "U"]}) {
  %h1, %c1 = func.call @backward(%x, %h, %c) : (tensor<?x5xf32>, tensor<?x6xf32>, tensor<?x6xf32>) -> (tensor<?x6xf32>, tensor<?x6xf32>)
  %h2 = func.call @while_real(%h, %h1, %real) : (tensor<?x6xf32>, tensor<?x6xf32>, tensor<?x1xi32>) -> tensor<?x6xf32>
  %c2 = func.call @while_real(%c, %c1, %real) : (tensor<?x6xf32>, tensor<?x6xf32>, tensor<?x1xi32>) -> tensor<?x6xf32>
  // Of padding 0 is said.
  %out = attn.pointwise %h1, %real : tensor<?x6xf32>, tensor<?x1xi32> {
  ^bb0(%new: f32, %is: i32):
    %factor = arith.sitofp %is : i32 to f32
    %y = arith.mulf %new, %factor : f32
    attn.yield %y : f32
  }
  return %h2, %c2, %out : tensor<?x6xf32>, tensor<?x6xf32>, tensor<?x6xf32>
}

// Annotations of the tokens, and what both directions end with.
func.func private @read(%ids: tensor<?x?xi32> {attn.dims = ["B", "N"]}, %lengths: tensor<?xi32> {attn.dims = ["B"]}) -> (tensor<?x?x12xf32>, tensor<?x6xf32>, tensor<?x6xf32>) {
  %table = attn.weight "enc.emb" : tensor<11x5xf32>
  %x = attn.embed %table, %ids : tensor<11x5xf32>, tensor<?x?xi32>
  %places = attn.rearrange %ids sizes affine_map<(b, n) -> (b, n, 1)> from affine_map<(b, n, i) -> (b, n)> : tensor<?x?xi32>
  %real = attn.pointwise %places indexed captures(%lengths) : tensor<?x?x1xi32>, tensor<?xi32> {
  ^bb0(%id: i32, %b: index, %n: index, %i: index, %ends: tensor<?xi32>):
    %end = tensor.extract %ends[%b] : tensor<?xi32>
    %at = arith.index_cast %n : index to i32
    %is = arith.cmpi slt, %at, %end : i32
    %y = arith.extui %is : i1 to i32
    attn.yield %y : i32
  }
  %none = attn.rearrange %x sizes affine_map<(b, n, c) -> (b, 6)> from affine_map<(b, u) -> (b, -1, 0)> : tensor<?x?x5xf32>
  %last:2, %ahead = attn.loop @forward_step carried(%none, %none) each(%x, %real)
      : (tensor<?x6xf32>, tensor<?x6xf32>, tensor<?x?x5xf32>, tensor<?x?x1xi32>) -> (tensor<?x6xf32>, tensor<?x6xf32>, tensor<?x?x6xf32>)
  %first:2, %back = attn.loop @backward_step carried(%none, %none) each(%x, %real) reverse
      : (tensor<?x6xf32>, tensor<?x6xf32>, tensor<?x?x5xf32>, tensor<?x?x1xi32>) -> (tensor<?x6xf32>, tensor<?x6xf32>, tensor<?x?x6xf32>)
  %both = attn.concat %ahead, %back : tensor<?x?x6xf32>, tensor<?x?x6xf32>
  return %both, %last#0, %first#0 : tensor<?x?x12xf32>, tensor<?x6xf32>, tensor<?x6xf32>
}

// One step of the decoder.
func.func private @decoder(%x: tensor<?x17xf32> {attn.dims = ["B", "X"]}, %h: tensor<?x7xf32> {attn.dims = ["B", "U"]}, %c: tensor<?x7xf32> {attn.dims = ["B", "U"]}) -> (tensor<?x7xf32>, tensor<?x7xf32>) {
  %wx = attn.weight "dec.Wx" : tensor<28x17xf32>
  %wh = attn.weight "dec.Wh" : tensor<28x7xf32>
  %b = attn.weight "dec.b" : tensor<28xf32>
  %gx = attn.linear %x, %wx, %b : tensor<?x17xf32>, tensor<28x17xf32>, tensor<28xf32>
  %gh = attn.linear %h, %wh : tensor<?x7xf32>, tensor<28x7xf32>
  %g = attn.add %gx, %gh : tensor<?x28xf32>, tensor<?x28xf32>
  %cell = attn.pointwise %c indexed captures(%g) : tensor<?x7xf32>, tensor<?x28xf32> {
  ^bb0(%old: f32, %s: index, %k: index, %gates: tensor<?x28xf32>):
    %one = arith.constant 1.0 : f32
    %width = arith.constant 7 : index
    %k1 = arith.addi %k, %width : index
    %k2 = arith.addi %k1, %width : index
    %si = tensor.extract %gates[%s, %k] : tensor<?x28xf32>
    %sf = tensor.extract %gates[%s, %k1] : tensor<?x28xf32>
    %sn = tensor.extract %gates[%s, %k2] : tensor<?x28xf32>
    %im = arith.negf %si : f32
    %ie = math.exp %im : f32
    %ib = arith.addf %one, %ie : f32
    %i = arith.divf %one, %ib : f32
    %fm = arith.negf %sf : f32
    %fe = math.exp %fm : f32
    %fb = arith.addf %one, %fe : f32
    %f = arith.divf %one, %fb : f32
    %n = math.tanh %sn : f32
    %y0 = arith.mulf %f, %old : f32
    %y1 = arith.mulf %i, %n : f32
    %y = arith.addf %y0, %y1 : f32
    attn.yield %y : f32
  }
  %hidden = attn.pointwise %cell indexed captures(%g) : tensor<?x7xf32>, tensor<?x28xf32> {
  ^bb0(%new: f32, %s: index, %k: index, %gates: tensor<?x28xf32>):
    %one = arith.constant 1.0 : f32
    %first = arith.constant 21 : index
    %k3 = arith.addi %k, %first : index
    %so = tensor.extract %gates[%s, %k3] : tensor<?x28xf32>
    %om = arith.negf %so : f32
    %oe = math.exp %om : f32
    %ob = arith.addf %one, %oe : f32
    %o = arith.divf %one, %ob : f32
    %t = math.tanh %new : f32
    %y = arith.mulf %o, %t : f32
    attn.yield %y : f32
  }
  return %hidden, %cell : tensor<?x7xf32>, tensor<?x7xf32>
}

// One token. A text that has ended goes on as padding, of which nothing is said; alive is 1 until then.
func.func private @say(%last: tensor<?xi32> {attn.dims = ["B"]}, %alive: tensor<?xi32> {attn.dims = ["B"]}, %length: tensor<?xi32> {attn.dims = ["B"]}, %h: tensor<?x7xf32> {attn.dims = ["B", "U"]}, %c: tensor<?x7xf32> {attn.dims = ["B", "U"]}, %keys: tensor<?x1x?x7xf32> {attn.dims = ["B", "H", "N", "A"]}, %annotations: tensor<?x1x?x12xf32> {attn.dims = ["B", "H", "N", "E"]}, %lengths: tensor<?xi32> {attn.dims = ["B"]})
    -> (tensor<?xi32> {attn.dims = ["B"]}, tensor<?xi32> {attn.dims = ["B"]}, tensor<?xi32> {attn.dims = ["B"]}, tensor<?x7xf32> {attn.dims = ["B", "U"]}, tensor<?x7xf32> {attn.dims = ["B", "U"]}, tensor<?xi32> {attn.dims = ["B"]}, tensor<?x11xf32> {attn.dims = ["B", "V"]}, tensor<?x?xf32> {attn.dims = ["B", "N"]}, tensor<?xi32> {attn.dims = ["B"]}) {
  // Where to look follows from the state before.
  %W = attn.weight "att.W" : tensor<7x7xf32>
  %asks = attn.linear %h, %W : tensor<?x7xf32>, tensor<7x7xf32>
  %query = attn.rearrange %asks sizes affine_map<(b, u) -> (b, 1, 1, u)> from affine_map<(b, h, i, u) -> (b, u)> : tensor<?x7xf32>
  %v = attn.weight "att.v" : tensor<7xf32>
  %scores = attn.score additive %query, %keys with %v : tensor<?x1x1x7xf32>, tensor<?x1x?x7xf32>, tensor<7xf32>
  %visible = attn.mask %scores where lengths(%lengths) : tensor<?x1x1x?xf32>, tensor<?xi32>
  %map = attn.normalize softmax %visible : tensor<?x1x1x?xf32>
  %seen = attn.combine %map, %annotations : tensor<?x1x1x?xf32>, tensor<?x1x?x12xf32>
  %context = attn.rearrange %seen sizes affine_map<(b, h, i, c) -> (b, c)> from affine_map<(b, c) -> (b, 0, 0, c)> : tensor<?x1x1x12xf32>
  %table = attn.weight "emb" : tensor<11x5xf32>
  %e = attn.take %table, %last : tensor<11x5xf32>, tensor<?xi32>
  %x = attn.concat %e, %context : tensor<?x5xf32>, tensor<?x12xf32>
  %h1, %c1 = func.call @decoder(%x, %h, %c) : (tensor<?x17xf32>, tensor<?x7xf32>, tensor<?x7xf32>) -> (tensor<?x7xf32>, tensor<?x7xf32>)
  %pair = attn.concat %h1, %context : tensor<?x7xf32>, tensor<?x12xf32>
  %all = attn.concat %pair, %e : tensor<?x19xf32>, tensor<?x5xf32>
  %Wo = attn.weight "Wo" : tensor<11x24xf32>
  %bo = attn.weight "bo" : tensor<11xf32>
  %raw = attn.linear %all, %Wo, %bo : tensor<?x24xf32>, tensor<11x24xf32>, tensor<11xf32>
  %best = attn.argmax %raw : tensor<?x11xf32>
  %token = attn.pointwise %best, %alive : tensor<?xi32>, tensor<?xi32> {
  ^bb0(%t: i32, %goes_on: i32):
    %y = arith.muli %t, %goes_on : i32
    attn.yield %y : i32
  }
  %length1 = attn.pointwise %length, %alive : tensor<?xi32>, tensor<?xi32> {
  ^bb0(%t: i32, %goes_on: i32):
    %y = arith.addi %t, %goes_on : i32
    attn.yield %y : i32
  }
  %still = attn.pointwise %token, %alive : tensor<?xi32>, tensor<?xi32> {
  ^bb0(%t: i32, %goes_on: i32):
    %end = arith.constant 3 : i32
    %zero = arith.constant 0 : i32
    %ends = arith.cmpi eq, %t, %end : i32
    %y = arith.select %ends, %zero, %goes_on : i32
    attn.yield %y : i32
  }
  %logits = attn.pointwise %raw indexed captures(%alive) : tensor<?x11xf32>, tensor<?xi32> {
  ^bb0(%l: f32, %b: index, %w: index, %goes_on: tensor<?xi32>):
    %one = tensor.extract %goes_on[%b] : tensor<?xi32>
    %factor = arith.sitofp %one : i32 to f32
    %y = arith.mulf %l, %factor : f32
    attn.yield %y : f32
  }
  %looked = attn.rearrange %map sizes affine_map<(b, h, i, n) -> (b, n)> from affine_map<(b, n) -> (b, 0, 0, n)> : tensor<?x1x1x?xf32>
  %alignment = attn.pointwise %looked indexed captures(%alive) : tensor<?x?xf32>, tensor<?xi32> {
  ^bb0(%p: f32, %b: index, %n: index, %goes_on: tensor<?xi32>):
    %one = tensor.extract %goes_on[%b] : tensor<?xi32>
    %factor = arith.sitofp %one : i32 to f32
    %y = arith.mulf %p, %factor : f32
    attn.yield %y : f32
  }
  return %token, %still, %length1, %h1, %c1, %token, %logits, %alignment, %still
      : tensor<?xi32>, tensor<?xi32>, tensor<?xi32>, tensor<?x7xf32>, tensor<?x7xf32>, tensor<?xi32>, tensor<?x11xf32>, tensor<?x?xf32>, tensor<?xi32>
}

func.func @translate(%src: tensor<?x?xi32> {attn.name = "src", attn.dims = ["B", "N"]}, %lengths: tensor<?xi32> {attn.name = "lengths", attn.dims = ["B"]})
    -> (tensor<?x9xi32> {attn.name = "tokens"}, tensor<?xi32> {attn.name = "out_lengths"}, tensor<?x9x11xf32> {attn.name = "logits"}, tensor<?x9x?xf32> {attn.name = "map"}) {
  %both, %end, %begin = func.call @read(%src, %lengths) : (tensor<?x?xi32>, tensor<?xi32>) -> (tensor<?x?x12xf32>, tensor<?x6xf32>, tensor<?x6xf32>)
  %Ws = attn.weight "Ws" : tensor<7x6xf32>
  %bs = attn.weight "bs" : tensor<7xf32>
  %before = attn.linear %begin, %Ws, %bs : tensor<?x6xf32>, tensor<7x6xf32>, tensor<7xf32>
  %state = attn.activation tanh %before : tensor<?x7xf32>
  %none = attn.rearrange %state sizes affine_map<(b, u) -> (b, 7)> from affine_map<(b, u) -> (b, -1)> : tensor<?x7xf32>
  %U = attn.weight "att.U" : tensor<7x12xf32>
  %b = attn.weight "att.b" : tensor<7xf32>
  %key_rows = attn.linear %both, %U, %b : tensor<?x?x12xf32>, tensor<7x12xf32>, tensor<7xf32>
  %keys = attn.split_heads %key_rows into 1 : tensor<?x?x7xf32>
  %annotations = attn.split_heads %both into 1 : tensor<?x?x12xf32>
  %ones = attn.pointwise %lengths : tensor<?xi32> { // BEGIN, and that all go on
  ^bb0(%l: i32):
    %one = arith.constant 1 : i32
    attn.yield %one : i32
  }
  %zeros = attn.pointwise %lengths : tensor<?xi32> {
  ^bb0(%l: i32):
    %zero = arith.constant 0 : i32
    attn.yield %zero : i32
  }
  %out:8 = attn.loop @say carried(%ones, %ones, %zeros, %state, %none) with(%keys, %annotations, %lengths) steps 9 while
      : (tensor<?xi32>, tensor<?xi32>, tensor<?xi32>, tensor<?x7xf32>, tensor<?x7xf32>, tensor<?x1x?x7xf32>, tensor<?x1x?x12xf32>, tensor<?xi32>)
      -> (tensor<?xi32>, tensor<?xi32>, tensor<?xi32>, tensor<?x7xf32>, tensor<?x7xf32>, tensor<?x9xi32>, tensor<?x9x11xf32>, tensor<?x9x?xf32>)
  return %out#5, %out#2, %out#6, %out#7 : tensor<?x9xi32>, tensor<?xi32>, tensor<?x9x11xf32>, tensor<?x9x?xf32>
}
