// The whole stage on a real model: 32 kernels and, since the six layers are alike, seven codes for them.
// RUN: attnc %examples/minilm/model.mlir -march=x86-64-v3 --stop-after=lower -o %t
// RUN: grep "= attn.kernel" %t | grep -E "code\(@minilm_k[0-6]\)" | count 32
// RUN: grep -E "func.func private @minilm_k[0-9]+\(" %t | count 7
// RUN: FileCheck %s < %t

// CHECK: func.func @minilm(
// CHECK: attn.embed
// CHECK: func.func private @minilm_k0(
// CHECK: call @attn_parallel
