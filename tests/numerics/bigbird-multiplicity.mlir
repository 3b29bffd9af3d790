// BigBird as published kernels compute it: a block that the table repeats counts once more, log(count) on its scores.
// RUN: cd %S/data/bigbird-doubled_block && attn-run %s --reference --rtol 1e-9 --atol 1e-9 --input q=q.npy --input k=k.npy \
// RUN:   --input v=v.npy --input table=table.npy --expect out=expected_out.npy
// RUN: %run_compiled %s %t --sizes B=2,N=24,P=8 --sizes B=1,N=300,P=100 --sizes B=0,N=9,P=3 --integers table=-1..7

func.func @bigbird(
    %q: tensor<?x2x?x4xf32> {attn.name = "q", attn.dims = ["B", "H", "N", "D"]},
    %k: tensor<?x2x?x4xf32> {attn.name = "k", attn.dims = ["B", "H", "N", "D"]},
    %v: tensor<?x2x?x4xf32> {attn.name = "v", attn.dims = ["B", "H", "N", "D"]},
    %table: tensor<2x?x2xi32> {attn.name = "table", attn.dims = ["H", "P", "R"]})
    -> (tensor<?x2x?x4xf32> {attn.name = "out"}) {
  %s = attn.score dot %q, %k scale 0.5 : tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>
  %c = attn.modify %s captures(%table) : tensor<?x2x?x?xf32>, tensor<2x?x2xi32> {
  ^bb0(%x: f32, %b: index, %h: index, %i: index, %j: index, %rand: tensor<2x?x2xi32>):
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %size = arith.constant 3 : index
    %row = arith.divui %i, %size : index
    %block = arith.divui %j, %size : index
    %of = arith.index_cast %block : index to i32
    %r0 = tensor.extract %rand[%h, %row, %c0] : tensor<2x?x2xi32>
    %r1 = tensor.extract %rand[%h, %row, %c1] : tensor<2x?x2xi32>
    %e0 = arith.cmpi eq, %r0, %of : i32
    %e1 = arith.cmpi eq, %r1, %of : i32
    %n0 = arith.uitofp %e0 : i1 to f32
    %n1 = arith.uitofp %e1 : i1 to f32
    // A block is listed so many times and, without the table, seen once more: by neighbours and the first block here.
    %distance = arith.subi %block, %row : index
    %minus = arith.constant -1 : index
    %low = arith.cmpi sle, %minus, %distance : index
    %high = arith.cmpi sle, %distance, %c1 : index
    %near = arith.andi %low, %high : i1
    %first = arith.cmpi eq, %block, %c0 : index
    %seen = arith.ori %near, %first : i1
    %own = arith.uitofp %seen : i1 to f32
    %listed = arith.addf %n0, %n1 : f32
    %count = arith.addf %listed, %own : f32
    %one = arith.constant 1.0 : f32
    %most = arith.maximumf %count, %one : f32
    %log = math.log %most : f32
    %y = arith.addf %x, %log : f32
    attn.yield %y : f32
  }
  %m = attn.mask %c where blocks(3, 3, 1, 1) or global(3, 3) or listed(%table, 3) : tensor<?x2x?x?xf32>, tensor<2x?x2xi32>
  %p = attn.normalize softmax %m : tensor<?x2x?x?xf32>
  %out = attn.combine %p, %v : tensor<?x2x?x?xf32>, tensor<?x2x?x4xf32>
  return %out : tensor<?x2x?x4xf32>
}
