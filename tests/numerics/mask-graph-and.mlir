// Attention along those edges of a graph that other masks leave: keys before a length, and in each head others.
// RUN: cd %S/data/mask-graph && attn-run %s --reference --rtol 1e-9 --atol 1e-9 --input q=q.npy --input k=k.npy \
// RUN:   --input v=v.npy --input rowptr=rowptr.npy --input col=col.npy --input lengths=lengths.npy --expect out=expected_out.npy
// RUN: %run_compiled %s %t --sizes B=2,N=15,E=76 --input rowptr=%S/data/mask-graph/rowptr.npy --input col=%S/data/mask-graph/col.npy
// RUN: %run_compiled %s %t --sizes B=2,N=9,E=50 --sizes B=1,N=301,E=900 --sizes B=1,N=0,E=0

func.func @graph_attention(
    %q: tensor<?x2x?x4xf32> {attn.name = "q", attn.dims = ["B", "H", "N", "D"]},
    %k: tensor<?x2x?x4xf32> {attn.name = "k", attn.dims = ["B", "H", "N", "D"]},
    %v: tensor<?x2x?x4xf32> {attn.name = "v", attn.dims = ["B", "H", "N", "D"]},
    %rowptr: tensor<?xi32> {attn.name = "rowptr", attn.dims = ["N + 1"]},
    %col: tensor<?xi32> {attn.name = "col", attn.dims = ["E"]},
    %lengths: tensor<?xi32> {attn.name = "lengths", attn.dims = ["B"]})
    -> (tensor<?x2x?x4xf32> {attn.name = "out"}) {
  %s = attn.score dot %q, %k scale 0.5 : tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>
  %m = attn.mask %s where graph(%rowptr, %col) and lengths(%lengths) and predicate
      : tensor<?x2x?x?xf32>, tensor<?xi32>, tensor<?xi32>, tensor<?xi32> {
  ^bb0(%b: index, %h: index, %i: index, %j: index):
    %places = arith.addi %i, %j : index
    %sum = arith.addi %places, %h : index
    %three = arith.constant 3 : index
    %zero = arith.constant 0 : index
    %rest = arith.remui %sum, %three : index
    %r = arith.cmpi ne, %rest, %zero : index
    attn.yield %r : i1
  }
  %p = attn.normalize softmax %m : tensor<?x2x?x?xf32>
  %out = attn.combine %p, %v : tensor<?x2x?x?xf32>, tensor<?x2x?x4xf32>
  return %out : tensor<?x2x?x4xf32>
}
