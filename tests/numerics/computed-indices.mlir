// Tokens and lengths that a model computes are compared in code: what names no row has zeros, no more is read than there is.
// So is what a loop carries on.
// RUN: %run_compiled %s %t --sizes B=2,N=5 --sizes B=1,N=1 --sizes B=3,N=33 --sizes B=0,N=3 --sizes B=2,N=0 \
// RUN:   --integers ids=-9..9 --integers lengths=-3..99

func.func private @step(%sum: tensor<?x4xf32> {attn.dims = ["B", "C"]}, %id: tensor<?xi32> {attn.dims = ["B"]}, %table: tensor<5x4xf32>)
    -> (tensor<?x4xf32> {attn.dims = ["B", "C"]}, tensor<?xi32> {attn.dims = ["B"]}) {
  %e = attn.embed %table, %id : tensor<5x4xf32>, tensor<?xi32>
  %next = attn.add %sum, %e : tensor<?x4xf32>, tensor<?x4xf32>
  %after = attn.pointwise %id : tensor<?xi32> {
  ^bb0(%t: i32):
    %one = arith.constant 1 : i32
    %y = arith.addi %t, %one : i32
    attn.yield %y : i32
  }
  return %next, %after : tensor<?x4xf32>, tensor<?xi32>
}

func.func @indices(
    %table: tensor<5x4xf32> {attn.name = "table"}, %ids: tensor<?x?xi32> {attn.name = "ids", attn.dims = ["B", "N"]},
    %lengths: tensor<?xi32> {attn.name = "lengths", attn.dims = ["B"]}, %first: tensor<?xi32> {attn.name = "first", attn.dims = ["B"]})
    -> (tensor<?x1x?x4xf32> {attn.name = "seen"}, tensor<?x1x?x4xf32> {attn.name = "linear"}, tensor<?x4xf32> {attn.name = "mean"}, tensor<?x4xf32> {attn.name = "max"}, tensor<?x4xf32> {attn.name = "sum"}) {
  %tokens = attn.pointwise %ids : tensor<?x?xi32> {
  ^bb0(%t: i32):
    %big = arith.constant 200000000 : i32
    %y = arith.muli %t, %t : i32
    %far = arith.muli %t, %big : i32
    %ten = arith.constant 10 : i32
    %near = arith.cmpi slt, %y, %ten : i32
    %r = arith.select %near, %t, %far : i32
    attn.yield %r : i32
  }
  %counts = attn.pointwise %lengths : tensor<?xi32> {
  ^bb0(%t: i32):
    %two = arith.constant 2 : i32
    %y = arith.subi %t, %two : i32
    attn.yield %y : i32
  }
  %x = attn.embed %table, %tokens : tensor<5x4xf32>, tensor<?x?xi32>
  %mean = attn.pool mean %x lengths %counts : tensor<?x?x4xf32>, tensor<?xi32>
  %max = attn.pool max %x lengths %counts : tensor<?x?x4xf32>, tensor<?xi32>
  %h = attn.split_heads %x into 1 : tensor<?x?x4xf32>
  %seen = attn.attention %h, %h, %h scale 0.5 where lengths(%counts) : tensor<?x1x?x4xf32>, tensor<?x1x?x4xf32>, tensor<?x1x?x4xf32>, tensor<?xi32>
  %positive = attn.activation sigmoid %h : tensor<?x1x?x4xf32>
  %linear, %state, %share = attn.linear_attention %positive, %positive, %h lengths %counts
      : tensor<?x1x?x4xf32>, tensor<?x1x?x4xf32>, tensor<?x1x?x4xf32>, tensor<?xi32>
  %nothing = attn.rearrange %x sizes affine_map<(b, n, c) -> (b, c)> from affine_map<(b, c) -> (b, -1, c)> : tensor<?x?x4xf32>
  %sum:2 = attn.loop @step carried(%nothing, %first) with(%table) steps 7
      : (tensor<?x4xf32>, tensor<?xi32>, tensor<5x4xf32>) -> (tensor<?x4xf32>, tensor<?xi32>)
  return %seen, %linear, %mean, %max, %sum#0 : tensor<?x1x?x4xf32>, tensor<?x1x?x4xf32>, tensor<?x4xf32>, tensor<?x4xf32>, tensor<?x4xf32>
}
