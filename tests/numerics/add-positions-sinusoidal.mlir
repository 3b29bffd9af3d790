// Sines and cosines of the place, added to embeddings.
// RUN: cd %S/data/add_positions-sinusoidal && attn-run %s --reference --rtol 1e-9 --atol 1e-9 \
// RUN:   --input x=x.npy \
// RUN:   --expect out=expected_out.npy
// RUN: %run_compiled %s %t \
// RUN:   --sizes B=1,N=1 --sizes B=2,N=6 --sizes B=3,N=17 --sizes B=0,N=3 --sizes B=2,N=0

func.func @positions(%x: tensor<?x?x6xf32> {attn.name = "x", attn.dims = ["B", "N", "C"]})
    -> (tensor<?x?x6xf32> {attn.name = "out"}) {
  %out = attn.pointwise %x indexed : tensor<?x?x6xf32> {
  ^bb0(%v: f32, %b: index, %n: index, %c: index):
    %n32 = arith.index_cast %n : index to i32
    // n / 10000^(2 t / C)
    %two = arith.constant 2 : index
    %pair = arith.divui %c, %two : index
    %odd = arith.remui %c, %two : index
    %zero = arith.constant 0 : index
    %is_sine = arith.cmpi eq, %odd, %zero : index
    %pair32 = arith.index_cast %pair : index to i32
    %t = arith.sitofp %pair32 : i32 to f32
    %count = arith.constant 3.0 : f32
    %part = arith.divf %t, %count : f32
    %base = arith.constant 10000.0 : f32
    %log = math.log %base : f32
    %power = arith.mulf %part, %log : f32
    %scale = math.exp %power : f32
    %place = arith.sitofp %n32 : i32 to f32
    %angle = arith.divf %place, %scale : f32
    %s = math.sin %angle : f32
    %o = math.cos %angle : f32
    %p = arith.select %is_sine, %s, %o : f32
    %r = arith.addf %v, %p : f32
    attn.yield %r : f32
  }
  return %out : tensor<?x?x6xf32>
}
