// Masks joined to a graph by `and` hide edges: for all heads and for some, before and after a normaliser, beside formulas,
// reductions and numbers of edges; of few heads in a vector, of one, and of more than a vector has lanes.
// RUN: %run_compiled %s %t --weights=random:7 --integers listed=-1..4 --integers ids=0..2 \
// RUN:   --sizes B=2,N=20,E=90,P=3 --sizes B=1,N=130,E=900,P=33 --sizes B=3,N=5,E=300,P=9 --sizes B=0,N=3,E=4,P=1 \
// RUN:   --sizes B=2,N=4,E=0,P=1 --sizes B=2,N=0,E=0,P=1
// RUN: sed -e 's/x3x/x20x/g' -e 's/<3x/<20x/g' %s > %t.20.mlir
// RUN: %run_compiled %t.20.mlir %t.20 --weights=random:7 --integers listed=-1..4 --integers ids=0..2 \
// RUN:   --sizes B=2,N=20,E=90,P=3 --sizes B=1,N=130,E=900,P=33 --sizes B=3,N=5,E=300,P=9
// RUN: sed -e 's/x3x/x1x/g' -e 's/<3x/<1x/g' %s > %t.1.mlir
// RUN: %run_compiled %t.1.mlir %t.1 --weights=random:7 --integers listed=-1..4 --integers ids=0..2 \
// RUN:   --sizes B=2,N=20,E=90,P=3 --sizes B=1,N=130,E=900,P=33

func.func @masks(
    %q: tensor<?x3x?x9xf32> {attn.name = "q", attn.dims = ["B", "H", "N", "D"]},
    %v: tensor<?x3x?x17xf32> {attn.name = "v", attn.dims = ["B", "H", "N", "F"]},
    %rowptr: tensor<?xi32> {attn.name = "rowptr", attn.dims = ["N + 1"]},
    %col: tensor<?xi32> {attn.name = "col", attn.dims = ["E"]},
    %lengths: tensor<?xi32> {attn.name = "lengths", attn.dims = ["B"]},
    %ids: tensor<?x?xi32> {attn.name = "ids", attn.dims = ["B", "N"]},
    %listed: tensor<3x?x2xi32> {attn.name = "listed", attn.dims = ["H", "P", "R"]})
    -> (tensor<?x3x?x17xf32> {attn.name = "causal"},
        tensor<?x3x?x17xf32> {attn.name = "many"}, tensor<?x3x?x17xf32> {attn.name = "near"},
        tensor<?x3x?x17xf32> {attn.name = "thinned"}, tensor<?x3x?xf32> {attn.name = "weights"},
        tensor<?x3x?xf32> {attn.name = "scores"}, tensor<?x3x?xf32> {attn.name = "mean"}, tensor<?x3x?xf32> {attn.name = "total"}) {
  %causal = attn.attention %q, %q, %v scale 0.3 where graph(%rowptr, %col) and causal(top_left) and lengths(%lengths)
      : tensor<?x3x?x9xf32>, tensor<?x3x?x9xf32>, tensor<?x3x?x17xf32>, tensor<?xi32>, tensor<?xi32>, tensor<?xi32>
  %many = attn.attention %q, %q, %v scale 0.3
      where (segments(%ids) or listed(%listed, 4) or strided(3)) and graph(%rowptr, %col) and not global(1, 1) and window(7, 30, top_left, 2)
      : tensor<?x3x?x9xf32>, tensor<?x3x?x9xf32>, tensor<?x3x?x17xf32>, tensor<?x?xi32>, tensor<3x?x2xi32>, tensor<?xi32>, tensor<?xi32>

  %s = attn.score dot %q, %q scale 0.3 : tensor<?x3x?x9xf32>, tensor<?x3x?x9xf32>
  %edges = attn.mask %s where graph(%rowptr, %col) : tensor<?x3x?x?xf32>, tensor<?xi32>, tensor<?xi32>
  %near = attn.mask %edges where predicate(%lengths) : tensor<?x3x?x?xf32>, tensor<?xi32> {
  ^bb0(%b: index, %h: index, %i: index, %j: index, %ends: tensor<?xi32>):
    %sum = arith.addi %i, %j : index
    %more = arith.addi %sum, %h : index
    %three = arith.constant 3 : index
    %rest = arith.remui %more, %three : index
    %zero = arith.constant 0 : index
    %odd = arith.cmpi ne, %rest, %zero : index
    %end = tensor.extract %ends[%b] : tensor<?xi32>
    %last = arith.index_cast %end : i32 to index
    %early = arith.cmpi slt, %i, %last : index
    %r = arith.ori %odd, %early : i1
    attn.yield %r : i1
  }
  %twice = attn.add %near, %edges : tensor<?x3x?x?xf32>, tensor<?x3x?x?xf32>
  %shown = attn.modify %twice : tensor<?x3x?x?xf32> {
  ^bb0(%x: f32, %b: index, %h: index, %i: index, %j: index):
    %half = arith.constant 0.5 : f32
    %y = arith.mulf %x, %half : f32
    attn.yield %y : f32
  }
  %p = attn.normalize softmax %shown : tensor<?x3x?x?xf32>
  %o = attn.combine %p, %v : tensor<?x3x?x?xf32>, tensor<?x3x?x17xf32>
  %thin = attn.mask %p where causal(top_left) : tensor<?x3x?x?xf32>
  %o2 = attn.combine %thin, %v : tensor<?x3x?x?xf32>, tensor<?x3x?x17xf32>
  %weights = attn.edge_values %thin over %rowptr, %col : tensor<?x3x?x?xf32>, tensor<?xi32>, tensor<?xi32>
  %scores = attn.edge_values %shown over %rowptr, %col : tensor<?x3x?x?xf32>, tensor<?xi32>, tensor<?xi32>
  %mean = attn.reduce_map mean %shown over keys : tensor<?x3x?x?xf32>
  %total = attn.reduce_map sum %thin over keys : tensor<?x3x?x?xf32>
  return %causal, %many, %o, %o2, %weights, %scores, %mean, %total
      : tensor<?x3x?x17xf32>, tensor<?x3x?x17xf32>, tensor<?x3x?x17xf32>, tensor<?x3x?x17xf32>,
        tensor<?x3x?xf32>, tensor<?x3x?xf32>, tensor<?x3x?xf32>, tensor<?x3x?xf32>
}
