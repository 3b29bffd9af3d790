// A recurrent network over a sequence: the state stops changing after the last real token, and outputs of padding are 0.
// RUN: cd %S/data/rnn-rnn && attn-run %s --reference --rtol 1e-9 --atol 1e-9 --weights=weights.safetensors \
// RUN:   --input x=x.npy --input lengths=lengths.npy --expect out=expected_out.npy --expect h=expected_h.npy
// RUN: %run_compiled %s %t --weights=%S/data/rnn-rnn/weights.safetensors --sizes B=1,N=1 --sizes B=3,N=6 --sizes B=7,N=33 \
// RUN:   --sizes B=0,N=3 --sizes B=2,N=0 --integers lengths=0..9

func.func private @step(%h: tensor<?x7xf32> {attn.dims = ["B", "U"]}, %t: tensor<?xi32> {attn.dims = ["B"]},
                        %x: tensor<?x5xf32> {attn.dims = ["B", "C"]}, %lengths: tensor<?xi32> {attn.dims = ["B"]})
    -> (tensor<?x7xf32> {attn.dims = ["B", "U"]}, tensor<?xi32> {attn.dims = ["B"]}, tensor<?x7xf32> {attn.dims = ["B", "U"]}) {
  %wx = attn.weight "Wx" : tensor<7x5xf32>
  %wh = attn.weight "Wh" : tensor<7x7xf32>
  %b = attn.weight "b" : tensor<7xf32>
  %gx = attn.linear %x, %wx, %b : tensor<?x5xf32>, tensor<7x5xf32>, tensor<7xf32>
  %gh = attn.linear %h, %wh : tensor<?x7xf32>, tensor<7x7xf32>
  %sum = attn.add %gx, %gh : tensor<?x7xf32>, tensor<?x7xf32>
  %new = attn.activation tanh %sum : tensor<?x7xf32>
  %next = attn.pointwise %new, %h indexed captures(%t, %lengths) : tensor<?x7xf32>, tensor<?x7xf32>, tensor<?xi32>, tensor<?xi32> {
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
  return %next, %t1, %out : tensor<?x7xf32>, tensor<?xi32>, tensor<?x7xf32>
}

func.func @rnn(%x: tensor<?x?x5xf32> {attn.name = "x", attn.dims = ["B", "N", "C"]},
               %lengths: tensor<?xi32> {attn.name = "lengths", attn.dims = ["B"]})
    -> (tensor<?x?x7xf32> {attn.name = "out"}, tensor<?x7xf32> {attn.name = "h"}) {
  // A place outside of x: zeros.
  %h0 = attn.rearrange %x sizes affine_map<(b, n, c) -> (b, 7)> from affine_map<(b, u) -> (b, -1, 0)> : tensor<?x?x5xf32>
  %t0 = attn.pointwise %lengths : tensor<?xi32> {
  ^bb0(%a: i32):
    %zero = arith.constant 0 : i32
    attn.yield %zero : i32
  }
  %h, %t, %out = attn.loop @step carried(%h0, %t0) each(%x) with(%lengths)
      : (tensor<?x7xf32>, tensor<?xi32>, tensor<?x?x5xf32>, tensor<?xi32>) -> (tensor<?x7xf32>, tensor<?xi32>, tensor<?x?x7xf32>)
  return %out, %h : tensor<?x?x7xf32>, tensor<?x7xf32>
}
