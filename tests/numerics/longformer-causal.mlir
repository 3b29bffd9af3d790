// Longformer that looks back only: a global token, at its own position, sees what is before it.
// RUN: cd %S/data/longformer-causal && attn-run %s --reference --rtol 1e-9 --atol 1e-9 --input q=q.npy --input k=k.npy \
// RUN:   --input v=v.npy --input qg=qg.npy --input kg=kg.npy --input vg=vg.npy --input flags=flags.npy \
// RUN:   --input index=index.npy --expect out=expected_out.npy
// RUN: %run_compiled %s %t --sizes B=2,N=17,G=2 --sizes B=1,N=300,G=7 --sizes B=2,N=1,G=1 --integers flags=0..1

func.func @longformer(
    %q: tensor<?x2x?x4xf32> {attn.name = "q", attn.dims = ["B", "H", "N", "D"]},
    %k: tensor<?x2x?x4xf32> {attn.name = "k", attn.dims = ["B", "H", "N", "D"]},
    %v: tensor<?x2x?x4xf32> {attn.name = "v", attn.dims = ["B", "H", "N", "D"]},
    %qg: tensor<?x2x?x4xf32> {attn.name = "qg", attn.dims = ["B", "H", "N", "D"]},
    %kg: tensor<?x2x?x4xf32> {attn.name = "kg", attn.dims = ["B", "H", "N", "D"]},
    %vg: tensor<?x2x?x4xf32> {attn.name = "vg", attn.dims = ["B", "H", "N", "D"]},
    %flags: tensor<?x?xi32> {attn.name = "flags", attn.dims = ["B", "N"]},
    %index: tensor<?x1x?xi32> {attn.name = "index", attn.dims = ["B", "one", "G"]})
    -> (tensor<?x2x?x4xf32> {attn.name = "out"}) {
  %local = attn.attention %q, %k, %v scale 0.5 where (window(3, 3, top_left) or global(%flags)) and causal(top_left)
      : tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>, tensor<?x?xi32>
  %tokens = attn.merge_heads %qg : tensor<?x2x?x4xf32>
  %rows = attn.split_heads %tokens into 1 : tensor<?x?x8xf32>
  %chosen = attn.gather %rows, %index : tensor<?x1x?x8xf32>, tensor<?x1x?xi32>
  %merged = attn.merge_heads %chosen : tensor<?x1x?x8xf32>
  %queries = attn.split_heads %merged into 2 : tensor<?x?x8xf32>
  %s = attn.score dot %queries, %kg scale 0.5 : tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>
  %before = attn.mask %s where predicate(%index) : tensor<?x2x?x?xf32>, tensor<?x1x?xi32> {
  ^bb0(%b: index, %h: index, %i: index, %j: index, %positions: tensor<?x1x?xi32>):
    %zero = arith.constant 0 : index
    %at = tensor.extract %positions[%b, %zero, %i] : tensor<?x1x?xi32>
    %position = arith.index_cast %at : i32 to index
    %visible = arith.cmpi sle, %j, %position : index
    attn.yield %visible : i1
  }
  %p = attn.normalize softmax %before : tensor<?x2x?x?xf32>
  %global = attn.combine %p, %vg : tensor<?x2x?x?xf32>, tensor<?x2x?x4xf32>
  %out = attn.scatter %local, %index, %global : tensor<?x2x?x4xf32>, tensor<?x1x?xi32>, tensor<?x2x?x4xf32>
  return %out : tensor<?x2x?x4xf32>
}
