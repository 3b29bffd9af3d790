// Two GRUs read a text from both ends.
// RUN: cd %S/data/rnn_encoder-bidirectional_gru && attn-run %s --reference --rtol 1e-9 --atol 1e-9 --weights=weights.safetensors --input ids=ids.npy \
// RUN:   --input lengths=lengths.npy --expect out=expected_out.npy --expect h_fwd=expected_h_fwd.npy --expect h_bwd=expected_h_bwd.npy
// RUN: %run_compiled %s %t --weights=%S/data/rnn_encoder-bidirectional_gru/weights.safetensors --sizes B=1,N=1 --sizes B=2,N=6 --sizes B=7,N=33 \
// RUN:   --sizes B=0,N=3 --sizes B=2,N=0 --integers lengths=0..9

// One step of a GRU: gates reset, update, candidate.
func.func private @forward(%x: tensor<?x4xf32> {attn.dims = ["B", "X"]}, %h: tensor<?x5xf32> {attn.dims = ["B", "U"]}) -> tensor<?x5xf32> {
  %wx = attn.weight "fwd.Wx" : tensor<15x4xf32>
  %bx = attn.weight "fwd.bx" : tensor<15xf32>
  %wh = attn.weight "fwd.Wh" : tensor<15x5xf32>
  %bh = attn.weight "fwd.bh" : tensor<15xf32>
  %gx = attn.linear %x, %wx, %bx : tensor<?x4xf32>, tensor<15x4xf32>, tensor<15xf32>
  %gh = attn.linear %h, %wh, %bh : tensor<?x5xf32>, tensor<15x5xf32>, tensor<15xf32>
  %new = attn.pointwise %h indexed captures(%gx, %gh) : tensor<?x5xf32>, tensor<?x15xf32>, tensor<?x15xf32> {
  ^bb0(%old: f32, %b: index, %k: index, %from_x: tensor<?x15xf32>, %from_h: tensor<?x15xf32>):
    %one = arith.constant 1.0 : f32
    %width = arith.constant 5 : index
    %k1 = arith.addi %k, %width : index
    %k2 = arith.addi %k1, %width : index
    %xr = tensor.extract %from_x[%b, %k] : tensor<?x15xf32>
    %xz = tensor.extract %from_x[%b, %k1] : tensor<?x15xf32>
    %xn = tensor.extract %from_x[%b, %k2] : tensor<?x15xf32>
    %hr = tensor.extract %from_h[%b, %k] : tensor<?x15xf32>
    %hz = tensor.extract %from_h[%b, %k1] : tensor<?x15xf32>
    %hn = tensor.extract %from_h[%b, %k2] : tensor<?x15xf32>
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
  return %new : tensor<?x5xf32>
}

// The same from the other end.
func.func private @backward(%x: tensor<?x4xf32> {attn.dims = ["B", "X"]}, %h: tensor<?x5xf32> {attn.dims = ["B", "U"]}) -> tensor<?x5xf32> {
  %wx = attn.weight "bwd.Wx" : tensor<15x4xf32>
  %bx = attn.weight "bwd.bx" : tensor<15xf32>
  %wh = attn.weight "bwd.Wh" : tensor<15x5xf32>
  %bh = attn.weight "bwd.bh" : tensor<15xf32>
  %gx = attn.linear %x, %wx, %bx : tensor<?x4xf32>, tensor<15x4xf32>, tensor<15xf32>
  %gh = attn.linear %h, %wh, %bh : tensor<?x5xf32>, tensor<15x5xf32>, tensor<15xf32>
  %new = attn.pointwise %h indexed captures(%gx, %gh) : tensor<?x5xf32>, tensor<?x15xf32>, tensor<?x15xf32> {
  ^bb0(%old: f32, %b: index, %k: index, %from_x: tensor<?x15xf32>, %from_h: tensor<?x15xf32>):
    %one = arith.constant 1.0 : f32
    %width = arith.constant 5 : index
    %k1 = arith.addi %k, %width : index
    %k2 = arith.addi %k1, %width : index
    %xr = tensor.extract %from_x[%b, %k] : tensor<?x15xf32>
    %xz = tensor.extract %from_x[%b, %k1] : tensor<?x15xf32>
    %xn = tensor.extract %from_x[%b, %k2] : tensor<?x15xf32>
    %hr = tensor.extract %from_h[%b, %k] : tensor<?x15xf32>
    %hz = tensor.extract %from_h[%b, %k1] : tensor<?x15xf32>
    %hn = tensor.extract %from_h[%b, %k2] : tensor<?x15xf32>
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
  return %new : tensor<?x5xf32>
}

// A state stays beyond the end of a sequence.
func.func private @while_real(%before: tensor<?x5xf32> {attn.dims = ["B", "U"]}, %after: tensor<?x5xf32> {attn.dims = ["B", "U"]}, %real: tensor<?x1xi32> {attn.dims = ["B", "I"]}) -> tensor<?x5xf32> {
  %state = attn.pointwise %before, %after, %real : tensor<?x5xf32>, tensor<?x5xf32>, tensor<?x1xi32> {
  ^bb0(%old: f32, %new: f32, %is: i32):
    %zero = arith.constant 0 : i32
    %live = arith.cmpi ne, %is, %zero : i32
    %y = arith.select %live, %new, %old : f32
    attn.yield %y : f32
  }
  return %state : tensor<?x5xf32>
}

func.func private @forward_step(%h: tensor<?x5xf32> {attn.dims = ["B", "U"]}, %x: tensor<?x4xf32> {attn.dims = ["B", "C"]}, %real: tensor<?x1xi32> {attn.dims = ["B", "I"]})
    -> (tensor<?x5xf32> {attn.dims = ["B", "U"]}, tensor<?x5xf32> {attn.dims = ["B", "U"]}) {
  %h1 = func.call @forward(%x, %h) : (tensor<?x4xf32>, tensor<?x5xf32>) -> tensor<?x5xf32>
  %h2 = func.call @while_real(%h, %h1, %real) : (tensor<?x5xf32>, tensor<?x5xf32>, tensor<?x1xi32>) -> tensor<?x5xf32>
  // Of padding 0 is said.
  %out = attn.pointwise %h1, %real : tensor<?x5xf32>, tensor<?x1xi32> {
  ^bb0(%new: f32, %is: i32):
    %factor = arith.sitofp %is : i32 to f32
    %y = arith.mulf %new, %factor : f32
    attn.yield %y : f32
  }
  return %h2, %out : tensor<?x5xf32>, tensor<?x5xf32>
}

func.func private @backward_step(%h: tensor<?x5xf32> {attn.dims = ["B", "U"]}, %x: tensor<?x4xf32> {attn.dims = ["B", "C"]}, %real: tensor<?x1xi32> {attn.dims = ["B", "I"]})
    -> (tensor<?x5xf32> {attn.dims = ["B", "U"]}, tensor<?x5xf32> {attn.dims = ["B", "U"]}) {
  %h1 = func.call @backward(%x, %h) : (tensor<?x4xf32>, tensor<?x5xf32>) -> tensor<?x5xf32>
  %h2 = func.call @while_real(%h, %h1, %real) : (tensor<?x5xf32>, tensor<?x5xf32>, tensor<?x1xi32>) -> tensor<?x5xf32>
  // Of padding 0 is said.
  %out = attn.pointwise %h1, %real : tensor<?x5xf32>, tensor<?x1xi32> {
  ^bb0(%new: f32, %is: i32):
    %factor = arith.sitofp %is : i32 to f32
    %y = arith.mulf %new, %factor : f32
    attn.yield %y : f32
  }
  return %h2, %out : tensor<?x5xf32>, tensor<?x5xf32>
}

// Annotations of the tokens, and what both directions end with.
func.func private @read(%ids: tensor<?x?xi32> {attn.dims = ["B", "N"]}, %lengths: tensor<?xi32> {attn.dims = ["B"]}) -> (tensor<?x?x10xf32>, tensor<?x5xf32>, tensor<?x5xf32>) {
  %table = attn.weight "emb" : tensor<9x4xf32>
  %x = attn.embed %table, %ids : tensor<9x4xf32>, tensor<?x?xi32>
  %places = attn.rearrange %ids sizes affine_map<(b, n) -> (b, n, 1)> from affine_map<(b, n, i) -> (b, n)> : tensor<?x?xi32>
  %real = attn.pointwise %places indexed captures(%lengths) : tensor<?x?x1xi32>, tensor<?xi32> {
  ^bb0(%id: i32, %b: index, %n: index, %i: index, %ends: tensor<?xi32>):
    %end = tensor.extract %ends[%b] : tensor<?xi32>
    %at = arith.index_cast %n : index to i32
    %is = arith.cmpi slt, %at, %end : i32
    %y = arith.extui %is : i1 to i32
    attn.yield %y : i32
  }
  %none = attn.rearrange %x sizes affine_map<(b, n, c) -> (b, 5)> from affine_map<(b, u) -> (b, -1, 0)> : tensor<?x?x4xf32>
  %last, %ahead = attn.loop @forward_step carried(%none) each(%x, %real)
      : (tensor<?x5xf32>, tensor<?x?x4xf32>, tensor<?x?x1xi32>) -> (tensor<?x5xf32>, tensor<?x?x5xf32>)
  %first, %back = attn.loop @backward_step carried(%none) each(%x, %real) reverse
      : (tensor<?x5xf32>, tensor<?x?x4xf32>, tensor<?x?x1xi32>) -> (tensor<?x5xf32>, tensor<?x?x5xf32>)
  %both = attn.concat %ahead, %back : tensor<?x?x5xf32>, tensor<?x?x5xf32>
  return %both, %last, %first : tensor<?x?x10xf32>, tensor<?x5xf32>, tensor<?x5xf32>
}

func.func @encode(%ids: tensor<?x?xi32> {attn.name = "ids", attn.dims = ["B", "N"]}, %lengths: tensor<?xi32> {attn.name = "lengths", attn.dims = ["B"]})
    -> (tensor<?x?x10xf32> {attn.name = "out"}, tensor<?x5xf32> {attn.name = "h_fwd"}, tensor<?x5xf32> {attn.name = "h_bwd"}) {
  %out, %last, %first = func.call @read(%ids, %lengths) : (tensor<?x?xi32>, tensor<?xi32>) -> (tensor<?x?x10xf32>, tensor<?x5xf32>, tensor<?x5xf32>)
  return %out, %last, %first : tensor<?x?x10xf32>, tensor<?x5xf32>, tensor<?x5xf32>
}
