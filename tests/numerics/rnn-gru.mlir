// GRU, the reset gate after the product over a sequence: the state stops changing after the last real token, and outputs of padding are 0.
// RUN: cd %S/data/rnn-gru && attn-run %s --reference --rtol 1e-9 --atol 1e-9 --weights=weights.safetensors \
// RUN:   --input x=x.npy --input lengths=lengths.npy --expect out=expected_out.npy --expect h=expected_h.npy
// RUN: %run_compiled %s %t --weights=%S/data/rnn-gru/weights.safetensors --sizes B=1,N=1 --sizes B=3,N=6 --sizes B=7,N=33 \
// RUN:   --sizes B=0,N=3 --sizes B=2,N=0 --integers lengths=0..9

func.func private @step(%h: tensor<?x7xf32> {attn.dims = ["B", "U"]}, %t: tensor<?xi32> {attn.dims = ["B"]},
                        %x: tensor<?x5xf32> {attn.dims = ["B", "C"]}, %lengths: tensor<?xi32> {attn.dims = ["B"]})
    -> (tensor<?x7xf32> {attn.dims = ["B", "U"]}, tensor<?xi32> {attn.dims = ["B"]}, tensor<?x7xf32> {attn.dims = ["B", "U"]}) {
  %wx = attn.weight "Wx" : tensor<21x5xf32>
  %bx = attn.weight "bx" : tensor<21xf32>
  %wh = attn.weight "Wh" : tensor<21x7xf32>
  %bh = attn.weight "bh" : tensor<21xf32>
  %gx = attn.linear %x, %wx, %bx : tensor<?x5xf32>, tensor<21x5xf32>, tensor<21xf32>
  %xr = attn.rearrange %gx sizes affine_map<(b, c) -> (b, 7)> from affine_map<(b, c) -> (b, c + 0)> : tensor<?x21xf32>
  %xz = attn.rearrange %gx sizes affine_map<(b, c) -> (b, 7)> from affine_map<(b, c) -> (b, c + 7)> : tensor<?x21xf32>
  %xn = attn.rearrange %gx sizes affine_map<(b, c) -> (b, 7)> from affine_map<(b, c) -> (b, c + 14)> : tensor<?x21xf32>
  %gh = attn.linear %h, %wh, %bh : tensor<?x7xf32>, tensor<21x7xf32>, tensor<21xf32>
  %hr = attn.rearrange %gh sizes affine_map<(b, c) -> (b, 7)> from affine_map<(b, c) -> (b, c + 0)> : tensor<?x21xf32>
  %hz = attn.rearrange %gh sizes affine_map<(b, c) -> (b, 7)> from affine_map<(b, c) -> (b, c + 7)> : tensor<?x21xf32>
  %hn = attn.rearrange %gh sizes affine_map<(b, c) -> (b, 7)> from affine_map<(b, c) -> (b, c + 14)> : tensor<?x21xf32>
  %new = attn.pointwise %xr, %hr, %xz, %hz, %xn, %hn, %h : tensor<?x7xf32>, tensor<?x7xf32>, tensor<?x7xf32>, tensor<?x7xf32>, tensor<?x7xf32>, tensor<?x7xf32>, tensor<?x7xf32> {
  ^bb0(%pr: f32, %qr: f32, %pz: f32, %qz: f32, %pn: f32, %qn: f32, %o: f32):
    %one = arith.constant 1.0 : f32
    %sr = arith.addf %pr, %qr : f32
    %nr = arith.negf %sr : f32
    %er = math.exp %nr : f32
    %dr = arith.addf %one, %er : f32
    %r = arith.divf %one, %dr : f32
    %sz = arith.addf %pz, %qz : f32
    %nz = arith.negf %sz : f32
    %ez = math.exp %nz : f32
    %dz = arith.addf %one, %ez : f32
    %z = arith.divf %one, %dz : f32
    %rq = arith.mulf %r, %qn : f32
    %sn = arith.addf %pn, %rq : f32
    %n = math.tanh %sn : f32
    %keep = arith.subf %one, %z : f32
    %y0 = arith.mulf %keep, %n : f32
    %y1 = arith.mulf %z, %o : f32
    %y = arith.addf %y0, %y1 : f32
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

func.func @gru(%x: tensor<?x?x5xf32> {attn.name = "x", attn.dims = ["B", "N", "C"]},
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
