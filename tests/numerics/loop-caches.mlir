// Caches that steps write into where they are, beside the same ones that a later reader of the old cache keeps from it.
// RUN: %run_compiled %s %t --sizes B=2,T=5 --sizes B=1,T=1 --sizes B=3,T=7 --sizes B=0,T=3 --sizes B=2,T=0 --integers at=0..6

// Two appends are one chain; it is read before the next one.
func.func private @write(%cache: tensor<?x6x4xf32> {attn.dims = ["B", "M", "C"]}, %n: tensor<?xi32> {attn.dims = ["B"]},
                         %row: tensor<?x1x4xf32> {attn.dims = ["B", "One", "C"]})
    -> (tensor<?x6x4xf32> {attn.dims = ["B", "M", "C"]}, tensor<?xi32> {attn.dims = ["B"]}, tensor<?x4xf32> {attn.dims = ["B", "C"]}) {
  %one = attn.cache_append %cache, %row at %n : tensor<?x6x4xf32>, tensor<?x1x4xf32>, tensor<?xi32>
  %sum = attn.pool sum %one : tensor<?x6x4xf32>
  %m = attn.pointwise %n : tensor<?xi32> {
  ^bb0(%a: i32):
    %c = arith.constant 1 : i32
    %r = arith.addi %a, %c : i32
    attn.yield %r : i32
  }
  %two = attn.cache_append %one, %row at %m : tensor<?x6x4xf32>, tensor<?x1x4xf32>, tensor<?xi32>
  return %two, %m, %sum : tensor<?x6x4xf32>, tensor<?xi32>, tensor<?x4xf32>
}

// What the cache was is read after it was written.
func.func private @keep(%cache: tensor<?x6x4xf32> {attn.dims = ["B", "M", "C"]}, %n: tensor<?xi32> {attn.dims = ["B"]},
                        %row: tensor<?x1x4xf32> {attn.dims = ["B", "One", "C"]})
    -> (tensor<?x6x4xf32> {attn.dims = ["B", "M", "C"]}, tensor<?xi32> {attn.dims = ["B"]}, tensor<?x4xf32> {attn.dims = ["B", "C"]},
        tensor<?x6x4xf32> {attn.dims = ["B", "M", "C"]}) {
  %m = attn.pointwise %n : tensor<?xi32> {
  ^bb0(%a: i32):
    %c = arith.constant 1 : i32
    %r = arith.addi %a, %c : i32
    attn.yield %r : i32
  }
  %one = attn.cache_append %cache, %row at %n : tensor<?x6x4xf32>, tensor<?x1x4xf32>, tensor<?xi32>
  %two = attn.cache_append %one, %row at %m : tensor<?x6x4xf32>, tensor<?x1x4xf32>, tensor<?xi32>
  %sum = attn.pool sum %cache : tensor<?x6x4xf32>
  return %two, %m, %sum, %cache : tensor<?x6x4xf32>, tensor<?xi32>, tensor<?x4xf32>, tensor<?x6x4xf32>
}

func.func @caches(%cache: tensor<?x6x4xf32> {attn.name = "cache", attn.dims = ["B", "M", "C"]}, %at: tensor<?xi32> {attn.name = "at", attn.dims = ["B"]},
                  %x: tensor<?x?x1x4xf32> {attn.name = "x", attn.dims = ["B", "T", "One", "C"]})
    -> (tensor<?x6x4xf32> {attn.name = "full"}, tensor<?x?x4xf32> {attn.name = "sums"}, tensor<?x6x4xf32> {attn.name = "kept"},
        tensor<?x?x4xf32> {attn.name = "old_sums"}, tensor<?x?x6x4xf32> {attn.name = "all"}) {
  %a:3 = attn.loop @write carried(%cache, %at) each(%x)
      : (tensor<?x6x4xf32>, tensor<?xi32>, tensor<?x?x1x4xf32>) -> (tensor<?x6x4xf32>, tensor<?xi32>, tensor<?x?x4xf32>)
  %b:4 = attn.loop @keep carried(%cache, %at) each(%x)
      : (tensor<?x6x4xf32>, tensor<?xi32>, tensor<?x?x1x4xf32>) -> (tensor<?x6x4xf32>, tensor<?xi32>, tensor<?x?x4xf32>, tensor<?x?x6x4xf32>)
  return %a#0, %a#2, %b#0, %b#2, %b#3 : tensor<?x6x4xf32>, tensor<?x?x4xf32>, tensor<?x6x4xf32>, tensor<?x?x4xf32>, tensor<?x?x6x4xf32>
}
