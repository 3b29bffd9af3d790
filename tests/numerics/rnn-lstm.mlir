// LSTM over a sequence: the state stops changing after the last real token, and outputs of padding are 0.
// RUN: cd %S/data/rnn-lstm && attn-run %s --reference --rtol 1e-9 --atol 1e-9 --weights=weights.safetensors \
// RUN:   --input x=x.npy --input lengths=lengths.npy --expect out=expected_out.npy --expect h=expected_h.npy --expect c=expected_c.npy
// RUN: %run_compiled %s %t --weights=%S/data/rnn-lstm/weights.safetensors --sizes B=1,N=1 --sizes B=3,N=6 --sizes B=7,N=33 \
// RUN:   --sizes B=0,N=3 --sizes B=2,N=0 --integers lengths=0..9

func.func private @step(%h: tensor<?x7xf32> {attn.dims = ["B", "U"]}, %c: tensor<?x7xf32> {attn.dims = ["B", "U"]}, %t: tensor<?xi32> {attn.dims = ["B"]},
                        %x: tensor<?x5xf32> {attn.dims = ["B", "C"]}, %lengths: tensor<?xi32> {attn.dims = ["B"]})
    -> (tensor<?x7xf32> {attn.dims = ["B", "U"]}, tensor<?x7xf32> {attn.dims = ["B", "U"]}, tensor<?xi32> {attn.dims = ["B"]}, tensor<?x7xf32> {attn.dims = ["B", "U"]}) {
  %wx = attn.weight "Wx" : tensor<28x5xf32>
  %wh = attn.weight "Wh" : tensor<28x7xf32>
  %b = attn.weight "b" : tensor<28xf32>
  %gx = attn.linear %x, %wx, %b : tensor<?x5xf32>, tensor<28x5xf32>, tensor<28xf32>
  %gh = attn.linear %h, %wh : tensor<?x7xf32>, tensor<28x7xf32>
  %g = attn.add %gx, %gh : tensor<?x28xf32>, tensor<?x28xf32>
  %gi = attn.rearrange %g sizes affine_map<(b, c) -> (b, 7)> from affine_map<(b, c) -> (b, c + 0)> : tensor<?x28xf32>
  %gf = attn.rearrange %g sizes affine_map<(b, c) -> (b, 7)> from affine_map<(b, c) -> (b, c + 7)> : tensor<?x28xf32>
  %gc = attn.rearrange %g sizes affine_map<(b, c) -> (b, 7)> from affine_map<(b, c) -> (b, c + 14)> : tensor<?x28xf32>
  %go = attn.rearrange %g sizes affine_map<(b, c) -> (b, 7)> from affine_map<(b, c) -> (b, c + 21)> : tensor<?x28xf32>
  %si = attn.activation sigmoid %gi : tensor<?x7xf32>
  %sf = attn.activation sigmoid %gf : tensor<?x7xf32>
  %tc = attn.activation tanh %gc : tensor<?x7xf32>
  %so = attn.activation sigmoid %go : tensor<?x7xf32>
  %cnew = attn.pointwise %sf, %c, %si, %tc : tensor<?x7xf32>, tensor<?x7xf32>, tensor<?x7xf32>, tensor<?x7xf32> {
  ^bb0(%f: f32, %o: f32, %i: f32, %t0: f32):
    %p = arith.mulf %f, %o : f32
    %q = arith.mulf %i, %t0 : f32
    %y = arith.addf %p, %q : f32
    attn.yield %y : f32
  }
  %new = attn.pointwise %so, %cnew : tensor<?x7xf32>, tensor<?x7xf32> {
  ^bb0(%o: f32, %v: f32):
    %t0 = math.tanh %v : f32
    %y = arith.mulf %o, %t0 : f32
    attn.yield %y : f32
  }
  %next = attn.pointwise %new, %h indexed captures(%t, %lengths) : tensor<?x7xf32>, tensor<?x7xf32>, tensor<?xi32>, tensor<?xi32> {
  ^bb0(%n: f32, %o: f32, %s: index, %k: index, %ts: tensor<?xi32>, %ls: tensor<?xi32>):
    %a = tensor.extract %ts[%s] : tensor<?xi32>
    %l = tensor.extract %ls[%s] : tensor<?xi32>
    %live = arith.cmpi slt, %a, %l : i32
    %r = arith.select %live, %n, %o : f32
    attn.yield %r : f32
  }
  %cnext = attn.pointwise %cnew, %c indexed captures(%t, %lengths) : tensor<?x7xf32>, tensor<?x7xf32>, tensor<?xi32>, tensor<?xi32> {
  ^bb0(%n: f32, %o: f32, %s: index, %k: index, %ts: tensor<?xi32>, %ls: tensor<?xi32>):
    %a = tensor.extract %ts[%s] : tensor<?xi32>
    %l = tensor.extract %ls[%s] : tensor<?xi32>
    %live = arith.cmpi slt, %a, %l : i32
    %r = arith.select %live, %n, %o : f32
    attn.yield %r : f32
  }
  %out = attn.pointwise %next indexed captures(%t, %lengths) : tensor<?x7xf32>, tensor<?xi32>, tensor<?xi32> {
  ^bb0(%n: f32, %s: index, %k: index, %ts: tensor<?xi32>, %ls: tensor<?xi32>):
    %a = tensor.extract %ts[%s] : tensor<?xi32>
    %l = tensor.extract %ls[%s] : tensor<?xi32>
    %live = arith.cmpi slt, %a, %l : i32
    %zero = arith.constant 0.0 : f32
    %r = arith.select %live, %n, %zero : f32
    attn.yield %r : f32
  }
  %t1 = attn.pointwise %t : tensor<?xi32> {
  ^bb0(%a: i32):
    %one = arith.constant 1 : i32
    %r = arith.addi %a, %one : i32
    attn.yield %r : i32
  }
  return %next, %cnext, %t1, %out : tensor<?x7xf32>, tensor<?x7xf32>, tensor<?xi32>, tensor<?x7xf32>
}

func.func @lstm(%x: tensor<?x?x5xf32> {attn.name = "x", attn.dims = ["B", "N", "C"]},
               %lengths: tensor<?xi32> {attn.name = "lengths", attn.dims = ["B"]})
    -> (tensor<?x?x7xf32> {attn.name = "out"}, tensor<?x7xf32> {attn.name = "h"}, tensor<?x7xf32> {attn.name = "c"}) {
  // A place outside of x: zeros.
  %h0 = attn.rearrange %x sizes affine_map<(b, n, c) -> (b, 7)> from affine_map<(b, u) -> (b, -1, 0)> : tensor<?x?x5xf32>
  %t0 = attn.pointwise %lengths : tensor<?xi32> {
  ^bb0(%a: i32):
    %zero = arith.constant 0 : i32
    attn.yield %zero : i32
  }
  %h, %c, %t, %out = attn.loop @step carried(%h0, %h0, %t0) each(%x) with(%lengths)
      : (tensor<?x7xf32>, tensor<?x7xf32>, tensor<?xi32>, tensor<?x?x5xf32>, tensor<?xi32>) -> (tensor<?x7xf32>, tensor<?x7xf32>, tensor<?xi32>, tensor<?x?x7xf32>)
  return %out, %h, %c : tensor<?x?x7xf32>, tensor<?x7xf32>, tensor<?x7xf32>
}
