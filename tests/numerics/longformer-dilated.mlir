// A window of Longformer whose steps grow with the head, without global tokens; a predicate, since a step is a number of
// the head here.
// RUN: cd %S/data/longformer-dilated_no_global && attn-run %s --reference --rtol 1e-9 --atol 1e-9 --input q=q.npy \
// RUN:   --input k=k.npy --input v=v.npy --expect out=expected_out.npy
// RUN: %run_compiled %s %t --sizes B=2,N=17 --sizes B=1,N=131 --sizes B=2,N=1 --sizes B=0,N=3

func.func @longformer(
    %q: tensor<?x2x?x4xf32> {attn.name = "q", attn.dims = ["B", "H", "N", "D"]},
    %k: tensor<?x2x?x4xf32> {attn.name = "k", attn.dims = ["B", "H", "N", "D"]},
    %v: tensor<?x2x?x4xf32> {attn.name = "v", attn.dims = ["B", "H", "N", "D"]})
    -> (tensor<?x2x?x4xf32> {attn.name = "out"}) {
  %s = attn.score dot %q, %k scale 0.5 : tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>
  // No head sees more than four tokens away, which says how far to look.
  %m = attn.mask %s where window(4, 4, top_left) and predicate : tensor<?x2x?x?xf32> {
  ^bb0(%b: index, %h: index, %i: index, %j: index):
    %one = arith.constant 1 : index
    %two = arith.constant 2 : index
    %zero = arith.constant 0 : index
    %step = arith.addi %h, %one : index
    %reach = arith.muli %step, %two : index
    %least = arith.subi %zero, %reach : index
    %distance = arith.subi %j, %i : index
    %left = arith.cmpi sle, %least, %distance : index
    %right = arith.cmpi sle, %distance, %reach : index
    %near = arith.andi %left, %right : i1
    %from = arith.addi %distance, %reach : index
    %rest = arith.remsi %from, %step : index
    %whole = arith.cmpi eq, %rest, %zero : index
    %visible = arith.andi %near, %whole : i1
    attn.yield %visible : i1
  }
  %p = attn.normalize softmax %m : tensor<?x2x?x?xf32>
  %out = attn.combine %p, %v : tensor<?x2x?x?xf32>, tensor<?x2x?x4xf32>
  return %out : tensor<?x2x?x4xf32>
}
