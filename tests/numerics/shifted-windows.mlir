// Attention within windows of an image, which is rolled before and after (Liu et al. 2021): a window is a sample.
// RUN: cd %S/data/shifted_window_attention-shifted && attn-run %s --reference --rtol 1e-9 --atol 1e-9 --weights=weights.safetensors \
// RUN:   --input x=x.npy \
// RUN:   --expect out=expected_out.npy
// RUN: %run_compiled %s %t --weights=%S/data/shifted_window_attention-shifted/weights.safetensors \
// RUN:   --sizes B=1 --sizes B=3 --sizes B=0

func.func @windows(%x: tensor<?x24x6xf32> {attn.name = "x", attn.dims = ["B", "N", "C"]})
    -> (tensor<?x24x6xf32> {attn.name = "out"}) {
  %windows = attn.rearrange %x sizes affine_map<(b, n, c) -> (b * 6, 4, c)>
      from affine_map<(w, i, c) -> (w floordiv 6, (((w mod 6) floordiv 3 * 2 + i floordiv 2 + 1) mod 4) * 6 + (w mod 3 * 2 + i mod 2 + 1) mod 6, c)> : tensor<?x24x6xf32>
  %Wq = attn.weight "Wq" : tensor<6x6xf32>
  %bq = attn.weight "bq" : tensor<6xf32>
  %qp = attn.linear %windows, %Wq, %bq : tensor<?x4x6xf32>, tensor<6x6xf32>, tensor<6xf32>
  %Wk = attn.weight "Wk" : tensor<6x6xf32>
  %bk = attn.weight "bk" : tensor<6xf32>
  %kp = attn.linear %windows, %Wk, %bk : tensor<?x4x6xf32>, tensor<6x6xf32>, tensor<6xf32>
  %Wv = attn.weight "Wv" : tensor<6x6xf32>
  %bv = attn.weight "bv" : tensor<6xf32>
  %vp = attn.linear %windows, %Wv, %bv : tensor<?x4x6xf32>, tensor<6x6xf32>, tensor<6xf32>
  %q = attn.split_heads %qp into 2 : tensor<?x4x6xf32>
  %k = attn.split_heads %kp into 2 : tensor<?x4x6xf32>
  %v = attn.split_heads %vp into 2 : tensor<?x4x6xf32>
  %s = attn.score dot %q, %k scale 0.57735026918962584 : tensor<?x2x4x3xf32>, tensor<?x2x4x3xf32>
  %table = attn.weight "table" : tensor<9x2xf32>
  %t = attn.modify %s captures(%table) : tensor<?x2x4x4xf32>, tensor<9x2xf32> {
  ^bb0(%z: f32, %b: index, %h: index, %i: index, %j: index, %biases: tensor<9x2xf32>):
    %one = arith.constant 1 : index
    %two = arith.constant 2 : index
    %three = arith.constant 3 : index
    %iy = arith.divui %i, %two : index
    %ix = arith.remui %i, %two : index
    %jy = arith.divui %j, %two : index
    %jx = arith.remui %j, %two : index
    %dy = arith.subi %iy, %jy : index
    %dx = arith.subi %ix, %jx : index
    %ry = arith.addi %dy, %one : index
    %rx = arith.addi %dx, %one : index
    %first = arith.muli %ry, %three : index
    %place = arith.addi %first, %rx : index
    %bias = tensor.extract %biases[%place, %h] : tensor<9x2xf32>
    %r = arith.addf %z, %bias : f32
    attn.yield %r : f32
  }
  // Pixels that the roll has brought together do not see each other: three regions in each direction.
  %m = attn.mask %t where predicate : tensor<?x2x4x4xf32> {
  ^bb0(%b: index, %h: index, %i: index, %j: index):
    %one = arith.constant 1 : index
    %two = arith.constant 2 : index
    %three = arith.constant 3 : index
    %four = arith.constant 4 : index
    %five = arith.constant 5 : index
    %six = arith.constant 6 : index
    %w = arith.remui %b, %six : index
    %wy = arith.divui %w, %three : index
    %wx = arith.remui %w, %three : index
    %wy2 = arith.muli %wy, %two : index
    %wx2 = arith.muli %wx, %two : index
    %iy = arith.divui %i, %two : index
    %ix = arith.remui %i, %two : index
    %jy = arith.divui %j, %two : index
    %jx = arith.remui %j, %two : index
    %yi = arith.addi %wy2, %iy : index
    %xi = arith.addi %wx2, %ix : index
    %yj = arith.addi %wy2, %jy : index
    %xj = arith.addi %wx2, %jx : index
    // A window lies in one region but for the last row and column of pixels.
    %yi_last = arith.cmpi eq, %yi, %three : index
    %yj_last = arith.cmpi eq, %yj, %three : index
    %xi_last = arith.cmpi eq, %xi, %five : index
    %xj_last = arith.cmpi eq, %xj, %five : index
    %y_differs = arith.xori %yi_last, %yj_last : i1
    %x_differs = arith.xori %xi_last, %xj_last : i1
    %differs = arith.ori %y_differs, %x_differs : i1
    %true = arith.constant true
    %r = arith.xori %differs, %true : i1
    attn.yield %r : i1
  }
  %p = attn.normalize softmax %m : tensor<?x2x4x4xf32>
  %c = attn.combine %p, %v : tensor<?x2x4x4xf32>, tensor<?x2x4x3xf32>
  %o = attn.merge_heads %c : tensor<?x2x4x3xf32>
  %Wo = attn.weight "Wo" : tensor<6x6xf32>
  %bo = attn.weight "bo" : tensor<6xf32>
  %y = attn.linear %o, %Wo, %bo : tensor<?x4x6xf32>, tensor<6x6xf32>, tensor<6xf32>
  %out = attn.rearrange %y sizes affine_map<(w, i, c) -> (w floordiv 6, 24, c)>
      from affine_map<(b, n, c) -> (b * 6 + ((n floordiv 6 - 1) mod 4) floordiv 2 * 3 + ((n mod 6 - 1) mod 6) floordiv 2, (((n floordiv 6 - 1) mod 4) mod 2) * 2 + ((n mod 6 - 1) mod 6) mod 2, c)> : tensor<?x4x6xf32>
  return %out : tensor<?x24x6xf32>
}
