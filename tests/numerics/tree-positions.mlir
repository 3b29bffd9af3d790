// The way from the root of a tree, the newest branch first, as one-hot rows that decay (Shiv and Quirk 2019).
// RUN: cd %S/data/tree_positions-binary && attn-run %s --reference --rtol 1e-9 --atol 1e-9 \
// RUN:   --input paths=paths.npy --input decay=decay.npy \
// RUN:   --expect out=expected_out.npy
// RUN: %run_compiled %s %t \
// RUN:   --sizes N=1 --sizes N=7 --sizes N=0 --integers paths=-1..1

func.func @positions(%paths: tensor<?x3xi32> {attn.name = "paths", attn.dims = ["N", "depth"]},
                     %decay: tensor<2xf32> {attn.name = "decay", attn.dims = ["P"]})
    -> (tensor<?x12xf32> {attn.name = "out"}) {
  %columns = attn.rearrange %paths sizes affine_map<(n, s) -> (n, 12)> from affine_map<(n, c) -> (n, 0)> : tensor<?x3xi32>
  // Column (slot t, branch, parameter).
  %out = attn.pointwise %columns indexed captures(%paths, %decay) to f32 : tensor<?x12xi32>, tensor<?x3xi32>, tensor<2xf32> {
  ^bb0(%x: i32, %n: index, %c: index, %all: tensor<?x3xi32>, %decays: tensor<2xf32>):
    %zero = arith.constant 0 : i32
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %c2 = arith.constant 2 : index
    %c4 = arith.constant 4 : index
    %slot = arith.divui %c, %c4 : index
    %rest = arith.divui %c, %c2 : index
    %branch = arith.remui %rest, %c2 : index
    %parameter = arith.remui %c, %c2 : index
    %s0 = tensor.extract %all[%n, %c0] : tensor<?x3xi32>
    %s1 = tensor.extract %all[%n, %c1] : tensor<?x3xi32>
    %s2 = tensor.extract %all[%n, %c2] : tensor<?x3xi32>
    %is0 = arith.cmpi sge, %s0, %zero : i32
    %is1 = arith.cmpi sge, %s1, %zero : i32
    %is2 = arith.cmpi sge, %s2, %zero : i32
    %n0 = arith.extui %is0 : i1 to i32
    %n1 = arith.extui %is1 : i1 to i32
    %n2 = arith.extui %is2 : i1 to i32
    %n01 = arith.addi %n0, %n1 : i32
    %length = arith.addi %n01, %n2 : i32
    %slot32 = arith.index_cast %slot : index to i32
    %behind = arith.subi %length, %slot32 : i32
    %one = arith.constant 1 : i32
    %step = arith.subi %behind, %one : i32
    %exists = arith.cmpi sge, %step, %zero : i32
    %inside = arith.maxsi %step, %zero : i32
    %place = arith.index_cast %inside : i32 to index
    %taken = tensor.extract %all[%n, %place] : tensor<?x3xi32>
    %branch32 = arith.index_cast %branch : index to i32
    %same = arith.cmpi eq, %taken, %branch32 : i32
    %hot = arith.andi %exists, %same : i1
    %p = tensor.extract %decays[%parameter] : tensor<2xf32>
    %unit = arith.constant 1.0 : f32
    %square = arith.mulf %p, %p : f32
    %first = arith.cmpi eq, %slot, %c0 : index
    %second = arith.cmpi eq, %slot, %c1 : index
    %later = arith.select %second, %p, %square : f32
    %power = arith.select %first, %unit, %later : f32
    %kept = arith.subf %unit, %square : f32
    %norm = math.sqrt %kept : f32
    %six = arith.constant 6.0 : f32
    %width = math.sqrt %six : f32
    %scale = arith.mulf %norm, %width : f32
    %y = arith.mulf %power, %scale : f32
    %none = arith.constant 0.0 : f32
    %r = arith.select %hot, %y, %none : f32
    attn.yield %r : f32
  }
  return %out : tensor<?x12xf32>
}
