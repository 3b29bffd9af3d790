// Keys and values that all samples share, with heads and without, streamed and in strips.
// RUN: sed 's/KEYS/4x5/g; s/VALUES/4x3/g; s/MAP/?x4x?x4/g; s/KIND/softmax/' %s > %t.0.mlir
// RUN: %run_compiled %t.0.mlir %t --sizes B=2,N=7 --sizes B=1,N=65 --sizes B=0,N=7 --sizes B=2,N=0
// RUN: sed 's/KEYS/2x70x5/g; s/VALUES/2x70x3/g; s/MAP/?x4x?x70/g; s/KIND/softmax/' %s > %t.1.mlir
// RUN: %run_compiled %t.1.mlir %t --sizes B=2,N=7 --sizes B=1,N=65 --sizes B=0,N=7 --sizes B=2,N=0
// RUN: sed 's/KEYS/4x70x5/g; s/VALUES/1x70x3/g; s/MAP/?x4x?x70/g; s/KIND/sparsemax/' %s > %t.2.mlir
// RUN: %run_compiled %t.2.mlir %t --sizes B=2,N=7 --sizes B=1,N=65 --sizes B=0,N=7 --sizes B=2,N=0
// RUN: attnc %t.1.mlir --explain | FileCheck %s --check-prefix=STREAM
// STREAM: strategy: stream
// RUN: attnc %t.2.mlir --explain | FileCheck %s --check-prefix=STRIP
// STRIP: strategy: strip

func.func @shared(
    %q: tensor<?x4x?x5xf32> {attn.name = "q", attn.dims = ["B", "H", "N", "D"]},
    %k: tensor<KEYSxf32> {attn.name = "k"}, %v: tensor<VALUESxf32> {attn.name = "v"})
    -> (tensor<?x4x?x3xf32> {attn.name = "out"}) {
  %s = attn.score dot %q, %k : tensor<?x4x?x5xf32>, tensor<KEYSxf32>
  %p = attn.normalize KIND %s : tensor<MAPxf32>
  %out = attn.combine %p, %v : tensor<MAPxf32>, tensor<VALUESxf32>
  return %out : tensor<?x4x?x3xf32>
}
