// A formula of the place decides, with a limit for each head and a flag for each query, under a causal mask.
// RUN: cd %S/data/mask-predicate && attn-run %s --reference --rtol 1e-9 --atol 1e-9 --input q=q.npy --input k=k.npy \
// RUN:   --input v=v.npy --input limits=limits.npy --input flags=flags.npy --expect out=expected_out.npy
// RUN: %run_compiled %s %t --sizes B=2,N=7 --sizes B=1,N=65 --sizes B=2,N=1 --sizes B=3,N=17 --sizes B=1,N=600 \
// RUN:   --sizes B=0,N=7 --sizes B=2,N=0 --integers limits=0..9 --integers flags=0..1

func.func @attention(
    %q: tensor<?x2x?x4xf32> {attn.name = "q", attn.dims = ["B", "H", "N", "D"]},
    %k: tensor<?x2x?x4xf32> {attn.name = "k", attn.dims = ["B", "H", "N", "D"]},
    %v: tensor<?x2x?x4xf32> {attn.name = "v", attn.dims = ["B", "H", "N", "D"]},
    %limits: tensor<2xi32> {attn.name = "limits", attn.dims = ["H"]},
    %flags: tensor<?x?xi32> {attn.name = "flags", attn.dims = ["B", "N"]})
    -> (tensor<?x2x?x4xf32> {attn.name = "out"}) {
  %s = attn.score dot %q, %k scale 0.5 : tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>
  %t = attn.mask %s where causal(top_left) and predicate(%limits, %flags)
      : tensor<?x2x?x?xf32>, tensor<2xi32>, tensor<?x?xi32> {
  ^bb0(%b: index, %h: index, %i: index, %j: index, %most: tensor<2xi32>, %set: tensor<?x?xi32>):
    %zero = arith.constant 0 : i32
    %distance = arith.subi %i, %j : index
    %mine = tensor.extract %most[%h] : tensor<2xi32>
    %limit = arith.index_cast %mine : i32 to index
    %far = arith.cmpi sgt, %distance, %limit : index
    %flag = tensor.extract %set[%b, %i] : tensor<?x?xi32>
    %flagged = arith.cmpi ne, %flag, %zero : i32
    %seen = arith.ori %far, %flagged : i1
    attn.yield %seen : i1
  }
  %p = attn.normalize softmax %t : tensor<?x2x?x?xf32>
  %out = attn.combine %p, %v : tensor<?x2x?x?xf32>, tensor<?x2x?x4xf32>
  return %out : tensor<?x2x?x4xf32>
}
