func.func @model(%q: tensor<?x8x?x16xf32> {attn.name = "q", attn.dims = ["B", "H", "N", "D"]}) -> (tensor<?x8x?x16xf32> {attn.name = "out"}) {
  %s = attn.score dot %q, %q : tensor<?x8x?x16xf32>, tensor<?x8x?x16xf32>
  %t = attn.modify %s : tensor<?x8x?x?xf32> {
  ^bb0(%x: f32, %b: index, %h: index, %i: index, %j: index):
    %square = arith.mulf %x, %x : f32
    attn.yield FORMULA : f32
  }
  %p = attn.normalize KIND %t : tensor<?x8x?x?xf32>
  %out = attn.combine %p, %q : tensor<?x8x?x?xf32>, tensor<?x8x?x16xf32>
  return %out : tensor<?x8x?x16xf32>
}
