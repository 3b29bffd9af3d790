// Numbers in other places, by formulas that move whole rows, runs of them, single numbers, or repeat one; slices by index,
// also by one that the model computes; rows behind rows; sums by index; the first of the largest numbers.
// RUN: %run_compiled %s %t --sizes B=2,N=7,P=5 --sizes B=1,N=2,P=1 --sizes B=3,N=302,P=70 --sizes B=0,N=3,P=2 \
// RUN:   --sizes B=2,N=2,P=0 --weights=random:3
// N - 2 rows are left of N: fewer than 2 are refused.
// RUN: attnc %s -o %t.so --weights=%t.safetensors -march=x86-64-v3
// RUN: not attn-run %t.so --input x=random:1:[1,1,19] --input ids=random:2:[1,1] --input any=random:3:[1,2] 2>&1 \
// RUN:   --input base=random:5:[1,23] --input numbers=random:5:[1,2] | FileCheck %s
// CHECK: dimension N is 1, the minimum is 2

func.func @move(%x: tensor<?x?x19xf32> {attn.name = "x", attn.dims = ["B", "N", "C"]},
                %ids: tensor<?x?xi32> {attn.name = "ids", attn.dims = ["B", "N"]},
                %any: tensor<?x?xi32> {attn.name = "any", attn.dims = ["B", "P"]},
                %base: tensor<?x23xf32> {attn.name = "base", attn.dims = ["B", "V"]},
                %numbers: tensor<?x?xf32> {attn.name = "numbers", attn.dims = ["B", "P"]})
    -> (tensor<?x?x57xf32> {attn.name = "neighbours"}, tensor<?x19x19xf32> {attn.name = "turned"},
        tensor<?x?x38xf32> {attn.name = "repeated"}, tensor<?x?x24xf32> {attn.name = "rolled"},
        tensor<?x3xi32> {attn.name = "tokens"}, tensor<?x9x19xf32> {attn.name = "cut"},
        tensor<?x?x19xf32> {attn.name = "taken"}, tensor<?x?x19xf32> {attn.name = "none"}, tensor<?x23xf32> {attn.name = "sums"},
        tensor<?x23xf32> {attn.name = "loose_sums"}, tensor<?x?xi32> {attn.name = "largest"}, tensor<?xi32> {attn.name = "longest"},
        tensor<?x?x?xi32> {attn.name = "taken_ids"}, tensor<?x12x19xf32> {attn.name = "after"}) {
  %neighbours = attn.rearrange %x sizes affine_map<(b, n, c) -> (b, n, c * 3)>
      from affine_map<(b, n, c) -> (b, n + c floordiv 19 - 1, c mod 19)> : tensor<?x?x19xf32>
  %turned = attn.rearrange %x sizes affine_map<(b, n, c) -> (b, c, 19)> from affine_map<(b, c, n) -> (b, n, c)> : tensor<?x?x19xf32>
  %repeated = attn.rearrange %ids sizes affine_map<(b, n) -> (b, n, 38)> from affine_map<(b, n, c) -> (b, n - 1)> : tensor<?x?xi32>
  %real = attn.pointwise %repeated to f32 : tensor<?x?x38xi32> {
  ^bb0(%i: i32):
    %r = arith.sitofp %i : i32 to f32
    attn.yield %r : f32
  }
  // Some of a row, and beyond both of its ends.
  %rolled = attn.rearrange %x sizes affine_map<(b, n, c) -> (b, n, c + 5)>
      from affine_map<(b, n, c) -> (b, n, c - 2)> : tensor<?x?x19xf32>
  %tokens = attn.rearrange %ids sizes affine_map<(b, n) -> (b, 3)> from affine_map<(b, n) -> (b, n * -2 + 4)> : tensor<?x?xi32>
  // Every other row of all but two, then the first nine of these.
  %less = attn.rearrange %x sizes affine_map<(b, n, c) -> (b, (n - 2) ceildiv 2, c)>
      from affine_map<(b, n, c) -> (b, n * 2 + 1, c)> : tensor<?x?x19xf32>
  %cut = attn.rearrange %less sizes affine_map<(b, n, c) -> (b, 9, c)> from affine_map<(b, n, c) -> (b, n, c)> : tensor<?x?x19xf32>
  %table = attn.weight "table" : tensor<11x19xf32>
  %taken = attn.take %table, %ids : tensor<11x19xf32>, tensor<?x?xi32>
  // Computed: most name no row.
  %many = attn.pointwise %any : tensor<?x?xi32> {
  ^bb0(%i: i32):
    %c = arith.constant 7 : i32
    %r = arith.muli %i, %c : i32
    attn.yield %r : i32
  }
  %none = attn.take %table, %many : tensor<11x19xf32>, tensor<?x?xi32>
  %few = attn.take %ids, %many : tensor<?x?xi32>, tensor<?x?xi32>
  %one = attn.argmax %x : tensor<?x?x19xf32>
  %longest = attn.argmax %numbers : tensor<?x?xf32>
  %sums = attn.scatter_add %base, %any, %numbers : tensor<?x23xf32>, tensor<?x?xi32>, tensor<?x?xf32>
  %loose = attn.scatter_add %base, %many, %numbers : tensor<?x23xf32>, tensor<?x?xi32>, tensor<?x?xf32>
  %class = attn.weight "class" : tensor<2x19xf32>
  %three = attn.append_rows %class, %cut : tensor<2x19xf32>, tensor<?x9x19xf32>
  %last = attn.weight "last" : tensor<1x19xf32>
  %after = attn.append_rows %three, %last : tensor<?x11x19xf32>, tensor<1x19xf32>
  return %neighbours, %turned, %real, %rolled, %tokens, %cut, %taken, %none, %sums, %loose, %one, %longest, %few, %after
      : tensor<?x?x57xf32>, tensor<?x19x19xf32>, tensor<?x?x38xf32>, tensor<?x?x24xf32>, tensor<?x3xi32>, tensor<?x9x19xf32>,
        tensor<?x?x19xf32>, tensor<?x?x19xf32>, tensor<?x23xf32>, tensor<?x23xf32>, tensor<?x?xi32>, tensor<?xi32>, tensor<?x?x?xi32>, tensor<?x12x19xf32>
}
