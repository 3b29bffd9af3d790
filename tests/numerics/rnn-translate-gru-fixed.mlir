// A translator of GRUs that hears of the text only what both readers keep at their ends.
// RUN: cd %S/data/rnn_translate-gru_fixed_vector && attn-run %s --reference --rtol 1e-9 --atol 1e-9 --weights=weights.safetensors --input src=src.npy \
// RUN:   --input lengths=lengths.npy --expect tokens=expected_tokens.npy --expect out_lengths=expected_out_lengths.npy \
// RUN:   --expect logits=expected_logits.npy
// RUN: %run_compiled %s %t --weights=%S/data/rnn_translate-gru_fixed_vector/weights.safetensors --sizes B=3,N=6 \
// RUN:   --input src=%S/data/rnn_translate-gru_fixed_vector/src.npy --integers lengths=0..6
// RUN: %run_compiled %s %t --weights=%S/data/rnn_translate-gru_fixed_vector/weights.safetensors --sizes B=1,N=1 --sizes B=2,N=9 --sizes B=0,N=3 --sizes B=2,N=0 --integers lengths=0..9

// One step of a GRU: gates reset, update, candidate.
func.func private @forward(%x: tensor<?x5xf32> {attn.dims = ["B", "X"]}, %h: tensor<?x6xf32> {attn.dims = ["B", "U"]}) -> tensor<?x6xf32> {
  %wx = attn.weight "enc.fwd.Wx" : tensor<18x5xf32>
  %bx = attn.weight "enc.fwd.bx" : tensor<18xf32>
  %wh = attn.weight "enc.fwd.Wh" : tensor<18x6xf32>
  %bh = attn.weight "enc.fwd.bh" : tensor<18xf32>
  %gx = attn.linear %x, %wx, %bx : tensor<?x5xf32>, tensor<18x5xf32>, tensor<18xf32>
  %gh = attn.linear %h, %wh, %bh : tensor<?x6xf32>, tensor<18x6xf32>, tensor<18xf32>
  %new = attn.pointwise %h indexed captures(%gx, %gh) : tensor<?x6xf32>, tensor<?x18xf32>, tensor<?x18xf32> {
  ^bb0(%old: f32, %b: index, %k: index, %from_x: tensor<?x18xf32>, %from_h: tensor<?x18xf32>):
    %one = arith.constant 1.0 : f32
    %width = arith.constant 6 : index
    %k1 = arith.addi %k, %width : index
    %k2 = arith.addi %k1, %width : index
    %xr = tensor.extract %from_x[%b, %k] : tensor<?x18xf32>
    %xz = tensor.extract %from_x[%b, %k1] : tensor<?x18xf32>
    %xn = tensor.extract %from_x[%b, %k2] : tensor<?x18xf32>
    %hr = tensor.extract %from_h[%b, %k] : tensor<?x18xf32>
    %hz = tensor.extract %from_h[%b, %k1] : tensor<?x18xf32>
    %hn = tensor.extract %from_h[%b, %k2] : tensor<?x18xf32>
    %sr = arith.addf %xr, %hr : f32
    %rm = arith.negf %sr : f32
    %re = math.exp %rm : f32
    %rb = arith.addf %one, %re : f32
    %r = arith.divf %one, %rb : f32
    %sz = arith.addf %xz, %hz : f32
    %zm = arith.negf %sz : f32
    %ze = math.exp %zm : f32
    %zb = arith.addf %one, %ze : f32
    %z = arith.divf %one, %zb : f32
    %gated = arith.mulf %r, %hn : f32
    %sn = arith.addf %xn, %gated : f32
    %n = math.tanh %sn : f32
    %rest = arith.subf %one, %z : f32
    %y0 = arith.mulf %rest, %n : f32
    %y1 = arith.mulf %z, %old : f32
    %y = arith.addf %y0, %y1 : f32
    attn.yield %y : f32
  }
  return %new : tensor<?x6xf32>
}

