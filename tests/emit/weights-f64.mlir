// A weight of f64 takes the f64 numbers of the file, others must be asked for; one of f32 computed in f64 takes f32 or f64.
// RUN: rm -rf %t && mkdir -p %t
// RUN: sed 's/f32/f64/g' %s > %t/f64.mlir
// RUN: %python %S/Inputs/weights.py %t/full.safetensors 'w=F32[4,4]' 'b=F32[4]'
// RUN: %python %S/Inputs/weights.py %t/double.safetensors 'w=F64[4,4]' 'b=F64[4]'
// RUN: attnc %t/f64.mlir -march=x86-64-v3 --weights=%t/double.safetensors -o %t/double.o
// RUN: not attnc %t/f64.mlir -march=x86-64-v3 --weights=%t/full.safetensors -o %t/full.o 2>&1 | FileCheck %s
// CHECK: tensor "w" is f32[4,4], the model wants f64[4,4]; add --convert-weights to convert it
// RUN: attnc %t/f64.mlir -march=x86-64-v3 --weights=%t/full.safetensors --convert-weights -o %t/full.o
// RUN: cmp %t/double.o.weights %t/full.o.weights
// RUN: attnc %s -march=x86-64-v3 --weights=%t/full.safetensors --precision=f64 -o %t/wide.o
// RUN: cmp %t/double.o.weights %t/wide.o.weights
// RUN: attnc %s -march=x86-64-v3 --weights=%t/double.safetensors --precision=f64 -o %t/kept.o
// RUN: cmp %t/double.o.weights %t/kept.o.weights
// RUN: attn-run %t/f64.mlir --reference --input x=iota:[2,4] --weights=%t/double.safetensors --output y=%t/y.npy
// RUN: attn-run %t/f64.mlir --reference --input x=iota:[2,4] --weights=%t/full.safetensors --expect y=%t/y.npy --rtol=0 --atol=0
func.func @model(%x: tensor<?x4xf32> {attn.name = "x", attn.dims = ["N", "C"]}) -> (tensor<?x4xf32> {attn.name = "y"}) {
  %w = attn.weight "w" : tensor<4x4xf32>
  %b = attn.weight "b" : tensor<4xf32>
  %y = attn.linear %x, %w, %b : tensor<?x4xf32>, tensor<4x4xf32>, tensor<4xf32>
  return %y : tensor<?x4xf32>
}
