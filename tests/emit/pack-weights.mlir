// The packed file: header, data from byte 4096, each tensor 64-aligned, panels zero-padded. Conversion is asked for.
// RUN: rm -rf %t && mkdir -p %t
// RUN: %python %S/Inputs/weights.py %t/w.safetensors 'table=BF16[2,3]' 'bias=F64[3]' 'half=F16[3]'
// RUN: attnc %s -march=x86-64-v3 --weights=%t/w.safetensors --convert-weights -o %t/m.o
// RUN: %python %S/Inputs/read_packed.py %t/m.o.weights 6 3 3 | FileCheck %s
// CHECK: ATTNPACK 1 4096
// CHECK: bytes {{[0-9]+}} = file - 4096: True
// CHECK: found [0.0, 1.0, 2.0, 3.0, 4.0, 5.0]: True
// CHECK: found [0.0, 1.0, 2.0]: True
// CHECK: id not zero: True

// The same input gives the same bytes.
// RUN: cp %t/m.o.weights %t/first.weights
// RUN: cp %t/m.o %t/first.o
// RUN: attnc %s -march=x86-64-v3 --weights=%t/w.safetensors --convert-weights -o %t/m.o
// RUN: cmp %t/m.o.weights %t/first.weights
// RUN: cmp %t/m.o %t/first.o
func.func @model(%x: tensor<?x2x3xf32> {attn.name = "x", attn.dims = ["N", "A", "C"]}) -> tensor<?x2x3xf32> {
  %t = attn.weight "table" : tensor<2x3xf32>
  %b = attn.weight "bias" : tensor<3xf32>
  %h = attn.weight "half" : tensor<3xf32>
  %0 = attn.add %x, %t : tensor<?x2x3xf32>, tensor<2x3xf32>
  %1 = attn.add %0, %b : tensor<?x2x3xf32>, tensor<3xf32>
  %2 = attn.add %1, %h : tensor<?x2x3xf32>, tensor<3xf32>
  return %2 : tensor<?x2x3xf32>
}
