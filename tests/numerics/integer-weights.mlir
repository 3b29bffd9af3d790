// Weights of i32 as tokens, indices, lengths, ids and tables of indices. What names nothing chooses nothing, as where the
// model computes it: -9, 7 and 2000000000 are no rows.
// RUN: %python %S/Inputs/add_weights.py - %t.safetensors 'ids=I32:[2,4]0,4,7,-9,2,2000000000,1,3' lengths=I32:3,99 \
// RUN:   'index=I32:[2,1,3]3,-9,0,4,1,7' take=I32:1,7,0 'nearest=I32:[4,4]0,1,2,3,1,0,-9,2,2,1,0,7,3,2,1,0' \
// RUN:   'shown=I32:[4,4]1,0,0,1,0,0,0,0,1,1,1,1,0,1,1,0' groups=I32:1,0,5,-1
// RUN: %python %S/Inputs/add_weights.py - %t.i64.safetensors 'ids=I64:[2,4]0,4,7,-9,2,2000000000,1,3' lengths=I64:3,99 \
// RUN:   'index=I64:[2,1,3]3,-9,0,4,1,7' take=I64:1,7,0 'nearest=I64:[4,4]0,1,2,3,1,0,-9,2,2,1,0,7,3,2,1,0' \
// RUN:   'shown=I64:[4,4]1,0,0,1,0,0,0,0,1,1,1,1,0,1,1,0' groups=I64:1,0,5,-1
// RUN: %run_compiled %s %t --weights=%t.safetensors --sizes C=4
// RUN: attnc %s --weights=%t.safetensors -o %t.so
// RUN: attnc %s --weights=%t.i64.safetensors --convert-weights -o %t.i64.so
// RUN: cmp %t.so.weights %t.i64.so.weights

func.func @integers(%table: tensor<5x4xf32> {attn.name = "table"}, %bias: tensor<4xf32> {attn.name = "bias"})
    -> (tensor<2x4x4xf32> {attn.name = "tokens"}, tensor<2x1x3x4xf32> {attn.name = "gathered"}, tensor<3x4xf32> {attn.name = "taken"},
        tensor<2x1x4x4xf32> {attn.name = "seen"}, tensor<2x4xf32> {attn.name = "mean"}, tensor<2x4xf32> {attn.name = "pooled"}) {
  %ids = attn.weight "ids" : tensor<2x4xi32>
  %lengths = attn.weight "lengths" : tensor<2xi32>
  %index = attn.weight "index" : tensor<2x1x3xi32>
  %take = attn.weight "take" : tensor<3xi32>
  %nearest = attn.weight "nearest" : tensor<4x4xi32>
  %shown = attn.weight "shown" : tensor<4x4xi32>
  %groups = attn.weight "groups" : tensor<4xi32>
  %first = attn.weight "ids"[1] : tensor<4xi32>
  %x = attn.embed %table, %ids : tensor<5x4xf32>, tensor<2x4xi32>
  %rows = attn.embed %table, %first : tensor<5x4xf32>, tensor<4xi32>
  %taken = attn.take %table, %take : tensor<5x4xf32>, tensor<3xi32>
  %h = attn.split_heads %x into 1 : tensor<2x4x4xf32>
  %gathered = attn.gather %h, %index : tensor<2x1x4x4xf32>, tensor<2x1x3xi32>
  %mean = attn.pool mean %x lengths %lengths : tensor<2x4x4xf32>, tensor<2xi32>
  %pooled = attn.segment_pool sum %rows ids %groups groups 2 : tensor<4x4xf32>, tensor<4xi32>
  %s = attn.score dot %h, %h : tensor<2x1x4x4xf32>, tensor<2x1x4x4xf32>
  %near = attn.modify %s captures(%nearest, %bias) : tensor<2x1x4x4xf32>, tensor<4x4xi32>, tensor<4xf32> {
  ^bb0(%v: f32, %b: index, %head: index, %i: index, %j: index, %places: tensor<4x4xi32>, %biases: tensor<4xf32>):
    %place = tensor.extract %places[%i, %j] : tensor<4x4xi32>
    %three = arith.constant 3 : i32
    %zero = arith.constant 0 : i32
    %low = arith.maxsi %place, %zero : i32
    %inside = arith.minsi %low, %three : i32
    %at = arith.index_cast %inside : i32 to index
    %add = tensor.extract %biases[%at] : tensor<4xf32>
    %y = arith.addf %v, %add : f32
    attn.yield %y : f32
  }
  %m = attn.mask %near where dense(%shown) and lengths(%lengths) and not segments(%ids)
      : tensor<2x1x4x4xf32>, tensor<4x4xi32>, tensor<2xi32>, tensor<2x4xi32>
  %p = attn.normalize softmax %m : tensor<2x1x4x4xf32>
  %seen = attn.combine %p, %h : tensor<2x1x4x4xf32>, tensor<2x1x4x4xf32>
  return %x, %gathered, %taken, %seen, %mean, %pooled
      : tensor<2x4x4xf32>, tensor<2x1x3x4xf32>, tensor<3x4xf32>, tensor<2x1x4x4xf32>, tensor<2x4xf32>, tensor<2x4xf32>
}
