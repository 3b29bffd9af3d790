// The linear transformer (Katharopoulos et al. 2020): elu(x) + 1 as feature map.
func.func @linear_transformer(
    %q: tensor<?x8x?x64xf32> {attn.name = "q", attn.dims = ["B", "H", "N", "D"]},
    %k: tensor<?x8x?x64xf32> {attn.name = "k", attn.dims = ["B", "H", "N", "D"]},
    %v: tensor<?x8x?x64xf32> {attn.name = "v", attn.dims = ["B", "H", "N", "D"]})
    -> (tensor<?x8x?x64xf32> {attn.name = "out"}) {
  %fq = attn.features %q : tensor<?x8x?x64xf32> {
  ^bb0(%x: f32, %b: index, %h: index, %n: index, %d: index):
    %zero = arith.constant 0.0 : f32
    %one = arith.constant 1.0 : f32
    %above = arith.addf %x, %one : f32
    %below = math.exp %x : f32
    %positive = arith.cmpf ogt, %x, %zero : f32
    %r = arith.select %positive, %above, %below : f32
    attn.yield %r : f32
  }
  %fk = attn.features %k : tensor<?x8x?x64xf32> {
  ^bb0(%x: f32, %b: index, %h: index, %n: index, %d: index):
    %zero = arith.constant 0.0 : f32
    %one = arith.constant 1.0 : f32
    %above = arith.addf %x, %one : f32
    %below = math.exp %x : f32
    %positive = arith.cmpf ogt, %x, %zero : f32
    %r = arith.select %positive, %above, %below : f32
    attn.yield %r : f32
  }
  %out, %state, %sum = attn.linear_attention %fq, %fk, %v divided add eps 1.0e-6
      : tensor<?x8x?x64xf32>, tensor<?x8x?x64xf32>, tensor<?x8x?x64xf32>
  return %out : tensor<?x8x?x64xf32>
}
