// The whole stage on a real model: the embedding, five kernels a layer, the pooling. Nothing is computed outside.
// RUN: attnc %examples/minilm/model.mlir --stop-after=fuse -o - | FileCheck %s --implicit-check-not="= attn.kernel"
// RUN: attnc %examples/minilm/model.mlir --stop-after=fuse -o - | grep -E '^    %[0-9:]+ = attn\.' \
// RUN:   | not grep -vE 'attn\.(kernel|weight) '

// CHECK: %[[X:.*]] = attn.kernel
// CHECK: attn.embed
// CHECK: attn.positions
// CHECK: attn.layer_norm
// CHECK-NEXT: attn.yield

// Query, key and value together; the map between two kernels that hold no map.
// CHECK: %[[QKV:.*]]:3 = attn.kernel (%{{.*}} = %[[X]] :
// CHECK-NEXT: attn.linear
// CHECK-NEXT: attn.linear
// CHECK-NEXT: attn.linear
// CHECK-NEXT: attn.yield
// CHECK: %[[MAP:.*]] = attn.kernel (%{{.*}} = %[[QKV]]#0 : {{.*}} = %[[QKV]]#1 : {{.*}} = %[[QKV]]#2 :
// CHECK: attn.score
// CHECK: attn.merge_heads
// CHECK-NEXT: attn.yield
// CHECK: %[[H:.*]] = attn.kernel (%{{.*}} = %[[MAP]] : {{.*}} = %[[X]] :
// CHECK: attn.linear
// CHECK: attn.layer_norm
// CHECK-NEXT: attn.yield
// CHECK: %[[INNER:.*]] = attn.kernel (%{{.*}} = %[[H]] :
// CHECK: attn.linear
// CHECK: math.erf
// CHECK: %{{.*}} = attn.kernel (%{{.*}} = %[[INNER]] : {{.*}} = %[[H]] :
// CHECK: attn.linear
// CHECK: attn.layer_norm
// CHECK-NEXT: attn.yield

// Five more layers.
// CHECK-COUNT-25: = attn.kernel
// CHECK: = attn.kernel
// CHECK-NEXT: attn.pool mean
// CHECK-NEXT: attn.l2_normalize
// CHECK-NEXT: attn.yield
