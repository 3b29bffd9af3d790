// Loops that end early: each sample counts down from a number of its own, and the last one to end decides.
// RUN: %run_compiled %s %t --sizes B=3 --sizes B=1 --sizes B=0 --integers n=0..7
// RUN: %run_compiled %s %t --sizes B=2 --integers n=-1..0
// RUN: %run_compiled %s %t --sizes B=2 --integers n=900..1000

func.func private @count(%n: tensor<?xi32> {attn.dims = ["B"]}, %sum: tensor<?x4xf32> {attn.dims = ["B", "C"]},
                         %x: tensor<?x4xf32> {attn.dims = ["B", "C"]})
    -> (tensor<?xi32> {attn.dims = ["B"]}, tensor<?x4xf32> {attn.dims = ["B", "C"]}, tensor<?x4xf32> {attn.dims = ["B", "C"]},
        tensor<?xi32> {attn.dims = ["B"]}, tensor<?xi32> {attn.dims = ["B"]}) {
  %m = attn.pointwise %n : tensor<?xi32> {
  ^bb0(%a: i32):
    %one = arith.constant 1 : i32
    %zero = arith.constant 0 : i32
    %less = arith.subi %a, %one : i32
    %r = arith.maxsi %less, %zero : i32
    attn.yield %r : i32
  }
  %next = attn.add %sum, %x : tensor<?x4xf32>, tensor<?x4xf32>
  return %m, %next, %next, %n, %m : tensor<?xi32>, tensor<?x4xf32>, tensor<?x4xf32>, tensor<?xi32>, tensor<?xi32>
}

func.func @early(%n: tensor<?xi32> {attn.name = "n", attn.dims = ["B"]}, %x: tensor<?x4xf32> {attn.name = "x", attn.dims = ["B", "C"]})
    -> (tensor<?xi32> {attn.name = "left"}, tensor<?x4xf32> {attn.name = "sum"}, tensor<?x9x4xf32> {attn.name = "sums"},
        tensor<?x9xi32> {attn.name = "numbers"}, tensor<?x4xf32> {attn.name = "again"}, tensor<?x9x4xf32> {attn.name = "reverse"}) {
  %a:4 = attn.loop @count carried(%n, %x) with(%x) steps 9 while
      : (tensor<?xi32>, tensor<?x4xf32>, tensor<?x4xf32>) -> (tensor<?xi32>, tensor<?x4xf32>, tensor<?x9x4xf32>, tensor<?x9xi32>)
  %b:4 = attn.loop @count carried(%n, %a#1) each(%a#2) reverse while
      : (tensor<?xi32>, tensor<?x4xf32>, tensor<?x9x4xf32>) -> (tensor<?xi32>, tensor<?x4xf32>, tensor<?x9x4xf32>, tensor<?x9xi32>)
  return %a#0, %a#1, %a#2, %a#3, %b#1, %b#2
      : tensor<?xi32>, tensor<?x4xf32>, tensor<?x9x4xf32>, tensor<?x9xi32>, tensor<?x4xf32>, tensor<?x9x4xf32>
}
