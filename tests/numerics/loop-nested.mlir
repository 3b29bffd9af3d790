// A loop in a loop in a repeat: functions that two loops share, weights of each layer, sizes by other names.
// RUN: %run_compiled %s %t --weights=random:5 --sizes B=2,S=3,T=4 --sizes B=1,S=2,T=1 --sizes B=0,S=2,T=2 --sizes B=2,S=0,T=3 --sizes B=2,S=3,T=0

// What is drawn, as the layers name it: attn.weight "layer.0.cell" : tensor<5x5xf32>, attn.weight "layer.1.cell" : tensor<5x5xf32>.
func.func private @cell(%h: tensor<?x5xf32> {attn.dims = ["R", "C"]}, %x: tensor<?x5xf32> {attn.dims = ["R", "C"]})
    -> (tensor<?x5xf32> {attn.dims = ["R", "C"]}, tensor<?x5xf32> {attn.dims = ["R", "C"]}) {
  %w = attn.weight "cell" : tensor<5x5xf32>
  %p = attn.linear %h, %w : tensor<?x5xf32>, tensor<5x5xf32>
  %s = attn.add %p, %x : tensor<?x5xf32>, tensor<?x5xf32>
  %y = attn.activation tanh %s : tensor<?x5xf32>
  return %y, %y : tensor<?x5xf32>, tensor<?x5xf32>
}

// One sentence: its words, there and back; h goes from sentence to sentence.
func.func private @sentence(%h: tensor<?x5xf32> {attn.dims = ["B", "C"]}, %words: tensor<?x?x5xf32> {attn.dims = ["B", "W", "C"]})
    -> (tensor<?x5xf32> {attn.dims = ["B", "C"]}, tensor<?x?x5xf32> {attn.dims = ["B", "W", "C"]}) {
  %f:2 = attn.loop @cell carried(%h) each(%words) : (tensor<?x5xf32>, tensor<?x?x5xf32>) -> (tensor<?x5xf32>, tensor<?x?x5xf32>)
  %b:2 = attn.loop @cell carried(%f#0) each(%f#1) reverse : (tensor<?x5xf32>, tensor<?x?x5xf32>) -> (tensor<?x5xf32>, tensor<?x?x5xf32>)
  return %b#0, %b#1 : tensor<?x5xf32>, tensor<?x?x5xf32>
}

func.func private @layer(%x: tensor<?x?x?x5xf32>, %h: tensor<?x5xf32>) -> (tensor<?x?x?x5xf32>, tensor<?x5xf32>) {
  %y:2 = attn.loop @sentence carried(%h) each(%x) : (tensor<?x5xf32>, tensor<?x?x?x5xf32>) -> (tensor<?x5xf32>, tensor<?x?x?x5xf32>)
  return %y#1, %y#0 : tensor<?x?x?x5xf32>, tensor<?x5xf32>
}

func.func @document(%x: tensor<?x?x?x5xf32> {attn.name = "x", attn.dims = ["B", "S", "T", "C"]}, %h: tensor<?x5xf32> {attn.name = "h", attn.dims = ["B", "C"]})
    -> (tensor<?x?x?x5xf32> {attn.name = "y"}, tensor<?x5xf32> {attn.name = "last"}) {
  %y:2 = attn.repeat 2 @layer(%x, %h) prefix "layer.#." : (tensor<?x?x?x5xf32>, tensor<?x5xf32>) -> (tensor<?x?x?x5xf32>, tensor<?x5xf32>)
  return %y#0, %y#1 : tensor<?x?x?x5xf32>, tensor<?x5xf32>
}
