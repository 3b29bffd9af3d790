// A weight of bf16 takes the bf16 or f32 numbers of the file; others must be asked for.
// RUN: rm -rf %t && mkdir -p %t
// RUN: %python %S/Inputs/weights.py %t/half.safetensors 'w=BF16[4,4]' 'b=BF16[4]'
// RUN: %python %S/Inputs/weights.py %t/full.safetensors 'w=F32[4,4]' 'b=F32[4]'
// RUN: %python %S/Inputs/weights.py %t/double.safetensors 'w=F64[4,4]' 'b=F32[4]'
// RUN: attnc %s -march=x86-64-v3 --weights=%t/half.safetensors -o %t/half.o
// RUN: attnc %s -march=x86-64-v3 --weights=%t/full.safetensors -o %t/full.o
// Small whole numbers are the same in both.
// RUN: cmp %t/half.o.weights %t/full.o.weights
// RUN: not attnc %s -march=x86-64-v3 --weights=%t/double.safetensors -o %t/double.o 2>&1 | FileCheck %s
// CHECK: tensor "w" is f64[4,4], the model wants bf16[4,4]; add --convert-weights to convert it
// RUN: attnc %s -march=x86-64-v3 --weights=%t/double.safetensors --convert-weights -o %t/double.o
// RUN: cmp %t/double.o.weights %t/full.o.weights
// The reference reads them alike, at each stage.
// RUN: attnc %s --stop-after=tile -o %t/tiled.mlir
// RUN: attn-run %s --reference --input x=iota:[2,4] --weights=%t/half.safetensors --output y=%t/y.npy
// RUN: attn-run %t/tiled.mlir --reference --input x=iota:[2,4] --weights=%t/half.safetensors --expect y=%t/y.npy
// RUN: attn-run %s --reference --input x=iota:[2,4] --weights=%t/full.safetensors --expect y=%t/y.npy
func.func @model(%x: tensor<?x4xbf16> {attn.name = "x", attn.dims = ["N", "C"]}) -> (tensor<?x4xbf16> {attn.name = "y"}) {
  %w = attn.weight "w" : tensor<4x4xbf16>
  %b = attn.weight "b" : tensor<4xbf16>
  %y = attn.linear %x, %w, %b : tensor<?x4xbf16>, tensor<4x4xbf16>, tensor<4xbf16>
  return %y : tensor<?x4xbf16>
}
