// All that is wrong with the weights is told at once, and nothing is written.
// RUN: rm -rf %t && mkdir -p %t
// RUN: %python %S/Inputs/weights.py %t/w.safetensors 'layer.query.weight=F32[8,4]' 'layer.output.weight=F32[4,8]' 'layer.bias=F16[8]' 'table=F32[3,4]' 'steps=I32[8]'
// RUN: not attnc %s -march=x86-64-v3 --weights=%t/w.safetensors -o %t/m.so 2>&1 | FileCheck %s --check-prefix=ERR --implicit-check-not=error:
// RUN: ls %t | count 1

// RUN: not attnc %s -march=x86-64-v3 -o %t/m.so 2>&1 | FileCheck %s --check-prefix=NONE
// NONE: weights-invalid.mlir:[[#]]:[[#]]: error: the model has weights, such as "layer.qery.weight"; name their file with --weights=FILE.safetensors

// RUN: not attnc %s -march=x86-64-v3 --weights=%t/absent -o %t/m.so 2>&1 | FileCheck %s --check-prefix=ABSENT
// ABSENT: error: {{.*}}absent
// ABSENT: 1 error; nothing was written

// ERR-DAG: weights-invalid.mlir:[[#]]:[[#]]: error: weights '{{.*}}w.safetensors': tensor "layer.qery.weight" is not in the file; did you mean "layer.query.weight"?
// ERR-DAG: error: weights '{{.*}}': tensor "layer.output.weight" is f32[4,8], the model wants f32[8,4]; is it transposed? attn.linear takes [out, in]
// ERR-DAG: error: weights '{{.*}}': tensor "layer.bias" is f16[8], the model wants f32[8]; add --convert-weights to convert it
// ERR-DAG: error: weights '{{.*}}': tensor "table" is f32[3,4], the model takes index 3 of an extent of 3
// ERR-DAG: error: weights '{{.*}}': tensor "steps" is i32[8], the model wants f32[8]{{$}}
// ERR: attnc: 5 errors; nothing was written
func.func @model(%x: tensor<?x4xf32> {attn.name = "x", attn.dims = ["N", "C"]}) -> tensor<?x8xf32> {
  %w = attn.weight "layer.qery.weight" : tensor<8x4xf32>
  %v = attn.weight "layer.output.weight" : tensor<8x4xf32>
  %b = attn.weight "layer.bias" : tensor<8xf32>
  %c = attn.weight "steps" : tensor<8xf32>
  %t = attn.weight "table"[3] : tensor<4xf32>
  %x1 = attn.add %x, %t : tensor<?x4xf32>, tensor<4xf32>
  %y = attn.linear %x1, %w, %b : tensor<?x4xf32>, tensor<8x4xf32>, tensor<8xf32>
  %z = attn.linear %x1, %v, %c : tensor<?x4xf32>, tensor<8x4xf32>, tensor<8xf32>
  %s = attn.add %y, %z : tensor<?x8xf32>, tensor<?x8xf32>
  return %s : tensor<?x8xf32>
}
