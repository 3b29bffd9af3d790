// A graph of the weights is checked when a model is compiled, naming the weight, the place, the number and its limit; by
// the reference; and when compiled code opens a packed file that somebody has changed since.
// RUN: rm -rf %t && mkdir %t
// RUN: %python %S/Inputs/add_weights.py - %t/good.safetensors rowptr=I32:0,2,2,3 'col=I32:[2,3]2,0,2,1,1,1'
// RUN: %python %S/Inputs/add_weights.py - %t/start.safetensors rowptr=I32:1,2,2,3 'col=I32:[2,3]2,0,2,1,1,1'
// RUN: %python %S/Inputs/add_weights.py - %t/fall.safetensors rowptr=I32:0,2,1,3 'col=I32:[2,3]2,0,2,1,1,1'
// RUN: %python %S/Inputs/add_weights.py - %t/short.safetensors rowptr=I32:0,2,2,2 'col=I32:[2,3]2,0,2,1,1,1'
// RUN: %python %S/Inputs/add_weights.py - %t/beyond.safetensors rowptr=I32:0,2,2,3 'col=I32:[2,3]2,3,2,1,1,-1'
// RUN: %python %S/Inputs/add_weights.py - %t/wide.safetensors rowptr=I64:0,2,4294967298,3 'col=I32:[2,3]2,0,2,1,1,1'
// RUN: %python %S/Inputs/add_weights.py - %t/float.safetensors rowptr=I32:0,2,2,3 'col=I64:[2,3]2,0,2,1,1,1'
// RUN: not attnc %s --weights=%t/start.safetensors -o %t/m.so 2>&1 | FileCheck %s --check-prefix=START
// RUN: not attnc %s --weights=%t/fall.safetensors -o %t/m.so 2>&1 | FileCheck %s --check-prefix=FALL
// RUN: not attnc %s --weights=%t/short.safetensors -o %t/m.so --embed-weights 2>&1 | FileCheck %s --check-prefix=SHORT
// RUN: not attnc %s --weights=%t/beyond.safetensors -o %t/m.so 2>&1 | FileCheck %s --check-prefix=BEYOND
// RUN: not attnc %s --weights=%t/wide.safetensors -o %t/m.so --convert-weights 2>&1 | FileCheck %s --check-prefix=WIDE
// RUN: not attnc %s --weights=%t/float.safetensors -o %t/m.so 2>&1 | FileCheck %s --check-prefix=TYPE
// RUN: ls %t | count 7
// START: error: weights '{{.*}}start.safetensors': tensor "rowptr"[0] is 1, expected 0
// FALL: error: weights '{{.*}}fall.safetensors': tensor "rowptr"[2] is 1, expected no less than 2
// SHORT: error: weights '{{.*}}short.safetensors': tensor "rowptr"[3] is 2, expected 3
// BEYOND-DAG: error: weights '{{.*}}beyond.safetensors': tensor "col[0]"[1] is 3, outside [0, 2]
// BEYOND-DAG: error: weights '{{.*}}beyond.safetensors': tensor "col[1]"[2] is -1, outside [0, 2]
// WIDE: error: weights '{{.*}}wide.safetensors': tensor "rowptr"[2] is 4294967298, which i32 does not hold
// TYPE: error: weights '{{.*}}float.safetensors': tensor "col" is i64[2,3], the model wants i32[3] at a slice of 1 index; add --convert-weights to convert it

// RUN: not attn-run %s --reference --weights=%t/start.safetensors --input x=iota:[1,1,3,1] 2>&1 | FileCheck %s --check-prefix=REFERENCE-START
// RUN: not attn-run %s --reference --weights=%t/beyond.safetensors --input x=iota:[1,1,3,1] 2>&1 | FileCheck %s --check-prefix=REFERENCE-BEYOND
// RUN: not attn-run %s --reference --weights=%t/wide.safetensors --input x=iota:[1,1,3,1] 2>&1 | FileCheck %s --check-prefix=REFERENCE-WIDE
// REFERENCE-START: weight "rowptr"[0]: 1, expected 0
// REFERENCE-BEYOND: weight "col[0]"[1]: 3 is outside [0, 2]
// REFERENCE-WIDE: weight "rowptr"[2]: 4294967298 is outside [-2147483648, 2147483647]

// The packed file: a header of 4096 bytes, then row pointers and columns at multiples of 64.
// RUN: attnc %s --weights=%t/good.safetensors -o %t/m.so
// RUN: attn-run %t/m.so --input x=iota:[1,1,3,1] --guard --expect-reference=%s --weights=%t/good.safetensors
// RUN: cp %t/m.so.weights %t/kept
// RUN: %python -c "import sys; f = open(sys.argv[1], 'r+b'); f.seek(4096 + 4); f.write(bytes([4, 0, 0, 0]))" %t/m.so.weights
// RUN: not attn-run %t/m.so --input x=iota:[1,1,3,1] 2>&1 | FileCheck %s --check-prefix=OPEN-FALL
// RUN: cp %t/kept %t/m.so.weights
// RUN: %python -c "import sys; f = open(sys.argv[1], 'r+b'); f.seek(4096 + 64 + 8); f.write(bytes([255, 255, 255, 255]))" %t/m.so.weights
// RUN: not attn-run %t/m.so --input x=iota:[1,1,3,1] 2>&1 | FileCheck %s --check-prefix=OPEN-BELOW
// OPEN-FALL: weights '{{.*}}m.so.weights': "rowptr"[2]: 2, expected no less than 4
// OPEN-BELOW: weights '{{.*}}m.so.weights': "col[0]"[2]: -1 is outside [0, 2]

func.func @m(%x: tensor<1x1x3x1xf32> {attn.name = "x"}) -> (tensor<1x1x3x1xf32> {attn.name = "y"}) {
  %rowptr = attn.weight "rowptr" : tensor<4xi32>
  %col = attn.weight "col"[0] : tensor<3xi32>
  %back = attn.weight "col"[1] : tensor<3xi32>
  %y = attn.attention %x, %x, %x scale 1.0 where graph(%rowptr, %col)
      : tensor<1x1x3x1xf32>, tensor<1x1x3x1xf32>, tensor<1x1x3x1xf32>, tensor<4xi32>, tensor<3xi32>
  %z = attn.attention %x, %y, %x scale 1.0 where graph(%rowptr, %back)
      : tensor<1x1x3x1xf32>, tensor<1x1x3x1xf32>, tensor<1x1x3x1xf32>, tensor<4xi32>, tensor<3xi32>
  return %z : tensor<1x1x3x1xf32>
}
