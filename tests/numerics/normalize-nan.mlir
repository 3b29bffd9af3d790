// One score of each row is NaN: so are the weights it shares a sum with, and its own where there is no sum.
// RUN: %run_compiled %s %t --sizes B=1,N=3,M=21 --sizes B=2,N=1,M=3
func.func @model(%q: tensor<?x2x?x4xf32> {attn.name = "q", attn.dims = ["B", "H", "N", "D"]},
                 %k: tensor<?x2x?x4xf32> {attn.name = "k", attn.dims = ["B", "H", "M", "D"]},
                 %v: tensor<?x2x?x5xf32> {attn.name = "v", attn.dims = ["B", "H", "M", "E"]})
    -> (tensor<?x2x?x?xf32> {attn.name = "relu_sum"}, tensor<?x2x?x?xf32> {attn.name = "relu_mean"},
        tensor<?x2x?x?xf32> {attn.name = "relu2_mean"}, tensor<?x2x?x?xf32> {attn.name = "sum"},
        tensor<?x2x?x?xf32> {attn.name = "softmax"}, tensor<?x2x?x5xf32> {attn.name = "streamed"}) {
  %s = attn.score dot %q, %k : tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>
  %t = attn.modify %s : tensor<?x2x?x?xf32> {
  ^bb0(%x: f32, %b: index, %h: index, %i: index, %j: index):
    %nan = arith.constant 0x7FC00000 : f32
    %two = arith.constant 2 : index
    %is_third = arith.cmpi eq, %j, %two : index
    %r = arith.select %is_third, %nan, %x : f32
    attn.yield %r : f32
  }
  %relu_sum = attn.normalize relu_sum %t : tensor<?x2x?x?xf32>
  %relu_mean = attn.normalize relu_mean %t : tensor<?x2x?x?xf32>
  %relu2_mean = attn.normalize relu2_mean %t : tensor<?x2x?x?xf32>
  %sum = attn.normalize sum %t : tensor<?x2x?x?xf32>
  %softmax = attn.normalize softmax %t : tensor<?x2x?x?xf32>
  %streamed = attn.combine %relu_sum, %v : tensor<?x2x?x?xf32>, tensor<?x2x?x5xf32>
  return %relu_sum, %relu_mean, %relu2_mean, %sum, %softmax, %streamed : tensor<?x2x?x?xf32>, tensor<?x2x?x?xf32>,
      tensor<?x2x?x?xf32>, tensor<?x2x?x?xf32>, tensor<?x2x?x?xf32>, tensor<?x2x?x5xf32>
}
