// Connected ops on maps are one kernel, with the splits and merges of heads around them; a map that is used elsewhere
// is a result of it.
// RUN: attn-opt %s --attn-fuse-maps | FileCheck %s

// Everything comes along: the weights stay outside.
// CHECK-LABEL: func.func @chain
// CHECK-SAME: (%[[X:.*]]: tensor<?x?x8xf32> {{.*}}, %[[Y:.*]]: tensor<?x?x8xf32> {{.*}}, %[[N:.*]]: tensor<?xi32> {{.*}})
func.func @chain(%x: tensor<?x?x8xf32> {attn.dims = ["B", "N", "C"]}, %y: tensor<?x?x8xf32> {attn.dims = ["B", "M", "C"]},
                 %n: tensor<?xi32> {attn.dims = ["B"]}) -> tensor<?x?x8xf32> {
  // CHECK-NEXT: %[[BIAS:.*]] = attn.weight "bias"
  // CHECK-NEXT: %[[KERNEL:.*]] = attn.kernel (%[[A:.*]] = %[[X]] : tensor<?x?x8xf32>, %[[B:.*]] = %[[Y]] : tensor<?x?x8xf32>, %[[C:.*]] = %[[BIAS]] : tensor<2xf32>, %[[D:.*]] = %[[N]] : tensor<?xi32>) -> tensor<?x?x8xf32> {
  // CHECK-DAG: %[[Q:.*]] = attn.split_heads %[[A]] into 2
  // CHECK-DAG: %[[K:.*]] = attn.split_heads %[[B]] into 2
  // CHECK-DAG: %[[V:.*]] = attn.split_heads %[[B]] into 2
  // CHECK: %[[S:.*]] = attn.score dot %{{.*}}, %{{.*}} :
  // CHECK: %[[T:.*]] = attn.modify %[[S]] captures(%[[C]])
  // CHECK: %[[U:.*]] = attn.mask %[[T]] where lengths(%[[D]])
  // CHECK: %[[P:.*]] = attn.normalize softmax %[[U]]
  // CHECK: %[[O:.*]] = attn.combine %[[P]],
  // CHECK: %[[M:.*]] = attn.merge_heads %[[O]]
  // CHECK: attn.yield %[[M]]
  // CHECK: return %[[KERNEL]]
  %q = attn.split_heads %x into 2 : tensor<?x?x8xf32>
  %k = attn.split_heads %y into 2 : tensor<?x?x8xf32>
  %s = attn.score dot %q, %k : tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>
  %bias = attn.weight "bias" : tensor<2xf32>
  %t = attn.modify %s captures(%bias) : tensor<?x2x?x?xf32>, tensor<2xf32> {
  ^bb0(%a: f32, %b: index, %h: index, %i: index, %j: index, %table: tensor<2xf32>):
    %e = tensor.extract %table[%h] : tensor<2xf32>
    %r = arith.addf %a, %e : f32
    attn.yield %r : f32
  }
  %u = attn.mask %t where lengths(%n) : tensor<?x2x?x?xf32>, tensor<?xi32>
  %p = attn.normalize softmax %u : tensor<?x2x?x?xf32>
  %o = attn.combine %p, %k : tensor<?x2x?x?xf32>, tensor<?x2x?x4xf32>
  %m = attn.merge_heads %o : tensor<?x2x?x4xf32>
  return %m : tensor<?x?x8xf32>
}

