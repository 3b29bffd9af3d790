// Steps forwards, backwards, over nothing and by a number; what is carried changes places, and is collected too.
// RUN: %run_compiled %s %t --sizes B=2,T=5 --sizes B=1,T=4 --sizes B=3,T=1 --sizes B=0,T=3 --sizes B=2,T=0 --sizes B=1,T=0

// Returns its arguments exchanged, one of them with x added; the older one is collected as it was, which nothing computes.
func.func private @swap(%a: tensor<?x3xf32> {attn.dims = ["B", "C"]}, %b: tensor<?x3xf32> {attn.dims = ["B", "C"]},
                        %x: tensor<?x3xf32> {attn.dims = ["B", "C"]}, %g: tensor<3xf32>)
    -> (tensor<?x3xf32> {attn.dims = ["B", "C"]}, tensor<?x3xf32> {attn.dims = ["B", "C"]},
        tensor<?x3xf32> {attn.dims = ["B", "C"]}, tensor<?x3xf32> {attn.dims = ["B", "C"]}) {
  %y = attn.add %a, %x : tensor<?x3xf32>, tensor<?x3xf32>
  %z = attn.add %y, %g : tensor<?x3xf32>, tensor<3xf32>
  return %b, %z, %z, %a : tensor<?x3xf32>, tensor<?x3xf32>, tensor<?x3xf32>, tensor<?x3xf32>
}

// Nothing is computed at all.
func.func private @turn(%a: tensor<?x3xf32> {attn.dims = ["B", "C"]}, %b: tensor<?x3xf32> {attn.dims = ["B", "C"]})
    -> (tensor<?x3xf32> {attn.dims = ["B", "C"]}, tensor<?x3xf32> {attn.dims = ["B", "C"]}, tensor<?x3xf32> {attn.dims = ["B", "C"]}) {
  return %b, %a, %a : tensor<?x3xf32>, tensor<?x3xf32>, tensor<?x3xf32>
}

func.func @orders(%a: tensor<?x3xf32> {attn.name = "a", attn.dims = ["B", "C"]}, %b: tensor<?x3xf32> {attn.name = "b", attn.dims = ["B", "C"]},
                  %x: tensor<?x?x3xf32> {attn.name = "x", attn.dims = ["B", "T", "C"]}, %g: tensor<3xf32> {attn.name = "g"})
    -> (tensor<?x3xf32> {attn.name = "last"}, tensor<?x3xf32> {attn.name = "other"}, tensor<?x?x3xf32> {attn.name = "all"}, tensor<?x?x3xf32> {attn.name = "before"},
        tensor<?x?x3xf32> {attn.name = "backwards"}, tensor<?x3xf32> {attn.name = "turned"}, tensor<?x7x3xf32> {attn.name = "turns"}) {
  %f:4 = attn.loop @swap carried(%a, %b) each(%x) with(%g)
      : (tensor<?x3xf32>, tensor<?x3xf32>, tensor<?x?x3xf32>, tensor<3xf32>) -> (tensor<?x3xf32>, tensor<?x3xf32>, tensor<?x?x3xf32>, tensor<?x?x3xf32>)
  %r:4 = attn.loop @swap carried(%b, %f#0) each(%f#2) with(%g) reverse
      : (tensor<?x3xf32>, tensor<?x3xf32>, tensor<?x?x3xf32>, tensor<3xf32>) -> (tensor<?x3xf32>, tensor<?x3xf32>, tensor<?x?x3xf32>, tensor<?x?x3xf32>)
  %t:3 = attn.loop @turn carried(%a, %r#1) steps 7 : (tensor<?x3xf32>, tensor<?x3xf32>) -> (tensor<?x3xf32>, tensor<?x3xf32>, tensor<?x7x3xf32>)
  return %f#0, %f#1, %f#2, %f#3, %r#2, %t#0, %t#2
      : tensor<?x3xf32>, tensor<?x3xf32>, tensor<?x?x3xf32>, tensor<?x?x3xf32>, tensor<?x?x3xf32>, tensor<?x3xf32>, tensor<?x7x3xf32>
}
