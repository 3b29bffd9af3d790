// Synthesizer (Tay et al. 2021), dense: a network of each token gives its scores; its last product is one with keys.
func.func @synthesizer(
    %x: tensor<?x?x512xf32> {attn.name = "x", attn.dims = ["B", "N", "C"]},
    %v: tensor<?x8x?x64xf32> {attn.name = "v", attn.dims = ["B", "H", "N", "D"]},
    %w2: tensor<8x?x64xf32> {attn.name = "w2", attn.dims = ["H", "N", "D"]},
    %b2: tensor<8x?xf32> {attn.name = "b2", attn.dims = ["H", "N"]})
    -> (tensor<?x8x?x64xf32> {attn.name = "out"}) {
  %w1 = attn.weight "W1" : tensor<512x512xf32>
  %b1 = attn.weight "b1" : tensor<512xf32>
  %f = attn.linear %x, %w1, %b1 : tensor<?x?x512xf32>, tensor<512x512xf32>, tensor<512xf32>
  %a = attn.activation relu %f : tensor<?x?x512xf32>
  %t = attn.split_heads %a into 8 : tensor<?x?x512xf32>
  %s = attn.score dot %t, %w2 scale 0.125 : tensor<?x8x?x64xf32>, tensor<8x?x64xf32>
  %b = attn.modify %s captures(%b2) : tensor<?x8x?x?xf32>, tensor<8x?xf32> {
  ^bb0(%y: f32, %n: index, %h: index, %i: index, %j: index, %bias: tensor<8x?xf32>):
    %c = tensor.extract %bias[%h, %j] : tensor<8x?xf32>
    %sum = arith.addf %y, %c : f32
    attn.yield %sum : f32
  }
  %p = attn.normalize softmax %b : tensor<?x8x?x?xf32>
  %out = attn.combine %p, %v : tensor<?x8x?x?xf32>, tensor<?x8x?x64xf32>
  return %out : tensor<?x8x?x64xf32>
}
