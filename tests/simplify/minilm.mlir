// The whole stage on a real model: one function of canonical ops with complete weight names; a second run changes
// nothing.
// RUN: attn-opt %examples/minilm/model.mlir --attn-simplify -o %t
// RUN: FileCheck %s < %t
// RUN: attn-opt %t --attn-simplify | diff %t -

// CHECK-NOT: func.func private
// CHECK-NOT: {{attn\.(repeat|attention|activation|add) }}
// CHECK: attn.weight "encoder.layer.0.attention.self.query.weight" : tensor<384x384xf32>
// CHECK: attn.mask %{{.*}} where lengths(%{{.*}})
// CHECK: math.erf
// CHECK: attn.weight "encoder.layer.5.output.LayerNorm.bias" : tensor<384xf32>
// CHECK: attn.pool mean
