// Workers make panels of keys that all heads and samples share, and of values that none do.
// RUN: %run_compiled %s %t --sizes B=3,N=7,M=70 --sizes B=2,N=200,M=33 --sizes B=1,N=1,M=1 --sizes B=0,N=5,M=4

func.func @shared(%q: tensor<?x?x60xf32> {attn.name = "q", attn.dims = ["B", "N", "C"]},
                  %k: tensor<?x20xf32> {attn.name = "k", attn.dims = ["M", "D"]},
                  %v: tensor<?x?x60xf32> {attn.name = "v", attn.dims = ["B", "M", "C"]})
    -> (tensor<?x3x?x20xf32> {attn.name = "out"}) {
  %query = attn.split_heads %q into 3 : tensor<?x?x60xf32>
  %value = attn.split_heads %v into 3 : tensor<?x?x60xf32>
  %s = attn.score dot %query, %k scale 0.25 : tensor<?x3x?x20xf32>, tensor<?x20xf32>
  %p = attn.normalize softmax %s : tensor<?x3x?x?xf32>
  %out = attn.combine %p, %value : tensor<?x3x?x?xf32>, tensor<?x3x?x20xf32>
  return %out : tensor<?x3x?x20xf32>
}
