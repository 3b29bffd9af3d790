// The whole stage on a real model: each of the 32 kernels has a schedule, each weight matrix is packed, and the linears
// that make the keys and values write them as panels.
// RUN: attnc %examples/minilm/model.mlir -march=x86-64-v3 --stop-after=tile -o %t
// RUN: grep "= attn.kernel" %t | count 32
// RUN: grep "= attn.kernel" %t | grep -c "strategy = dense" | FileCheck %s --check-prefix=DENSE
// RUN: grep "= attn.kernel" %t | grep -c "strategy = stream" | FileCheck %s --check-prefix=STREAM
// RUN: grep "= attn.kernel" %t | grep -c "strategy = rows" | FileCheck %s --check-prefix=ROWS
// RUN: grep "attn.weight .*#attn.layout<weight_panels, width = 16>" %t | count 36
// RUN: FileCheck %s < %t

// Four linear kernels and a map a layer; embedding and pooling. No kernel is there only to copy keys or values.
// DENSE: {{^}}24{{$}}
// STREAM: {{^}}6{{$}}
// ROWS: {{^}}2{{$}}

// CHECK: %[[QKV:.*]]:3 = attn.kernel {{.*}} -> (tensor<?x?x384xf32>, tensor<?x?x384xf32, #attn.layout<key_panels, width = 16, heads = 12>>, tensor<?x?x384xf32, #attn.layout<value_panels, width = 16, heads = 12>>) schedule
// CHECK: attn.kernel (%{{.*}} = %[[QKV]]#0 : tensor<?x?x384xf32>, %{{.*}} = %[[QKV]]#1 : tensor<?x?x384xf32, #attn.layout<key_panels, width = 16, heads = 12>>, %{{.*}} = %[[QKV]]#2 : tensor<?x?x384xf32, #attn.layout<value_panels, width = 16, heads = 12>>
