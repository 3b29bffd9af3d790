// Maps along edges with more heads than a vector has lanes: a formula between two maps, every kind of normaliser and of
// reduction, keys that heads share, several samples. Edges are drawn: a row lists columns in any order, some of them
// twice.
// RUN: %run_compiled %s %t --weights=random:7 --sizes B=2,N=20,E=90 --sizes B=1,N=130,E=900 --sizes B=3,N=5,E=300 \
// RUN:   --sizes B=0,N=3,E=4 --sizes B=2,N=4,E=0 --sizes B=2,N=0,E=0
// RUN: sed -e 's/20/3/g' -e 's/x4x/x1x/g' %s > %t.3.mlir
// RUN: %run_compiled %t.3.mlir %t.3 --weights=random:7 --sizes B=2,N=20,E=90 --sizes B=1,N=130,E=900 --sizes B=3,N=5,E=300
// RUN: sed -e 's/f32/f64/g' %s > %t.f64.mlir
// RUN: %run_compiled %t.f64.mlir %t.f64 --weights=random:7 --precision=f64 --sizes B=2,N=20,E=90

func.func @edges(
    %q: tensor<?x20x?x9xf32> {attn.name = "q", attn.dims = ["B", "H", "N", "D"]},
    %k: tensor<?x4x?x9xf32> {attn.name = "k", attn.dims = ["B", "G", "N", "D"]},
    %v: tensor<?x4x?x70xf32> {attn.name = "v", attn.dims = ["B", "G", "N", "F"]},
    %rowptr: tensor<?xi32> {attn.name = "rowptr", attn.dims = ["N + 1"]},
    %col: tensor<?xi32> {attn.name = "col", attn.dims = ["E"]})
    -> (tensor<?x20x?x70xf32> {attn.name = "softmax"}, tensor<?x20x?x70xf32> {attn.name = "sunk"},
        tensor<?x20x?x70xf32> {attn.name = "sparse"}, tensor<?x20x?xf32> {attn.name = "largest"},
        tensor<?x20x?xf32> {attn.name = "mean"}, tensor<?x20x?xf32> {attn.name = "logarithm"},
        tensor<?x20x?xf32> {attn.name = "weights"}) {
  %sinks = attn.weight "sinks" : tensor<20xf32>
  %dots = attn.score dot %q, %k scale 0.3 : tensor<?x20x?x9xf32>, tensor<?x4x?x9xf32>
  %tanhs = attn.pair_score %q, %k : tensor<?x20x?x9xf32>, tensor<?x4x?x9xf32> {
  ^bb0(%x: f32, %y: f32, %h: index, %d: index):
    %sum = arith.addf %x, %y : f32
    %r = math.tanh %sum : f32
    attn.yield %r : f32
  }
  %both = attn.add %dots, %tanhs : tensor<?x20x?x?xf32>, tensor<?x20x?x?xf32>
  %m = attn.mask %both where graph(%rowptr, %col) : tensor<?x20x?x?xf32>, tensor<?xi32>, tensor<?xi32>
  %near = attn.modify %m : tensor<?x20x?x?xf32> {
  ^bb0(%s: f32, %b: index, %h: index, %i: index, %j: index):
    %distance = arith.subi %i, %j : index
    %number = arith.index_cast %distance : index to i32
    %real = arith.sitofp %number : i32 to f32
    %head = arith.index_cast %h : index to i32
    %slope = arith.sitofp %head : i32 to f32
    %part = arith.constant 1.0e-3 : f32
    %product = arith.mulf %real, %slope : f32
    %scaled = arith.mulf %product, %part : f32
    %r = arith.addf %s, %scaled : f32
    attn.yield %r : f32
  }
  %p = attn.normalize softmax %near : tensor<?x20x?x?xf32>
  %o = attn.combine %p, %v : tensor<?x20x?x?xf32>, tensor<?x4x?x70xf32>
  %sunk = attn.normalize softmax_one %near sink %sinks : tensor<?x20x?x?xf32>, tensor<20xf32>
  %o2 = attn.combine %sunk, %v : tensor<?x20x?x?xf32>, tensor<?x4x?x70xf32>
  %sparse = attn.normalize sparsemax %near : tensor<?x20x?x?xf32>
  %o3 = attn.combine %sparse, %v : tensor<?x20x?x?xf32>, tensor<?x4x?x70xf32>
  %largest = attn.reduce_map max %near over keys : tensor<?x20x?x?xf32>
  %mean = attn.reduce_map mean %near over keys : tensor<?x20x?x?xf32>
  %logarithm = attn.reduce_map logsumexp %near over keys : tensor<?x20x?x?xf32>
  %weights = attn.edge_values %p over %rowptr, %col : tensor<?x20x?x?xf32>, tensor<?xi32>, tensor<?xi32>
  return %o, %o2, %o3, %largest, %mean, %logarithm, %weights
      : tensor<?x20x?x70xf32>, tensor<?x20x?x70xf32>, tensor<?x20x?x70xf32>, tensor<?x20x?xf32>, tensor<?x20x?xf32>,
        tensor<?x20x?xf32>, tensor<?x20x?xf32>
}
