// Equal scores share the weight exactly, huge ones do not overflow, and along heads each place has a threshold of its own.
// RUN: %run_compiled %s %t --sizes B=2,N=7,M=13 --sizes B=1,N=33,M=65 --sizes B=1,N=1,M=1 --sizes B=2,N=5,M=600

func.func @ties(
    %s: tensor<?x3x?x?xf32> {attn.name = "s", attn.dims = ["B", "H", "N", "M"]})
    -> (tensor<?x3x?x?xf32> {attn.name = "tied"}, tensor<?x3x?x?xf32> {attn.name = "equal"},
        tensor<?x3x?x?xf32> {attn.name = "huge"}, tensor<?x3x?x?xf32> {attn.name = "heads"}) {
  %t = attn.modify %s : tensor<?x3x?x?xf32> {
  ^bb0(%x: f32, %b: index, %h: index, %i: index, %j: index):
    %four = arith.constant 4.0 : f32
    %y = arith.mulf %x, %four : f32
    %z = math.floor %y : f32
    %r = arith.divf %z, %four : f32
    attn.yield %r : f32
  }
  %u = attn.modify %s : tensor<?x3x?x?xf32> {
  ^bb0(%x: f32, %b: index, %h: index, %i: index, %j: index):
    %c = arith.constant 7.5 : f32
    attn.yield %c : f32
  }
  %v = attn.modify %t : tensor<?x3x?x?xf32> {
  ^bb0(%x: f32, %b: index, %h: index, %i: index, %j: index):
    %c = arith.constant 1.0e30 : f32
    %r = arith.mulf %x, %c : f32
    attn.yield %r : f32
  }
  %tied = attn.normalize sparsemax %t : tensor<?x3x?x?xf32>
  %equal = attn.normalize sparsemax %u : tensor<?x3x?x?xf32>
  %huge = attn.normalize sparsemax %v : tensor<?x3x?x?xf32>
  %heads = attn.normalize sparsemax %t over heads : tensor<?x3x?x?xf32>
  return %tied, %equal, %huge, %heads
      : tensor<?x3x?x?xf32>, tensor<?x3x?x?xf32>, tensor<?x3x?x?xf32>, tensor<?x3x?x?xf32>
}
