// Scores that are all 0: streaming measures them in units of the scale, so these are not streamed.
// RUN: attnc %s --explain | FileCheck %s
// CHECK: strategy: strip
// One that f32 rounds to 0 neither.
// RUN: sed 's/scale 0.0/scale 1.0e-320/' %s > %t.tiny.mlir && attnc %t.tiny.mlir --explain | FileCheck %s
// RUN: %run_compiled %t.tiny.mlir %t.tiny --sizes B=2,N=7,M=13
// RUN: %run_compiled %s %t --sizes B=2,N=7,M=13 --sizes B=1,N=65,M=64 --sizes B=2,N=1,M=1

func.func @attention(
    %q: tensor<?x2x?x5xf32> {attn.name = "q", attn.dims = ["B", "H", "N", "D"]},
    %k: tensor<?x2x?x5xf32> {attn.name = "k", attn.dims = ["B", "H", "M", "D"]})
    -> (tensor<?x2x?x5xf32> {attn.name = "out"}) {
  %out = attn.attention %q, %k, %k scale 0.0 where causal(top_left)
      : tensor<?x2x?x5xf32>, tensor<?x2x?x5xf32>, tensor<?x2x?x5xf32>
  return %out : tensor<?x2x?x5xf32>
}
