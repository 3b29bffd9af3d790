// A score map that nobody else reads lives in one kernel, with the splits and merges of heads around it.
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

// The weights are a result: the map must exist.
// CHECK-LABEL: func.func @negative_returned_map
// CHECK-NOT: attn.kernel
func.func @negative_returned_map(%x: tensor<?x2x?x4xf32> {attn.dims = ["B", "H", "N", "D"]}) -> (tensor<?x2x?x4xf32>, tensor<?x2x?x?xf32>) {
  %s = attn.score dot %x, %x : tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>
  %p = attn.normalize softmax %s : tensor<?x2x?x?xf32>
  %o = attn.combine %p, %x : tensor<?x2x?x?xf32>, tensor<?x2x?x4xf32>
  return %o, %p : tensor<?x2x?x4xf32>, tensor<?x2x?x?xf32>
}

// One score, two maps.
// CHECK-LABEL: func.func @negative_shared_score
// CHECK-NOT: attn.kernel
func.func @negative_shared_score(%x: tensor<?x2x?x4xf32> {attn.dims = ["B", "H", "N", "D"]}) -> (tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>) {
  %s = attn.score dot %x, %x : tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>
  %p = attn.normalize softmax %s : tensor<?x2x?x?xf32>
  %o = attn.combine %p, %x : tensor<?x2x?x?xf32>, tensor<?x2x?x4xf32>
  %m = attn.mask %s where causal(top_left) : tensor<?x2x?x?xf32>
  %p2 = attn.normalize softmax %m : tensor<?x2x?x?xf32>
  %o2 = attn.combine %p2, %x : tensor<?x2x?x?xf32>, tensor<?x2x?x4xf32>
  return %o, %o2 : tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>
}

// A map that comes from outside has no score.
// CHECK-LABEL: func.func @negative_given_map
// CHECK-NOT: attn.kernel
func.func @negative_given_map(%s: tensor<?x2x?x?xf32>, %v: tensor<?x2x?x4xf32>) -> tensor<?x2x?x4xf32> {
  %p = attn.normalize softmax %s : tensor<?x2x?x?xf32>
  %o = attn.combine %p, %v : tensor<?x2x?x?xf32>, tensor<?x2x?x4xf32>
  return %o : tensor<?x2x?x4xf32>
}

// CHECK: func.func private @negative_declaration
func.func private @negative_declaration(tensor<?x4xf32>) -> tensor<?x4xf32>