// Each kernel gets a split of its own; the one that is also returned stays.
// CHECK-LABEL: func.func @shared_split
func.func @shared_split(%x: tensor<?x?x8xf32> {attn.dims = ["B", "N", "C"]}) -> (tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>) {
  // CHECK-NEXT: %[[SPLIT:.*]] = attn.split_heads
  // CHECK-NEXT: %[[ONE:.*]] = attn.kernel
  // CHECK-COUNT-3: attn.split_heads
  // CHECK: %[[TWO:.*]] = attn.kernel
  // CHECK-COUNT-3: attn.split_heads
  // CHECK: return %[[SPLIT]], %[[ONE]], %[[TWO]]
  %h = attn.split_heads %x into 2 : tensor<?x?x8xf32>
  %s = attn.score dot %h, %h : tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>
  %p = attn.normalize softmax %s : tensor<?x2x?x?xf32>
  %o = attn.combine %p, %h : tensor<?x2x?x?xf32>, tensor<?x2x?x4xf32>
  %s2 = attn.score dot %h, %h scale 0.5 : tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>
  %p2 = attn.normalize softmax %s2 : tensor<?x2x?x?xf32>
  %o2 = attn.combine %p2, %h : tensor<?x2x?x?xf32>, tensor<?x2x?x4xf32>
  return %h, %o, %o2 : tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>
}

// A result that is read both merged and by heads leaves the kernel by heads.
// CHECK-LABEL: func.func @negative_merge
func.func @negative_merge(%x: tensor<?x2x?x4xf32> {attn.dims = ["B", "H", "N", "D"]}) -> (tensor<?x2x?x4xf32>, tensor<?x?x8xf32>) {
  // CHECK: %[[O:.*]] = attn.kernel
  // CHECK-NOT: attn.merge_heads
  // CHECK: attn.yield
  // CHECK: attn.merge_heads %[[O]]
  %s = attn.score dot %x, %x : tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>
  %p = attn.normalize softmax %s : tensor<?x2x?x?xf32>
  %o = attn.combine %p, %x : tensor<?x2x?x?xf32>, tensor<?x2x?x4xf32>
  %m = attn.merge_heads %o : tensor<?x2x?x4xf32>
  return %o, %m : tensor<?x2x?x4xf32>, tensor<?x?x8xf32>
}

// The weights are returned too: the kernel has two results.
// CHECK-LABEL: func.func @returned_map
func.func @returned_map(%x: tensor<?x2x?x4xf32> {attn.dims = ["B", "H", "N", "D"]}) -> (tensor<?x2x?x4xf32>, tensor<?x2x?x?xf32>) {
  // CHECK: %[[K:.*]]:2 = attn.kernel {{.*}} -> (tensor<?x2x?x?xf32>, tensor<?x2x?x4xf32>) {
  // CHECK: %[[P:.*]] = attn.normalize
  // CHECK: %[[O:.*]] = attn.combine %[[P]]
  // CHECK: attn.yield %[[P]], %[[O]]
  // CHECK: return %[[K]]#1, %[[K]]#0
  %s = attn.score dot %x, %x : tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>
  %p = attn.normalize softmax %s : tensor<?x2x?x?xf32>
  %o = attn.combine %p, %x : tensor<?x2x?x?xf32>, tensor<?x2x?x4xf32>
  return %o, %p : tensor<?x2x?x4xf32>, tensor<?x2x?x?xf32>
}

// One score, two maps: computed once.
// CHECK-LABEL: func.func @shared_score
func.func @shared_score(%x: tensor<?x2x?x4xf32> {attn.dims = ["B", "H", "N", "D"]}) -> (tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>) {
  // CHECK: %[[K:.*]]:2 = attn.kernel
  // CHECK: attn.score
  // CHECK-NOT: attn.score
  // CHECK-NOT: attn.kernel
  // CHECK: return %[[K]]#0, %[[K]]#1
  %s = attn.score dot %x, %x : tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>
  %p = attn.normalize softmax %s : tensor<?x2x?x?xf32>
  %o = attn.combine %p, %x : tensor<?x2x?x?xf32>, tensor<?x2x?x4xf32>
  %m = attn.mask %s where causal(top_left) : tensor<?x2x?x?xf32>
  %p2 = attn.normalize softmax %m : tensor<?x2x?x?xf32>
  %o2 = attn.combine %p2, %x : tensor<?x2x?x?xf32>, tensor<?x2x?x4xf32>
  return %o, %o2 : tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>
}

