// Positions as sines and cosines, the sines first, from any place on: a formula of the place.
// RUN: cd %S/data/sinusoidal_positions-half_start && attn-run %s --reference --rtol 1e-9 --atol 1e-9 \
// RUN:   --input x=x.npy --input first=first.npy \
// RUN:   --expect out=expected_out.npy
// RUN: %run_compiled %s %t \
// RUN:   --sizes N=1 --sizes N=7 --sizes N=300 --sizes N=0 --integers first=0..50

func.func @positions(%x: tensor<?x6xf32> {attn.name = "x", attn.dims = ["N", "C"]},
                     %first: tensor<1xi32> {attn.name = "first", attn.dims = ["one"]})
    -> (tensor<?x6xf32> {attn.name = "out"}) {
  %out = attn.pointwise %x indexed captures(%first) : tensor<?x6xf32>, tensor<1xi32> {
  ^bb0(%v: f32, %n: index, %c: index, %starts: tensor<1xi32>):
    %none = arith.constant 0 : index
    %start = tensor.extract %starts[%none] : tensor<1xi32>
    %n32 = arith.index_cast %n : index to i32
    %sum = arith.addi %n32, %start : i32
    // n / 10000^(2 t / C)
    %half = arith.constant 3 : index
    %pair = arith.remui %c, %half : index
    %is_sine = arith.cmpi ult, %c, %half : index
    %pair32 = arith.index_cast %pair : index to i32
    %t = arith.sitofp %pair32 : i32 to f32
    %count = arith.constant 3.0 : f32
    %part = arith.divf %t, %count : f32
    %base = arith.constant 10000.0 : f32
    %log = math.log %base : f32
    %power = arith.mulf %part, %log : f32
    %scale = math.exp %power : f32
    %place = arith.sitofp %sum : i32 to f32
    %angle = arith.divf %place, %scale : f32
    %s = math.sin %angle : f32
    %o = math.cos %angle : f32
    %p = arith.select %is_sine, %s, %o : f32
    %r = arith.addf %v, %p : f32
    attn.yield %r : f32
  }
  return %out : tensor<?x6xf32>
}
