// Masks of and, or and not; a mask of a masked map; rows and whole samples that see no key.
// RUN: sed 's/MASK/causal(top_left) and lengths(%%n)/' %s > %t.1.mlir
// RUN: %run_compiled %t.1.mlir %t --sizes B=2,N=7,M=13 --sizes B=3,N=65,M=1 --sizes B=2,N=17,M=620
// RUN: sed 's/MASK/window(2, 0, bottom_right) and lengths(%%n) or not causal(top_left)/' %s > %t.2.mlir
// RUN: %run_compiled %t.2.mlir %t --sizes B=2,N=7,M=13 --sizes B=1,N=13,M=7 --sizes B=1,N=2,M=520
// RUN: sed 's/MASK/not causal(bottom_right) or not window(70, 0, top_left) and not lengths(%%n)/' %s > %t.3.mlir
// RUN: %run_compiled %t.3.mlir %t --sizes B=2,N=7,M=13 --sizes B=1,N=13,M=7 --sizes B=1,N=100,M=620
// RUN: sed 's/MASK/not (causal(top_left) and lengths(%%n)) and window(9, 9, top_left)/' %s > %t.4.mlir
// RUN: %run_compiled %t.4.mlir %t --sizes B=3,N=17,M=17 --sizes B=1,N=64,M=5 --sizes B=2,N=3,M=0

func.func @attention(
    %q: tensor<?x2x?x5xf32> {attn.name = "q", attn.dims = ["B", "H", "N", "D"]},
    %k: tensor<?x1x?x5xf32> {attn.name = "k", attn.dims = ["B", "Hk", "M", "D"]},
    %v: tensor<?x1x?x5xf32> {attn.name = "v", attn.dims = ["B", "Hk", "M", "D"]},
    %n: tensor<?xi32> {attn.name = "n", attn.dims = ["B"]}) -> (tensor<?x2x?x5xf32> {attn.name = "out"}) {
  %s = attn.score dot %q, %k scale 0.5 : tensor<?x2x?x5xf32>, tensor<?x1x?x5xf32>
  %a = attn.mask %s where MASK : tensor<?x2x?x?xf32>, tensor<?xi32>
  %b = attn.mask %a where prefix(600) : tensor<?x2x?x?xf32>
  %p = attn.normalize softmax %b : tensor<?x2x?x?xf32>
  %out = attn.combine %p, %v : tensor<?x2x?x?xf32>, tensor<?x1x?x5xf32>
  return %out : tensor<?x2x?x5xf32>
}
