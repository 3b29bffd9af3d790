// Text forms of the attributes on their own.
// RUN: attn-opt %s --verify-roundtrip | FileCheck %s

// CHECK: #attn.mask<causal(top_left) and (prefix(3) or lengths(operand 1))>
func.func private @mask() attributes {m = #attn.mask<causal(top_left) and (prefix(3) or lengths(operand 1))>}

// CHECK: tensor<8x8xf32, #attn.layout<weight_panels, width = 64>>
func.func private @weight_panels(tensor<8x8xf32, #attn.layout<weight_panels, width = 64>>)

// CHECK: tensor<?x?x8xf32, #attn.layout<key_panels, width = 16, heads = 4>>
func.func private @key_panels(tensor<?x?x8xf32, #attn.layout<key_panels, width = 16, heads = 4>>)

// CHECK: #attn.schedule<backend = halide, strategy = stream, lanes = 8, rows = 4, cols = 16, key_block = 64>
func.func private @schedule() attributes {
  s = #attn.schedule<backend = halide, strategy = stream, lanes = 8, rows = 4, cols = 16, key_block = 64>}

// What is said of numbers is printed where it is not the type's own.
// CHECK: tensor<8x8xf32, #attn.layout<weight_panels, width = 16, storage = bf16>>
// CHECK-SAME: tensor<8x8xf32, #attn.layout<weight_panels, width = 16, storage = int8>>
// CHECK-SAME: tensor<8x8xf32, #attn.layout<weight_panels, width = 16>>
func.func private @storage(tensor<8x8xf32, #attn.layout<weight_panels, width = 16, storage = bf16>>,
                           tensor<8x8xf32, #attn.layout<weight_panels, width = 16, storage = int8>>,
                           tensor<8x8xf32, #attn.layout<weight_panels, width = 16, storage = own>>)

// CHECK: #attn.schedule<backend = llvm, strategy = dense, lanes = 8, rows = 6, cols = 16, depth_block = 256, precision = int8>
func.func private @precision() attributes {
  s = #attn.schedule<backend = llvm, strategy = dense, lanes = 8, rows = 6, cols = 16, depth_block = 256, precision = int8>}

// CHECK: (tensor<?x4xf32> {attn.dims = ["B", "C"], attn.name = "x"}) -> (tensor<?x4xf32> {attn.name = "y"})
func.func private @ports(tensor<?x4xf32> {attn.name = "x", attn.dims = ["B", "C"]}) -> (tensor<?x4xf32> {attn.name = "y"})

// CHECK: func.func private @dimensions(tensor<?x?xf32> {attn.dims = ["N + 1", "4 * B"]})
func.func private @dimensions(tensor<?x?xf32> {attn.dims = ["N + 1", "4 * B"]})