// A map that comes from outside is an input like any other.
// CHECK-LABEL: func.func @given_map
// CHECK-SAME: (%[[S:.*]]: tensor<?x2x?x?xf32>, %[[V:.*]]: tensor<?x2x?x4xf32>)
func.func @given_map(%s: tensor<?x2x?x?xf32>, %v: tensor<?x2x?x4xf32>) -> tensor<?x2x?x4xf32> {
  // CHECK-NEXT: attn.kernel (%[[A:.*]] = %[[S]] : tensor<?x2x?x?xf32>, %[[B:.*]] = %[[V]] : tensor<?x2x?x4xf32>)
  // CHECK-NEXT: %[[P:.*]] = attn.normalize softmax %[[A]]
  // CHECK-NEXT: attn.combine %[[P]], %[[B]]
  %p = attn.normalize softmax %s : tensor<?x2x?x?xf32>
  %o = attn.combine %p, %v : tensor<?x2x?x?xf32>, tensor<?x2x?x4xf32>
  return %o : tensor<?x2x?x4xf32>
}

// Logits are mixed before the softmax, weights after it: three numbers of heads.
// CHECK-LABEL: func.func @talking_heads
func.func @talking_heads(%q: tensor<?x?x8xf32>, %v: tensor<?x?x12xf32>, %pl: tensor<5x2xf32>, %pw: tensor<3x5xf32>) -> tensor<?x?x12xf32> {
  // CHECK-NEXT: %[[K:.*]] = attn.kernel
  // CHECK: attn.score
  // CHECK: attn.mix_heads
  // CHECK: attn.mask
  // CHECK: attn.normalize
  // CHECK: attn.mix_heads
  // CHECK: attn.combine
  // CHECK: attn.merge_heads
  // CHECK: return %[[K]]
  %h = attn.split_heads %q into 2 : tensor<?x?x8xf32>
  %g = attn.split_heads %v into 3 : tensor<?x?x12xf32>
  %s = attn.score dot %h, %h : tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>
  %l = attn.mix_heads %s, %pl : tensor<?x2x?x?xf32>, tensor<5x2xf32>
  %m = attn.mask %l where causal(top_left) : tensor<?x5x?x?xf32>
  %p = attn.normalize softmax %m : tensor<?x5x?x?xf32>
  %u = attn.mix_heads %p, %pw : tensor<?x5x?x?xf32>, tensor<3x5xf32>
  %o = attn.combine %u, %g : tensor<?x3x?x?xf32>, tensor<?x3x?x4xf32>
  %y = attn.merge_heads %o : tensor<?x3x?x4xf32>
  return %y : tensor<?x?x12xf32>
}

// Scores of several kinds, each with its split of the query.
// CHECK-LABEL: func.func @sum_of_scores
func.func @sum_of_scores(%x: tensor<?x?x8xf32>, %table: tensor<7x4xf32>) -> tensor<?x2x?x4xf32> {
  // CHECK-NEXT: %[[K:.*]] = attn.kernel (%{{.*}} = %arg0 : tensor<?x?x8xf32>, %{{.*}} = %arg1 : tensor<7x4xf32>) ->
  // CHECK: attn.score
  // CHECK: attn.relative_score
  // CHECK: attn.pair_score
  // CHECK: attn.pointwise
  // CHECK: attn.combine
  // CHECK: return %[[K]]
  %q = attn.split_heads %x into 2 : tensor<?x?x8xf32>
  %s = attn.score dot %q, %q : tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>
  %r = attn.relative_score %q, %table like %q aligned top_left : tensor<?x2x?x4xf32>, tensor<7x4xf32>, tensor<?x2x?x4xf32>
  %t = attn.pair_score %q, %q : tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32> {
  ^bb0(%a: f32, %b: f32, %h: index, %d: index):
    %y = arith.subf %a, %b : f32
    attn.yield %y : f32
  }
  %u = attn.pointwise %s, %r, %t : tensor<?x2x?x?xf32>, tensor<?x2x?x?xf32>, tensor<?x2x?x?xf32> {
  ^bb0(%a: f32, %b: f32, %c: f32):
    %y = arith.addf %a, %b : f32
    %z = arith.addf %y, %c : f32
    attn.yield %z : f32
  }
  %p = attn.normalize softmax %u : tensor<?x2x?x?xf32>
  %o = attn.combine %p, %q : tensor<?x2x?x?xf32>, tensor<?x2x?x4xf32>
  return %o : tensor<?x2x?x4xf32>
}

