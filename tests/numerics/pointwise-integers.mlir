// Formulas that see their place, whole tensors and integers: rows whose width is known at run time, rows of a linear, and
// integers in chains with reals, broadcast too.
// RUN: %run_compiled %s %t --sizes B=2,N=7 --sizes B=1,N=33 --sizes B=3,N=1 --sizes B=0,N=3 --sizes B=2,N=0 \
// RUN:   --integers ids=-3..9 --integers count=-2..40 --integers near=-9..9 --weights=random:5

func.func @model(%ids: tensor<?x?xi32> {attn.name = "ids", attn.dims = ["B", "N"]},
                 %count: tensor<?xi32> {attn.name = "count", attn.dims = ["B"]},
                 %x: tensor<?x?x19xf32> {attn.name = "x", attn.dims = ["B", "N", "C"]},
                 %near: tensor<?xi32> {attn.name = "near", attn.dims = ["N"]},
                 %bias: tensor<?xf32> {attn.name = "bias", attn.dims = ["N"]})
    -> (tensor<?xi32> {attn.name = "next"}, tensor<?x?xi32> {attn.name = "moved"}, tensor<?x?xf32> {attn.name = "mixed"},
        tensor<?x?x19xf32> {attn.name = "one_hot"}, tensor<?x?x33xf32> {attn.name = "kept"},
        tensor<?x?xi32> {attn.name = "rounded"}, tensor<?x3x?x?xf32> {attn.name = "map"}) {
  // [B]: control of a loop, say.
  %next = attn.pointwise %count indexed : tensor<?xi32> {
  ^bb0(%n: i32, %b: index):
    %i = arith.index_cast %b : index to i32
    %r = arith.addi %n, %i : i32
    attn.yield %r : i32
  }
  // [B, N]: the id before, the count of the sample for the first.
  %moved = attn.pointwise %ids indexed captures(%ids, %count) : tensor<?x?xi32>, tensor<?x?xi32>, tensor<?xi32> {
  ^bb0(%id: i32, %b: index, %n: index, %all: tensor<?x?xi32>, %counts: tensor<?xi32>):
    %zero = arith.constant 0 : index
    %one = arith.constant 1 : index
    %before = arith.subi %n, %one : index
    %place = arith.maxsi %before, %zero : index
    %other = tensor.extract %all[%b, %place] : tensor<?x?xi32>
    %start = tensor.extract %counts[%b] : tensor<?xi32>
    %is_first = arith.cmpi eq, %n, %zero : index
    %r = arith.select %is_first, %start, %other : i32
    attn.yield %r : i32
  }
  // Rows of a width known at run time, with integers broadcast to reals.
  %mixed = attn.pointwise %moved, %bias to f32 : tensor<?x?xi32>, tensor<?xf32> {
  ^bb0(%id: i32, %b: f32):
    %t = arith.sitofp %id : i32 to f32
    %r = arith.mulf %t, %b : f32
    attn.yield %r : f32
  }
  // Integers of one row, then reals of it.
  %class = attn.pointwise %x indexed captures(%ids) to i32 : tensor<?x?x19xf32>, tensor<?x?xi32> {
  ^bb0(%v: f32, %b: index, %n: index, %c: index, %all: tensor<?x?xi32>):
    %id = tensor.extract %all[%b, %n] : tensor<?x?xi32>
    %column = arith.index_cast %c : index to i32
    %is = arith.cmpi eq, %id, %column : i32
    %r = arith.extui %is : i1 to i32
    attn.yield %r : i32
  }
  %one_hot = attn.pointwise %x, %class : tensor<?x?x19xf32>, tensor<?x?x19xi32> {
  ^bb0(%v: f32, %is: i32):
    %t = arith.sitofp %is : i32 to f32
    %r = arith.addf %v, %t : f32
    attn.yield %r : f32
  }
  // After a linear: what lies beyond the count is 0.
  %w = attn.weight "w" : tensor<33x19xf32>
  %y = attn.linear %one_hot, %w : tensor<?x?x19xf32>, tensor<33x19xf32>
  %kept = attn.pointwise %y indexed captures(%count) : tensor<?x?x33xf32>, tensor<?xi32> {
  ^bb0(%v: f32, %b: index, %n: index, %c: index, %counts: tensor<?xi32>):
    %end = tensor.extract %counts[%b] : tensor<?xi32>
    %row = arith.index_cast %n : index to i32
    %column = arith.index_cast %c : index to i32
    %sum = arith.addi %row, %column : i32
    %is = arith.cmpi slt, %sum, %end : i32
    %zero = arith.constant 0.0 : f32
    %r = arith.select %is, %v, %zero : f32
    attn.yield %r : f32
  }
  // A linear that another formula sees whole can not be made with it.
  %u = attn.weight "u" : tensor<12x19xf32>
  %q = attn.linear %x, %u : tensor<?x?x19xf32>, tensor<12x19xf32>
  %turned = attn.pointwise %q indexed captures(%q) : tensor<?x?x12xf32>, tensor<?x?x12xf32> {
  ^bb0(%v: f32, %b: index, %n: index, %c: index, %all: tensor<?x?x12xf32>):
    %eleven = arith.constant 11 : index
    %other = arith.subi %eleven, %c : index
    %o = tensor.extract %all[%b, %n, %other] : tensor<?x?x12xf32>
    %r = arith.subf %v, %o : f32
    attn.yield %r : f32
  }
  %rounded = attn.pointwise %mixed to i32 : tensor<?x?xf32> {
  ^bb0(%v: f32):
    %r = arith.fptosi %v : f32 to i32
    attn.yield %r : i32
  }
  // On maps: an index, a captured tensor, integers at each place.
  %h = attn.split_heads %turned into 3 : tensor<?x?x12xf32>
  %s = attn.score dot %h, %h scale 0.5 : tensor<?x3x?x4xf32>, tensor<?x3x?x4xf32>
  %masked = attn.mask %s where causal(top_left) : tensor<?x3x?x?xf32>
  %shift = attn.pointwise %masked, %near indexed captures(%count)
      : tensor<?x3x?x?xf32>, tensor<?xi32>, tensor<?xi32> {
  ^bb0(%v: f32, %id: i32, %b: index, %head: index, %i: index, %j: index, %counts: tensor<?xi32>):
    %n = tensor.extract %counts[%b] : tensor<?xi32>
    %a = arith.index_cast %head : index to i32
    %d = arith.subi %i, %j : index
    %e = arith.index_cast %d : index to i32
    %p = arith.addi %n, %a : i32
    %o = arith.addi %p, %e : i32
    %m = arith.addi %o, %id : i32
    %t = arith.sitofp %m : i32 to f32
    %c = arith.constant 0.0625 : f32
    %f = arith.mulf %t, %c : f32
    %r = arith.addf %v, %f : f32
    attn.yield %r : f32
  }
  %map = attn.normalize softmax %shift : tensor<?x3x?x?xf32>
  return %next, %moved, %mixed, %one_hot, %kept, %rounded, %map
      : tensor<?xi32>, tensor<?x?xi32>, tensor<?x?xf32>, tensor<?x?x19xf32>, tensor<?x?x33xf32>, tensor<?x?xi32>, tensor<?x3x?x?xf32>
}
