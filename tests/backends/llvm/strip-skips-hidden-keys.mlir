// Products of a strip run over the keys that masks leave: here those before 5, rounded up to panels.
// RUN: attnc %s --stop-after=lower -march=x86-64-v3 -o - | FileCheck %s

func.func @heads(%q: tensor<?x2x?x8xf32> {attn.name = "q", attn.dims = ["B", "H", "N", "D"]},
                 %w: tensor<2x2xf32> {attn.name = "w", attn.dims = ["H", "H"]})
    -> (tensor<?x2x?x8xf32> {attn.name = "out"}) {
  %s = attn.score dot %q, %q : tensor<?x2x?x8xf32>, tensor<?x2x?x8xf32>
  %t = attn.mask %s where prefix(5) : tensor<?x2x?x?xf32>
  %p = attn.normalize softmax %t : tensor<?x2x?x?xf32>
  %m = attn.mix_heads %p, %w : tensor<?x2x?x?xf32>, tensor<2x2xf32>
  %o = attn.combine %m, %q : tensor<?x2x?x?xf32>, tensor<?x2x?x8xf32>
  return %o : tensor<?x2x?x8xf32>
}

// Every register tile of the product with the keys, then every one of that with the values.
// CHECK-LABEL: func.func private @heads_k2_strip
// CHECK: %[[SEEN:.*]] = arith.minsi %[[KEYS:.*]], %c5_i64
// CHECK: %[[BEFORE:.*]] = arith.minsi %[[KEYS]], %[[SEEN]]
// CHECK: %[[END:.*]] = arith.maxsi %[[BEFORE]], %{{.*}}
// CHECK: scf.for %{{.*}} = %{{.*}} to %[[END]] step %c16
// CHECK: %[[SEEN:.*]] = arith.minsi %[[KEYS]], %c5_i64
// CHECK: %[[BEFORE:.*]] = arith.minsi %[[KEYS]], %[[SEEN]]
// CHECK: %[[END:.*]] = arith.maxsi %[[BEFORE]], %{{.*}}
// CHECK: scf.for %{{.*}} = %{{.*}} to %[[END]] step %c1_{{.*}} iter_args
// CHECK: %[[SEEN:.*]] = arith.minsi %[[KEYS]], %c5_i64
// CHECK: %[[BEFORE:.*]] = arith.minsi %[[KEYS]], %[[SEEN]]
// CHECK: %[[END:.*]] = arith.maxsi %[[BEFORE]], %{{.*}}
// CHECK: scf.for %{{.*}} = %{{.*}} to %[[END]] step %c1_{{.*}} iter_args
