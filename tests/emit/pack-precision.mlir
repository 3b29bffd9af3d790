// What --precision makes of a weight whose elements are 0, 1, .. 9, rows of 5: pairs of bf16, or numbers of which the
// largest is 127, padded to whole groups, with the scale and the sum of each row.
// RUN: rm -rf %t && mkdir -p %t
// RUN: %python %S/Inputs/weights.py %t/w.safetensors 'w=F32[2,5]' 'half=BF16[2,5]'
// RUN: attnc %s -march=x86-64-v3 --weights=%t/w.safetensors --precision=bf16 -o %t/m.o
// RUN: %python %S/Inputs/read_packed.py %t/m.o.weights bf16 3 5 | FileCheck %s --check-prefix=BF16
// BF16: row 0: [0.0, 1.0, 2.0, 3.0, 4.0, 0.0]
// BF16-NEXT: row 1: [5.0, 6.0, 7.0, 8.0, 9.0, 0.0]
// BF16-NEXT: row 2: [0.0, 0.0, 0.0, 0.0, 0.0, 0.0]

// RUN: attnc %s -march=x86-64-v3 --weights=%t/w.safetensors --precision=int8 -o %t/m.o
// RUN: %python %S/Inputs/read_packed.py %t/m.o.weights int8 3 5 | FileCheck %s --check-prefix=INT8
// INT8: row 0: [0, 32, 64, 95, 127, 0, 0, 0], scale 0.031496, sum 318
// INT8-NEXT: row 1: [71, 85, 99, 113, 127, 0, 0, 0], scale 0.070866, sum 495
// INT8-NEXT: row 2: [0, 0, 0, 0, 0, 0, 0, 0], scale 0.000000, sum 0

// Rows of 4 are rotated first: 3, -1, -2, 0 and 11, -1, -2, 0.
// RUN: sed s/5xf32/4xf32/g %s > %t/rotated.mlir
// RUN: %python %S/Inputs/weights.py %t/rotated.safetensors 'w=F32[2,4]'
// RUN: attnc %t/rotated.mlir -march=x86-64-v3 --weights=%t/rotated.safetensors --precision=int8 -o %t/rotated.o
// RUN: %python %S/Inputs/read_packed.py %t/rotated.o.weights int8 2 4 | FileCheck %s --check-prefix=ROTATED
// ROTATED: row 0: [127, -42, -85, 0], scale 0.023622, sum 0
// ROTATED-NEXT: row 1: [127, -12, -23, 0], scale 0.086614, sum 92

// Code for another processor reads the same file.
// RUN: attnc %s -march=x86-64-v2 --weights=%t/w.safetensors --precision=int8 -o %t/other.o
// RUN: cmp %t/m.o.weights %t/other.o.weights

// Weights that are stored as bf16 are read as f32 first, which must be asked for.
// RUN: sed s/\"w\"/\"half\"/ %s > %t/half.mlir
// RUN: attnc %t/half.mlir -march=x86-64-v3 --weights=%t/w.safetensors --precision=bf16 --convert-weights -o %t/m.o
// RUN: %python %S/Inputs/read_packed.py %t/m.o.weights bf16 3 5 | FileCheck %s --check-prefix=BF16
// RUN: not attnc %t/half.mlir -march=x86-64-v3 --weights=%t/w.safetensors --precision=bf16 -o %t/m.o 2>&1 | FileCheck %s --check-prefix=CONVERT
// CONVERT: --convert-weights
func.func @model(%x: tensor<?x5xf32> {attn.name = "x", attn.dims = ["N", "C"]}) -> tensor<?x2xf32> {
  %w = attn.weight "w" : tensor<2x5xf32>
  %y = attn.linear %x, %w : tensor<?x5xf32>, tensor<2x5xf32>
  return %y : tensor<?x2xf32>
}
