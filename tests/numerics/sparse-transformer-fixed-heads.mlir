// Sparse transformers (Child et al. 2019), fixed: even heads see the local part, odd ones the other.
// RUN: cd %S/data/sparse_transformer-fixed_heads && attn-run %s --reference --rtol 1e-9 --atol 1e-9 \
// RUN:   --input q=q.npy --input k=k.npy --input v=v.npy --expect out=expected_out.npy
// RUN: %run_compiled %s %t --sizes B=2,N=7 --sizes B=1,N=65 --sizes B=2,N=1 --sizes B=1,N=331 --sizes B=0,N=7 --sizes B=2,N=0

func.func @attention(
    %q: tensor<?x2x?x4xf32> {attn.name = "q", attn.dims = ["B", "H", "N", "D"]},
    %k: tensor<?x2x?x4xf32> {attn.name = "k", attn.dims = ["B", "H", "N", "D"]},
    %v: tensor<?x2x?x4xf32> {attn.name = "v", attn.dims = ["B", "H", "N", "D"]})
    -> (tensor<?x2x?x4xf32> {attn.name = "out"}) {
  %s = attn.score dot %q, %k scale 0.5 : tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>
  %odd = attn.mask %s where causal(top_left) and (predicate or fixed(4, 2)) : tensor<?x2x?x?xf32> {
  ^bb0(%b: index, %h: index, %i: index, %j: index):
    %two = arith.constant 2 : index
    %zero = arith.constant 0 : index
    %rest = arith.remui %h, %two : index
    %even = arith.cmpi eq, %rest, %zero : index
    attn.yield %even : i1
  }
  %m = attn.mask %odd where predicate or blocks(4) : tensor<?x2x?x?xf32> {
  ^bb0(%b: index, %h: index, %i: index, %j: index):
    %two = arith.constant 2 : index
    %zero = arith.constant 0 : index
    %rest = arith.remui %h, %two : index
    %isOdd = arith.cmpi ne, %rest, %zero : index
    attn.yield %isOdd : i1
  }
  %p = attn.normalize softmax %m : tensor<?x2x?x?xf32>
  %out = attn.combine %p, %v : tensor<?x2x?x?xf32>, tensor<?x2x?x4xf32>
  return %out : tensor<?x2x?x4xf32>
}