// A layer of Evolving Attention hands its logits on: one kernel with two results. The fill stands after the projection
// of the output and moves up into the kernel.
// CHECK-LABEL: func.func @evolving
// CHECK-SAME: (%[[X:.*]]: tensor<?x?x8xf32> {{.*}}, %[[PREVIOUS:.*]]: tensor<?x2x?x?xf32> {{.*}},
func.func @evolving(%x: tensor<?x?x8xf32> {attn.dims = ["B", "N", "C"]},
                    %previous: tensor<?x2x?x?xf32> {attn.dims = ["B", "H", "N", "N"]},
                    %w: tensor<2x2x3x3xf32>, %b: tensor<2xf32>) -> (tensor<?x?x8xf32>, tensor<?x2x?x?xf32>) {
  // CHECK-NEXT: %[[WO:.*]] = attn.weight
  // CHECK-NEXT: %[[K:.*]]:2 = attn.kernel ({{.*}} = %[[PREVIOUS]] : {{.*}} -> (tensor<?x2x?x?xf32>, tensor<?x?x8xf32>) {
  // CHECK: attn.score
  // CHECK: %[[MIX:.*]] = attn.pointwise
  // CHECK: %[[SEEN:.*]] = attn.mask %[[MIX]]
  // CHECK: %[[CONV:.*]] = attn.map_conv %[[SEEN]]
  // CHECK: %[[LOGITS:.*]] = attn.pointwise %[[CONV]], %[[SEEN]]
  // CHECK: %[[P:.*]] = attn.normalize softmax %[[LOGITS]]
  // CHECK: %[[O:.*]] = attn.combine %[[P]]
  // CHECK-DAG: %[[M:.*]] = attn.merge_heads %[[O]]
  // CHECK-DAG: %[[T:.*]] = attn.fill %[[LOGITS]]
  // CHECK: attn.yield %[[T]], %[[M]]
  // CHECK: %[[Y:.*]] = attn.linear %[[K]]#1, %[[WO]]
  // CHECK-NEXT: return %[[Y]], %[[K]]#0
  %wo = attn.weight "wo" : tensor<8x8xf32>
  %q = attn.split_heads %x into 2 : tensor<?x?x8xf32>
  %s = attn.score dot %q, %q : tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>
  %mix = attn.pointwise %previous, %s : tensor<?x2x?x?xf32>, tensor<?x2x?x?xf32> {
  ^bb0(%e: f32, %f: f32):
    %r = arith.addf %e, %f : f32
    attn.yield %r : f32
  }
  %seen = attn.mask %mix where causal(top_left) : tensor<?x2x?x?xf32>
  %conv = attn.map_conv %seen, %w, %b shift [1, 1] : tensor<?x2x?x?xf32>, tensor<2x2x3x3xf32>, tensor<2xf32>
  %logits = attn.pointwise %conv, %seen : tensor<?x2x?x?xf32>, tensor<?x2x?x?xf32> {
  ^bb0(%e: f32, %f: f32):
    %r = arith.addf %e, %f : f32
    attn.yield %r : f32
  }
  %p = attn.normalize softmax %logits : tensor<?x2x?x?xf32>
  %o = attn.combine %p, %q : tensor<?x2x?x?xf32>, tensor<?x2x?x4xf32>
  %m = attn.merge_heads %o : tensor<?x2x?x4xf32>
  %y = attn.linear %m, %wo : tensor<?x?x8xf32>, tensor<8x8xf32>
  %t = attn.fill %logits value 0.0 : tensor<?x2x?x?xf32>
  return %y, %t : tensor<?x?x8xf32>, tensor<?x2x?x?xf32>
}

