// What layouts, schedules and the attributes of arguments refuse.
// RUN: attn-opt %s --split-input-file --verify-diagnostics

// expected-error @+1 {{expected a panel width from 1 to 1024, got 0}}
func.func private @width(tensor<8x8xf32, #attn.layout<weight_panels, width = 0>>)

// -----

// expected-error @+1 {{expected a positive number of heads, got 0}}
func.func private @heads(tensor<?x?x8xf32, #attn.layout<key_panels, width = 16, heads = 0>>)

// -----

// expected-error @+1 {{expected weight_panels of int8, which hold their scales, got key_panels}}
func.func private @storage(tensor<?x?x8xf32, #attn.layout<key_panels, width = 16, storage = int8>>)

// -----

// expected-error @+2 {{failed to parse Attn_LayoutAttr parameter 'storage' which is to be a `Precision`}}
// expected-error @+1 {{expected one of [own, bf16, int8, f32] for the numbers that are stored and multiplied, got: fp4}}
func.func private @storage_word(tensor<8x8xf32, #attn.layout<weight_panels, width = 16, storage = fp4>>)

// -----

// expected-error @+1 {{expected lanes to be a power of two from 1 to 64, got 12}}
func.func private @lanes() attributes {s = #attn.schedule<backend = llvm, strategy = dense, lanes = 12, rows = 4, cols = 12>}

// -----

// expected-error @+1 {{expected 1 to 64 rows in a register tile, got 65}}
func.func private @rows() attributes {s = #attn.schedule<backend = llvm, strategy = dense, lanes = 8, rows = 65, cols = 8>}

// -----

// expected-error @+1 {{expected cols to be a multiple of lanes (8) up to 1024, got 12}}
func.func private @cols() attributes {s = #attn.schedule<backend = llvm, strategy = dense, lanes = 8, rows = 4, cols = 12>}

// -----

func.func private @blocks() attributes {
  // expected-error @+1 {{expected block sizes that are not negative}}
  s = #attn.schedule<backend = llvm, strategy = rows, lanes = 8, rows = 4, cols = 8, key_block = -1>}

// -----

// expected-error @+1 {{expected attn.name to be a C identifier, got "2x"}}
func.func private @name(tensor<4xf32> {attn.name = "2x"})

// -----

// expected-error @+1 {{has unknown argument attribute "attn.shape"; known: attn.name, attn.dims, attn.storage, attn.state}}
func.func private @attribute(tensor<4xf32> {attn.shape = "x"})

// -----

// expected-error @+1 {{expected attn.storage to be "bf16" for a tensor of f32 or "f32" for one of f64, got "f16" for 'tensor<4xf32>'}}
func.func @storage(%x: tensor<4xf32> {attn.storage = "f16"}) -> tensor<4xf32> {
  return %x : tensor<4xf32>
}

// -----

// expected-error @+1 {{expected attn.storage to be "bf16" for a tensor of f32 or "f32" for one of f64, got "bf16" for 'tensor<4xi32>'}}
func.func @stored_integers(%x: tensor<4xi32>) -> (tensor<4xi32> {attn.storage = "bf16"}) {
  return %x : tensor<4xi32>
}

// -----

// expected-error @+1 {{expected attn.storage to be "bf16" for a tensor of f32 or "f32" for one of f64, got "bf16" for 'tensor<4xf64>'}}
func.func @stored_twice(%x: tensor<4xf64> {attn.storage = "bf16"}) -> tensor<4xf64> {
  return %x : tensor<4xf64>
}

// -----

// expected-error @+1 {{expected rows of f32, which ports of f64 are stored in, got value_panels}}
func.func private @panels_of_f32(tensor<?x?x8xf64, #attn.layout<value_panels, width = 16, storage = f32>>)

// -----

// expected-error @+1 {{expected attn.storage on a public function, the model}}
func.func private @stored_callee(tensor<4xf32> {attn.storage = "bf16"})

// -----

// expected-error @+1 {{expected attn.state to be the name of a state, got 1 : i64}}
func.func @state_name(%x: tensor<4xf32> {attn.state = 1}) -> tensor<4xf32> {
  return %x : tensor<4xf32>
}

// -----

// expected-error @+1 {{expected attn.state on a public function, the model}}
func.func private @state_of_callee(tensor<4xf32> {attn.state = "h"})

// -----

// expected-error @+1 {{expected attn.dims to name each dimension of 'tensor<?x4xf32>', got ["B"]}}
func.func private @dims(tensor<?x4xf32> {attn.dims = ["B"]})

// -----

// expected-error @+1 {{expected attn.dims to hold C identifiers, or one and a number as in "N + 1", got "a b"}}
func.func private @dim_name(tensor<?xf32> {attn.dims = ["a b"]})

// -----

// What the outside world may say of a dimension is no multiple.
// expected-error @+1 {{expected attn.dims to hold C identifiers, or one and a number as in "N + 1", got "4 * B"}}
func.func @dim_multiple(%x: tensor<?xf32> {attn.dims = ["4 * B"]}) -> tensor<?xf32> {
  return %x : tensor<?xf32>
}

// -----

// expected-error @+1 {{expected attn.dims to hold C identifiers, or one and a number as in "N + 1", got "0 * B"}}
func.func private @dim_no_multiple(tensor<?xf32> {attn.dims = ["0 * B"]})

// -----

// expected-error @+1 {{expected attn.name to be a C identifier, got 1}}
func.func private @result() -> (tensor<4xf32> {attn.name = 1})

// -----

// expected-error @+1 {{attn argument attributes belong to func.func}}
llvm.func @other(%x: i32 {attn.name = "x"})

// -----

// expected-error @+1 {{attn result attributes belong to func.func}}
llvm.func @other_result() -> (i32 {attn.name = "x"})
