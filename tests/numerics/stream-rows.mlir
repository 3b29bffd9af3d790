// Keys and values stay in rows, and workers make panels of them. Widths around the vectors, numbers of keys around panels
// and blocks, more queries than a block has, heads that are merged, masks, a formula, keys in bf16, values that samples
// share.
// RUN: attnc %s --explain | FileCheck %s
// RUN: %run_compiled %s %t --backend llvm --sizes B=2,N=1,M=1 --sizes B=1,N=5,M=15 --sizes B=1,N=6,M=16 \
// RUN:   --sizes B=2,N=7,M=17 --sizes B=1,N=96,M=255 --sizes B=1,N=97,M=256 --sizes B=1,N=130,M=257 --sizes B=1,N=11,M=600 \
// RUN:   --sizes B=2,N=400,M=33 --sizes B=0,N=3,M=2 --sizes B=2,N=0,M=5 --sizes B=2,N=5,M=0
// CHECK-NOT: copy into
// CHECK: strategy: stream
// CHECK-NOT: copy into

func.func @stream_rows(
    %q1: tensor<?x2x?x1xf32> {attn.name = "q1", attn.dims = ["B", "H1", "N", "D1"]},
    %k1: tensor<?x2x?x1xf32> {attn.name = "k1", attn.dims = ["B", "H1", "M", "D1"]},
    %v1: tensor<?x2x?x5xf32> {attn.name = "v1", attn.dims = ["B", "H1", "M", "E1"]},
    %q20: tensor<?x3x?x20xf32> {attn.name = "q20", attn.dims = ["B", "H20", "N", "D20"]},
    %k20: tensor<?x3x?x20xf32> {attn.name = "k20", attn.dims = ["B", "H20", "M", "D20"]},
    %v20: tensor<?x3x?x24xf32> {attn.name = "v20", attn.dims = ["B", "H20", "M", "E20"]},
    %q64: tensor<?x?x128xf32> {attn.name = "q64", attn.dims = ["B", "N", "C"]},
    %k64: tensor<?x?x128xf32> {attn.name = "k64", attn.dims = ["B", "M", "C"], attn.storage = "bf16"},
    %v: tensor<2x?x17xf32> {attn.name = "v", attn.dims = ["H64", "M", "E64"]},
    %lengths: tensor<?xi32> {attn.name = "lengths", attn.dims = ["B"]})
    -> (tensor<?x2x?x5xf32> {attn.name = "o1"}, tensor<?x3x?x24xf32> {attn.name = "o20"},
        tensor<?x?x34xf32> {attn.name = "o64"}) {
  %o1 = attn.attention %q1, %k1, %v1 scale 2.0 where causal(bottom_right)
      : tensor<?x2x?x1xf32>, tensor<?x2x?x1xf32>, tensor<?x2x?x5xf32>
  %o20 = attn.attention %q20, %k20, %v20 scale 0.25 : tensor<?x3x?x20xf32>, tensor<?x3x?x20xf32>, tensor<?x3x?x24xf32>
  %q = attn.split_heads %q64 into 2 : tensor<?x?x128xf32>
  %k = attn.split_heads %k64 into 2 : tensor<?x?x128xf32>
  %s = attn.score dot %q, %k scale 0.125 : tensor<?x2x?x64xf32>, tensor<?x2x?x64xf32>
  %t = attn.modify %s : tensor<?x2x?x?xf32> {
  ^bb0(%e: f32, %b: index, %h: index, %i: index, %j: index):
    %a = math.tanh %e : f32
    attn.yield %a : f32
  }
  %m = attn.mask %t where lengths(%lengths) : tensor<?x2x?x?xf32>, tensor<?xi32>
  %p = attn.normalize softmax %m : tensor<?x2x?x?xf32>
  %o = attn.combine %p, %v : tensor<?x2x?x?xf32>, tensor<2x?x17xf32>
  %o64 = attn.merge_heads %o : tensor<?x2x?x17xf32>
  return %o1, %o20, %o64 : tensor<?x2x?x5xf32>, tensor<?x3x?x24xf32>, tensor<?x?x34xf32>
}