// The second layer blends its scores with the logits of the first, whose output it also needs: two kernels.
// CHECK-LABEL: func.func @two_layers
func.func @two_layers(%x: tensor<?x?x8xf32> {attn.dims = ["B", "N", "C"]}) -> tensor<?x?x8xf32> {
  // CHECK: %[[ONE:.*]]:2 = attn.kernel {{.*}} -> (tensor<?x2x?x?xf32>, tensor<?x?x8xf32>) {
  // CHECK: attn.score
  // CHECK-NOT: attn.pointwise
  // CHECK: attn.yield
  // CHECK: %[[Y:.*]] = attn.linear %[[ONE]]#1
  // CHECK: %[[TWO:.*]] = attn.kernel ({{.*}} = %[[Y]] : tensor<?x?x8xf32>, {{.*}} = %[[ONE]]#0 : tensor<?x2x?x?xf32>) -> tensor<?x?x8xf32> {
  // CHECK: attn.score
  // CHECK: attn.pointwise
  // CHECK: attn.combine
  // CHECK: return %[[TWO]]
  %w = attn.weight "w" : tensor<8x8xf32>
  %q = attn.split_heads %x into 2 : tensor<?x?x8xf32>
  %s = attn.score dot %q, %q : tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>
  %p = attn.normalize softmax %s : tensor<?x2x?x?xf32>
  %o = attn.combine %p, %q : tensor<?x2x?x?xf32>, tensor<?x2x?x4xf32>
  %m = attn.merge_heads %o : tensor<?x2x?x4xf32>
  %y = attn.linear %m, %w : tensor<?x?x8xf32>, tensor<8x8xf32>
  %q2 = attn.split_heads %y into 2 : tensor<?x?x8xf32>
  %s2 = attn.score dot %q2, %q2 : tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>
  %mix = attn.pointwise %s, %s2 : tensor<?x2x?x?xf32>, tensor<?x2x?x?xf32> {
  ^bb0(%e: f32, %f: f32):
    %r = arith.addf %e, %f : f32
    attn.yield %r : f32
  }
  %p2 = attn.normalize softmax %mix : tensor<?x2x?x?xf32>
  %o2 = attn.combine %p2, %q2 : tensor<?x2x?x?xf32>, tensor<?x2x?x4xf32>
  %m2 = attn.merge_heads %o2 : tensor<?x2x?x4xf32>
  return %m2 : tensor<?x?x8xf32>
}

// The second combine needs all rows of the first, whose weights it shares: they leave the first kernel.
// CHECK-LABEL: func.func @negative_values_of_own_weights
func.func @negative_values_of_own_weights(%x: tensor<?x2x?x4xf32> {attn.dims = ["B", "H", "N", "D"]}) -> tensor<?x2x?x4xf32> {
  // CHECK: %[[ONE:.*]]:2 = attn.kernel {{.*}} -> (tensor<?x2x?x?xf32>, tensor<?x2x?x4xf32>) {
  // CHECK: attn.normalize
  // CHECK-NEXT: attn.combine
  // CHECK-NEXT: attn.yield
  // CHECK: attn.kernel ({{.*}} = %[[ONE]]#0 : tensor<?x2x?x?xf32>, {{.*}} = %[[ONE]]#1 : tensor<?x2x?x4xf32>)
  // CHECK-NEXT: attn.combine
  %s = attn.score dot %x, %x : tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>
  %p = attn.normalize softmax %s : tensor<?x2x?x?xf32>
  %o = attn.combine %p, %x : tensor<?x2x?x?xf32>, tensor<?x2x?x4xf32>
  %o2 = attn.combine %p, %o : tensor<?x2x?x?xf32>, tensor<?x2x?x4xf32>
  return %o2 : tensor<?x2x?x4xf32>
}