// The same from the other end.
func.func private @backward(%x: tensor<?x5xf32> {attn.dims = ["B", "X"]}, %h: tensor<?x6xf32> {attn.dims = ["B", "U"]}) -> tensor<?x6xf32> {
  %wx = attn.weight "enc.bwd.Wx" : tensor<18x5xf32>
  %bx = attn.weight "enc.bwd.bx" : tensor<18xf32>
  %wh = attn.weight "enc.bwd.Wh" : tensor<18x6xf32>
  %bh = attn.weight "enc.bwd.bh" : tensor<18xf32>
  %gx = attn.linear %x, %wx, %bx : tensor<?x5xf32>, tensor<18x5xf32>, tensor<18xf32>
  %gh = attn.linear %h, %wh, %bh : tensor<?x6xf32>, tensor<18x6xf32>, tensor<18xf32>
  %new = attn.pointwise %h indexed captures(%gx, %gh) : tensor<?x6xf32>, tensor<?x18xf32>, tensor<?x18xf32> {
  ^bb0(%old: f32, %b: index, %k: index, %from_x: tensor<?x18xf32>, %from_h: tensor<?x18xf32>):
    %one = arith.constant 1.0 : f32
    %width = arith.constant 6 : index
    %k1 = arith.addi %k, %width : index
    %k2 = arith.addi %k1, %width : index
    %xr = tensor.extract %from_x[%b, %k] : tensor<?x18xf32>
    %xz = tensor.extract %from_x[%b, %k1] : tensor<?x18xf32>
    %xn = tensor.extract %from_x[%b, %k2] : tensor<?x18xf32>
    %hr = tensor.extract %from_h[%b, %k] : tensor<?x18xf32>
    %hz = tensor.extract %from_h[%b, %k1] : tensor<?x18xf32>
    %hn = tensor.extract %from_h[%b, %k2] : tensor<?x18xf32>
    %sr = arith.addf %xr, %hr : f32
    %rm = arith.negf %sr : f32
    %re = math.exp %rm : f32
    %rb = arith.addf %one, %re : f32
    %r = arith.divf %one, %rb : f32
    %sz = arith.addf %xz, %hz : f32
    %zm = arith.negf %sz : f32
    %ze = math.exp %zm : f32
    %zb = arith.addf %one, %ze : f32
    %z = arith.divf %one, %zb : f32
    %gated = arith.mulf %r, %hn : f32
    %sn = arith.addf %xn, %gated : f32
    %n = math.tanh %sn : f32
    %rest = arith.subf %one, %z : f32
    %y0 = arith.mulf %rest, %n : f32
    %y1 = arith.mulf %z, %old : f32
    %y = arith.addf %y0, %y1 : f32
    attn.yield %y : f32
  }
  return %new : tensor<?x6xf32>
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

func.func private @forward_step(%h: tensor<?x6xf32> {attn.dims = ["B", "U"]}, %x: tensor<?x5xf32> {attn.dims = ["B", "C"]}, %real: tensor<?x1xi32> {attn.dims = ["B", "I"]})
    -> (tensor<?x6xf32> {attn.dims = ["B", "U"]}, tensor<?x6xf32> {attn.dims = ["B", "U"]}) {
  %h1 = func.call @forward(%x, %h) : (tensor<?x5xf32>, tensor<?x6xf32>) -> tensor<?x6xf32>
  %h2 = func.call @while_real(%h, %h1, %real) : (tensor<?x6xf32>, tensor<?x6xf32>, tensor<?x1xi32>) -> tensor<?x6xf32>
  // Of padding 0 is said.
  %out = attn.pointwise %h1, %real : tensor<?x6xf32>, tensor<?x1xi32> {
  ^bb0(%new: f32, %is: i32):
    %factor = arith.sitofp %is : i32 to f32
    %y = arith.mulf %new, %factor : f32
    attn.yield %y : f32
  }
  return %h2, %out : tensor<?x6xf32>, tensor<?x6xf32>
}

func.func private @backward_step(%h: tensor<?x6xf32> {attn.dims = ["B", "U"]}, %x: tensor<?x5xf32> {attn.dims = ["B", "C"]}, %real: tensor<?x1xi32> {attn.dims = ["B", "I"]})
    -> (tensor<?x6xf32> {attn.dims = ["B", "U"]}, tensor<?x6xf32> {attn.dims = ["B", "U"]}) {
  %h1 = func.call @backward(%x, %h) : (tensor<?x5xf32>, tensor<?x6xf32>) -> tensor<?x6xf32>
  %h2 = func.call @while_real(%h, %h1, %real) : (tensor<?x6xf32>, tensor<?x6xf32>, tensor<?x1xi32>) -> tensor<?x6xf32>
  // Of padding 0 is said.
  %out = attn.pointwise %h1, %real : tensor<?x6xf32>, tensor<?x1xi32> {
  ^bb0(%new: f32, %is: i32):
    %factor = arith.sitofp %is : i32 to f32
    %y = arith.mulf %new, %factor : f32
    attn.yield %y : f32
  }
  return %h2, %out : tensor<?x6xf32>, tensor<?x6xf32>
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
  %last, %ahead = attn.loop @forward_step carried(%none) each(%x, %real)
      : (tensor<?x6xf32>, tensor<?x?x5xf32>, tensor<?x?x1xi32>) -> (tensor<?x6xf32>, tensor<?x?x6xf32>)
  %first, %back = attn.loop @backward_step carried(%none) each(%x, %real) reverse
      : (tensor<?x6xf32>, tensor<?x?x5xf32>, tensor<?x?x1xi32>) -> (tensor<?x6xf32>, tensor<?x?x6xf32>)
  %both = attn.concat %ahead, %back : tensor<?x?x6xf32>, tensor<?x?x6xf32>
  return %both, %last, %first : tensor<?x?x12xf32>, tensor<?x6xf32>, tensor<?x6xf32>
}

// One step of the decoder.
func.func private @decoder(%x: tensor<?x17xf32> {attn.dims = ["B", "X"]}, %h: tensor<?x7xf32> {attn.dims = ["B", "U"]}) -> tensor<?x7xf32> {
  %wx = attn.weight "dec.Wx" : tensor<21x17xf32>
  %bx = attn.weight "dec.bx" : tensor<21xf32>
  %wh = attn.weight "dec.Wh" : tensor<21x7xf32>
  %bh = attn.weight "dec.bh" : tensor<21xf32>
  %gx = attn.linear %x, %wx, %bx : tensor<?x17xf32>, tensor<21x17xf32>, tensor<21xf32>
  %gh = attn.linear %h, %wh, %bh : tensor<?x7xf32>, tensor<21x7xf32>, tensor<21xf32>
  %new = attn.pointwise %h indexed captures(%gx, %gh) : tensor<?x7xf32>, tensor<?x21xf32>, tensor<?x21xf32> {
  ^bb0(%old: f32, %b: index, %k: index, %from_x: tensor<?x21xf32>, %from_h: tensor<?x21xf32>):
    %one = arith.constant 1.0 : f32
    %width = arith.constant 7 : index
    %k1 = arith.addi %k, %width : index
    %k2 = arith.addi %k1, %width : index
    %xr = tensor.extract %from_x[%b, %k] : tensor<?x21xf32>
    %xz = tensor.extract %from_x[%b, %k1] : tensor<?x21xf32>
    %xn = tensor.extract %from_x[%b, %k2] : tensor<?x21xf32>
    %hr = tensor.extract %from_h[%b, %k] : tensor<?x21xf32>
    %hz = tensor.extract %from_h[%b, %k1] : tensor<?x21xf32>
    %hn = tensor.extract %from_h[%b, %k2] : tensor<?x21xf32>
    %sr = arith.addf %xr, %hr : f32
    %rm = arith.negf %sr : f32
    %re = math.exp %rm : f32
    %rb = arith.addf %one, %re : f32
    %r = arith.divf %one, %rb : f32
    %sz = arith.addf %xz, %hz : f32
    %zm = arith.negf %sz : f32
    %ze = math.exp %zm : f32
    %zb = arith.addf %one, %ze : f32
    %z = arith.divf %one, %zb : f32
    %gated = arith.mulf %r, %hn : f32
    %sn = arith.addf %xn, %gated : f32
    %n = math.tanh %sn : f32
    %rest = arith.subf %one, %z : f32
    %y0 = arith.mulf %rest, %n : f32
    %y1 = arith.mulf %z, %old : f32
    %y = arith.addf %y0, %y1 : f32
    attn.yield %y : f32
  }
  return %new : tensor<?x7xf32>
}

// One token. A text that has ended goes on as padding, of which nothing is said; alive is 1 until then.
func.func private @say(%last: tensor<?xi32> {attn.dims = ["B"]}, %alive: tensor<?xi32> {attn.dims = ["B"]}, %length: tensor<?xi32> {attn.dims = ["B"]}, %h: tensor<?x7xf32> {attn.dims = ["B", "U"]}, %context: tensor<?x12xf32> {attn.dims = ["B", "E"]})
    -> (tensor<?xi32> {attn.dims = ["B"]}, tensor<?xi32> {attn.dims = ["B"]}, tensor<?xi32> {attn.dims = ["B"]}, tensor<?x7xf32> {attn.dims = ["B", "U"]}, tensor<?xi32> {attn.dims = ["B"]}, tensor<?x11xf32> {attn.dims = ["B", "V"]}, tensor<?xi32> {attn.dims = ["B"]}) {
  %table = attn.weight "emb" : tensor<11x5xf32>
  %e = attn.take %table, %last : tensor<11x5xf32>, tensor<?xi32>
  %x = attn.concat %e, %context : tensor<?x5xf32>, tensor<?x12xf32>
  %h1 = func.call @decoder(%x, %h) : (tensor<?x17xf32>, tensor<?x7xf32>) -> tensor<?x7xf32>
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
  return %token, %still, %length1, %h1, %token, %logits, %still
      : tensor<?xi32>, tensor<?xi32>, tensor<?xi32>, tensor<?x7xf32>, tensor<?xi32>, tensor<?x11xf32>, tensor<?xi32>
}

func.func @translate(%src: tensor<?x?xi32> {attn.name = "src", attn.dims = ["B", "N"]}, %lengths: tensor<?xi32> {attn.name = "lengths", attn.dims = ["B"]})
    -> (tensor<?x9xi32> {attn.name = "tokens"}, tensor<?xi32> {attn.name = "out_lengths"}, tensor<?x9x11xf32> {attn.name = "logits"}) {
  %both, %end, %begin = func.call @read(%src, %lengths) : (tensor<?x?xi32>, tensor<?xi32>) -> (tensor<?x?x12xf32>, tensor<?x6xf32>, tensor<?x6xf32>)
  %Ws = attn.weight "Ws" : tensor<7x6xf32>
  %bs = attn.weight "bs" : tensor<7xf32>
  %before = attn.linear %begin, %Ws, %bs : tensor<?x6xf32>, tensor<7x6xf32>, tensor<7xf32>
  %state = attn.activation tanh %before : tensor<?x7xf32>
  %context = attn.concat %end, %begin : tensor<?x6xf32>, tensor<?x6xf32>
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
  %out:6 = attn.loop @say carried(%ones, %ones, %zeros, %state) with(%context) steps 9 while
      : (tensor<?xi32>, tensor<?xi32>, tensor<?xi32>, tensor<?x7xf32>, tensor<?x12xf32>)
      -> (tensor<?xi32>, tensor<?xi32>, tensor<?xi32>, tensor<?x7xf32>, tensor<?x9xi32>, tensor<?x9x11xf32>)
  return %out#4, %out#2, %out#5 : tensor<?x9xi32>, tensor<?xi32>, tensor<?x9x11xf32>
}
