// Words in clusters, the rarer the narrower: what is in another cluster takes no row of a table, so that all may be added.
// RUN: cd %S/data/adaptive_input-three_clusters && attn-run %s --reference --rtol 1e-9 --atol 1e-9 --weights=weights.safetensors \
// RUN:   --input ids=ids.npy \
// RUN:   --expect out=expected_out.npy
// RUN: %run_compiled %s %t --weights=%S/data/adaptive_input-three_clusters/weights.safetensors \
// RUN:   --sizes B=1,N=1 --sizes B=2,N=6 --sizes B=3,N=17 --sizes B=0,N=3 --sizes B=2,N=0 --integers ids=-1..20

func.func @adaptive_input(%ids: tensor<?x?xi32> {attn.name = "ids", attn.dims = ["B", "N"]})
    -> (tensor<?x?x8xf32> {attn.name = "out"}) {
  %ids0 = attn.pointwise %ids : tensor<?x?xi32> {
  ^bb0(%id: i32):
    %edge = arith.constant 0 : i32
    %end = arith.constant 5 : i32
    %none = arith.constant -1 : i32
    %place = arith.subi %id, %edge : i32
    %is = arith.cmpi slt, %id, %end : i32
    %r = arith.select %is, %place, %none : i32
    attn.yield %r : i32
  }
  %emb0 = attn.weight "emb0" : tensor<5x8xf32>
  %proj0 = attn.weight "proj0" : tensor<8x8xf32>
  %e0 = attn.take %emb0, %ids0 : tensor<5x8xf32>, tensor<?x?xi32>
  %y0 = attn.linear %e0, %proj0 : tensor<?x?x8xf32>, tensor<8x8xf32>
  %ids1 = attn.pointwise %ids : tensor<?x?xi32> {
  ^bb0(%id: i32):
    %edge = arith.constant 5 : i32
    %end = arith.constant 11 : i32
    %none = arith.constant -1 : i32
    %place = arith.subi %id, %edge : i32
    %is = arith.cmpi slt, %id, %end : i32
    %r = arith.select %is, %place, %none : i32
    attn.yield %r : i32
  }
  %emb1 = attn.weight "emb1" : tensor<6x4xf32>
  %proj1 = attn.weight "proj1" : tensor<8x4xf32>
  %e1 = attn.take %emb1, %ids1 : tensor<6x4xf32>, tensor<?x?xi32>
  %y1 = attn.linear %e1, %proj1 : tensor<?x?x4xf32>, tensor<8x4xf32>
  %ids2 = attn.pointwise %ids : tensor<?x?xi32> {
  ^bb0(%id: i32):
    %edge = arith.constant 11 : i32
    %end = arith.constant 20 : i32
    %none = arith.constant -1 : i32
    %place = arith.subi %id, %edge : i32
    %is = arith.cmpi slt, %id, %end : i32
    %r = arith.select %is, %place, %none : i32
    attn.yield %r : i32
  }
  %emb2 = attn.weight "emb2" : tensor<9x2xf32>
  %proj2 = attn.weight "proj2" : tensor<8x2xf32>
  %e2 = attn.take %emb2, %ids2 : tensor<9x2xf32>, tensor<?x?xi32>
  %y2 = attn.linear %e2, %proj2 : tensor<?x?x2xf32>, tensor<8x2xf32>
  %y = attn.add %y0, %y1 : tensor<?x?x8xf32>, tensor<?x?x8xf32>
  %out = attn.add %y, %y2 : tensor<?x?x8xf32>, tensor<?x?x8xf32>
  return %out : tensor<?x?x8xf32>
}