// Tensors of rank 4 that no map op makes or reads, also when their formula follows attention.
// CHECK-LABEL: func.func @negative_no_map
// CHECK-NOT: attn.kernel
func.func @negative_no_map(%x: tensor<?x2x?x?xf32> {attn.dims = ["B", "H", "N", "M"]}) -> tensor<?x2x?x?xf32> {
  %y = attn.pointwise %x : tensor<?x2x?x?xf32> {
  ^bb0(%e: f32):
    %r = math.tanh %e : f32
    attn.yield %r : f32
  }
  return %y : tensor<?x2x?x?xf32>
}

// CHECK-LABEL: func.func @negative_output
func.func @negative_output(%x: tensor<?x2x?x4xf32> {attn.dims = ["B", "H", "N", "D"]}) -> tensor<?x2x?x4xf32> {
  // CHECK: %[[O:.*]] = attn.kernel
  // CHECK-NOT: attn.pointwise
  // CHECK: attn.yield
  // CHECK: attn.pointwise %[[O]]
  %s = attn.score dot %x, %x : tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>
  %p = attn.normalize softmax %s : tensor<?x2x?x?xf32>
  %o = attn.combine %p, %x : tensor<?x2x?x?xf32>, tensor<?x2x?x4xf32>
  %y = attn.pointwise %o : tensor<?x2x?x4xf32> {
  ^bb0(%e: f32):
    %r = math.tanh %e : f32
    attn.yield %r : f32
  }
  return %y : tensor<?x2x?x4xf32>
}

// CHECK: func.func private @negative_declaration
func.func private @negative_declaration(tensor<?x4xf32>) -> tensor<?x4xf32>

// What is reduced from a map leaves with it, from one kernel; what reads a reduction is another.
// CHECK-LABEL: func.func @reduce
func.func @reduce(%q: tensor<?x2x?x4xf32> {attn.dims = ["B", "H", "N", "D"]},
                  %t: tensor<2x9x9xf32>) -> (tensor<?x2x?x4xf32>, tensor<?x2x?xf32>, tensor<?x?x?xf32>) {
  // CHECK-NEXT: %[[K:.*]]:3 = attn.kernel
  // CHECK-NEXT: attn.given_score
  // CHECK-NEXT: attn.reduce_map logsumexp
  // CHECK-NEXT: attn.normalize
  // CHECK-NEXT: attn.reduce_map mean
  // CHECK-NEXT: attn.combine
  // CHECK: return %[[K]]#2, %[[K]]#0, %[[K]]#1
  %s = attn.given_score %t like %q, %q : tensor<2x9x9xf32>, tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>
  %l = attn.reduce_map logsumexp %s over keys : tensor<?x2x?x?xf32>
  %p = attn.normalize softmax %s : tensor<?x2x?x?xf32>
  %m = attn.reduce_map mean %p over heads : tensor<?x2x?x?xf32>
  %o = attn.combine %p, %q : tensor<?x2x?x?xf32>, tensor<?x2x?x4xf32>
  return %o, %l, %m : tensor<?x2x?x4xf32>, tensor<?x2x?xf32>, tensor<?x?x?xf32>
}

// A formula reads any place of what it captures: a map that is captured is made by another kernel.
// CHECK-LABEL: func.func @negative_captured_map
func.func @negative_captured_map(%q: tensor<?x2x?x4xf32> {attn.dims = ["B", "H", "N", "D"]}) -> tensor<?x2x?x?xf32> {
  // CHECK: attn.kernel
  // CHECK: attn.score
  // CHECK: attn.kernel
  // CHECK: attn.modify
  %s = attn.score dot %q, %q : tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>
  %t = attn.modify %s captures(%s) : tensor<?x2x?x?xf32>, tensor<?x2x?x?xf32> {
  ^bb0(%x: f32, %b: index, %h: index, %i: index, %j: index, %map: tensor<?x2x?x?xf32>):
    %c = arith.constant 0 : index
    %y = tensor.extract %map[%b, %h, %i, %c] : tensor<?x2x?x?xf32>
    %r = arith.subf %x, %y : f32
    attn.yield %r : f32
  }
  return %t : tensor<?x2x?x?xf32>
}
