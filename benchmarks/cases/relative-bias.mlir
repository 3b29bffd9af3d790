// A learned bias for each head and distance, of up to 4096 tokens.
func.func @relative_bias(
    %q: tensor<?x8x?x64xf32> {attn.name = "q", attn.dims = ["B", "H", "N", "D"]},
    %k: tensor<?x8x?x64xf32> {attn.name = "k", attn.dims = ["B", "H", "N", "D"]},
    %v: tensor<?x8x?x64xf32> {attn.name = "v", attn.dims = ["B", "H", "N", "D"]})
    -> (tensor<?x8x?x64xf32> {attn.name = "out"}) {
  %bias = attn.weight "bias" : tensor<8x8191xf32>
  %s = attn.score dot %q, %k scale 0.125 : tensor<?x8x?x64xf32>, tensor<?x8x?x64xf32>
  %t = attn.modify %s captures(%bias) : tensor<?x8x?x?xf32>, tensor<8x8191xf32> {
  ^bb0(%x: f32, %b: index, %h: index, %i: index, %j: index, %table: tensor<8x8191xf32>):
    %farthest = arith.constant 4095 : index
    %d = arith.subi %j, %i : index
    %place = arith.addi %d, %farthest : index
    %y = tensor.extract %table[%h, %place] : tensor<8x8191xf32>
    %z = arith.addf %x, %y : f32
    attn.yield %z : f32
  }
  %p = attn.normalize softmax %t : tensor<?x8x?x?xf32>
  %out = attn.combine %p, %v : tensor<?x8x?x?xf32>, tensor<?x8x?x64xf32>
  return %out : tensor<?x8x?x64xf32>
}
