// Ports of bf16 around ops that order rows: these see f32 copies, and the result is rounded once.
// RUN: %run_compiled %s %t --sizes B=2,N=8,P=5 --sizes B=1,N=62,P=1 --sizes B=0,N=2,P=3 --sizes B=2,N=0,P=0 --integers ids=-3..3

func.func @order(
    %ids: tensor<?x2x?xi32> {attn.name = "ids", attn.dims = ["B", "H", "N"]},
    %x: tensor<?x2x?x19xbf16> {attn.name = "x", attn.dims = ["B", "H", "N", "D"]},
    %index: tensor<?x1x?xi32> {attn.name = "index", attn.dims = ["B", "one", "P"]},
    %rows: tensor<?x2x?x19xbf16> {attn.name = "rows", attn.dims = ["B", "H", "P", "D"]})
    -> (tensor<?x2x?x19xbf16> {attn.name = "ordered"}, tensor<?x2x?x19xbf16> {attn.name = "summed"}) {
  %order = attn.sort %ids : tensor<?x2x?xi32>
  %changed = attn.scatter %x, %index, %rows : tensor<?x2x?x19xbf16>, tensor<?x1x?xi32>, tensor<?x2x?x19xbf16>
  %ordered = attn.gather %changed, %order : tensor<?x2x?x19xbf16>, tensor<?x2x?xi32>
  %pairs = attn.group_rows %x by 2 : tensor<?x2x?x19xbf16>
  %sums = attn.block_sum %x by 2 : tensor<?x2x?x19xbf16>
  %twice = attn.concat %sums, %sums : tensor<?x2x?x19xbf16>, tensor<?x2x?x19xbf16>
  %added = attn.add %pairs, %twice : tensor<?x2x?x38xbf16>, tensor<?x2x?x38xbf16>
  %halves = attn.ungroup_rows %added by 2 : tensor<?x2x?x38xbf16>
  %summed = attn.gather %halves, %order : tensor<?x2x?x19xbf16>, tensor<?x2x?xi32>
  %out = attn.pointwise %ordered : tensor<?x2x?x19xbf16> {
  ^bb0(%y: bf16):
    %z = arith.addf %y, %y : bf16
    attn.yield %z : bf16
  }
  return %out, %summed : tensor<?x2x?x19xbf16>, tensor<?x2x?x19xbf16>
}
