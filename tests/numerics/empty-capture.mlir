// A formula that reads a tensor without elements reads 0, whatever the processor's vectors; the reference says what is wrong.
// RUN: attnc %s -march=x86-64-v2,x86-64-v3,x86-64-v4 -o %t.so
// RUN: attn-run %t.so --guard --input=x=full:3:[2,19] --input=reals=full:7:[0] --input=places=full:7:[2,0] | FileCheck %s
// RUN: attnc %s -march=x86-64-v3 --backend=halide -o %t.halide.so
// RUN: attn-run %t.halide.so --guard --input=x=full:3:[2,19] --input=reals=full:7:[0] --input=places=full:7:[2,0] | FileCheck %s
// RUN: not attn-run %s --reference --input=x=full:3:[2,19] --input=reals=full:7:[0] --input=places=full:7:[2,0] 2>&1 \
// RUN:   | FileCheck %s --check-prefix=FAULT
// CHECK: y: f32 [2,19]
// CHECK-NEXT: {{^\[\[3, 3, 3, ..., 3, 3, 3\],}}
// CHECK: map: f32 [2,1,2,19]
// CHECK-NEXT: {{^\[\[\[\[3, 3, 3, ..., 3, 3, 3\],}}
// FAULT: tensor.extract reads index

func.func @empty(%x: tensor<?x19xf32> {attn.name = "x", attn.dims = ["B", "C"]}, %reals: tensor<?xf32> {attn.name = "reals", attn.dims = ["R"]},
                 %places: tensor<?x?xi32> {attn.name = "places", attn.dims = ["B", "P"]})
    -> (tensor<?x19xf32> {attn.name = "y"}, tensor<?x1x2x19xf32> {attn.name = "map"}) {
  %y = attn.pointwise %x indexed captures(%reals, %places) : tensor<?x19xf32>, tensor<?xf32>, tensor<?x?xi32> {
  ^bb0(%v: f32, %b: index, %c: index, %table: tensor<?xf32>, %numbers: tensor<?x?xi32>):
    %one = arith.constant 1 : index
    %of_lane = tensor.extract %table[%c] : tensor<?xf32>
    %number = tensor.extract %numbers[%b, %one] : tensor<?x?xi32>
    %real = arith.sitofp %number : i32 to f32
    %sum = arith.addf %v, %of_lane : f32
    %r = arith.addf %sum, %real : f32
    attn.yield %r : f32
  }
  %same = attn.rearrange %x sizes affine_map<(b, c) -> (b, 1, 2, 19)> from affine_map<(b, h, i, c) -> (b, c)> : tensor<?x19xf32>
  %map = attn.modify %same captures(%reals) : tensor<?x1x2x19xf32>, tensor<?xf32> {
  ^bb0(%s: f32, %b: index, %h: index, %i: index, %j: index, %table: tensor<?xf32>):
    %v = tensor.extract %table[%j] : tensor<?xf32>
    %r = arith.addf %s, %v : f32
    attn.yield %r : f32
  }
  return %y, %map : tensor<?x19xf32>, tensor<?x1x2x19xf32>
}
