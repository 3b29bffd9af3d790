// Every constraint of kernel.
// RUN: attn-opt %s --split-input-file --verify-diagnostics

func.func @kernel_c1(%x: tensor<4xf32>) {
  // expected-error @+1 {{'attn.kernel' op expected the region's arguments to have the types of the operands}}
  %y = "attn.kernel"(%x) ({
  ^bb0(%a: tensor<8xf32>):
    attn.yield %a : tensor<8xf32>
  }) : (tensor<4xf32>) -> tensor<8xf32>
  return
}

// -----

func.func @kernel_c2(%x: tensor<4xf32>) {
  %y = attn.kernel (%a = %x : tensor<4xf32>) -> tensor<4xf32> {
    // expected-error @+1 {{'arith.negf' op can not stand in an attn.kernel}}
    %r = arith.negf %a : tensor<4xf32>
    attn.yield %r : tensor<4xf32>
  }
  return
}

// -----

func.func @kernel_c3() {
  %y = attn.kernel () -> tensor<4xf32> {
    // expected-error @+1 {{'attn.weight' op can not stand in an attn.kernel; pass its result in}}
    %w = attn.weight "w" : tensor<4xf32>
    attn.yield %w : tensor<4xf32>
  }
  return
}

// -----

func.func @kernel_c4(%x: tensor<4xf32>) {
  // expected-error @+1 {{'attn.kernel' op yields 0 values for 1 results}}
  %y = attn.kernel (%a = %x : tensor<4xf32>) -> tensor<4xf32> {
    attn.yield
  }
  return
}

// -----

func.func @kernel_c5(%x: tensor<4xf32>) {
  // expected-error @+1 {{'attn.kernel' op yields 'tensor<4xf32>' for a result 'tensor<8xf32>'}}
  %y = attn.kernel (%a = %x : tensor<4xf32>) -> tensor<8xf32> {
    attn.yield %a : tensor<4xf32>
  }
  return
}
