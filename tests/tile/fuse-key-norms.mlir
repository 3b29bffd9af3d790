// Norms of keys that are read in rows move into the kernel that reads them.
// RUN: attn-opt %s --attn-fuse --attn-choose-schedules=vector-bits=256 --attn-assign-layouts --attn-fuse-key-norms | FileCheck %s

// The map leaves: a strip. Only the query's norm stays a kernel.
// CHECK-LABEL: func.func @strip
// CHECK-SAME: %[[K:[a-z0-9]+]]: tensor<?x2x?x64xf32>
// CHECK: attn.kernel
// CHECK: attn.l2_normalize
// CHECK: attn.kernel
// CHECK-SAME: %[[KEYS:[a-z0-9_]+]] = %[[K]]
// CHECK-SAME: strategy = strip
// CHECK: %[[N:.+]] = attn.l2_normalize %[[KEYS]]
// CHECK: attn.score dot %{{.+}}, %[[N]]
// CHECK-NOT: l2_normalize
func.func @strip(%q: tensor<?x2x1x64xf32> {attn.dims = ["B", "H", "N", "D"]},
                 %k: tensor<?x2x?x64xf32> {attn.dims = ["B", "H", "M", "D"]}) -> tensor<?x2x1x?xf32> {
  %qn = attn.l2_normalize %q eps 1.0e-8 : tensor<?x2x1x64xf32>
  %kn = attn.l2_normalize %k eps 1.0e-8 : tensor<?x2x?x64xf32>
  %s = attn.score dot %qn, %kn : tensor<?x2x1x64xf32>, tensor<?x2x?x64xf32>
  %p = attn.normalize softmax %s : tensor<?x2x1x?xf32>
  return %p : tensor<?x2x1x?xf32>
}

// Heads in one row, and a decoding kernel.
// CHECK-LABEL: func.func @decode
// CHECK: strategy = decode
// CHECK: %[[HEADS:.+]] = attn.split_heads
// CHECK: attn.l2_normalize
// CHECK: attn.score dot
func.func @decode(%q: tensor<?x2x1x64xf32> {attn.dims = ["B", "H", "N", "D"]},
                  %rows: tensor<?x?x128xf32> {attn.dims = ["B", "M", "C"]}) -> tensor<?x2x1x64xf32> {
  %k = attn.split_heads %rows into 2 : tensor<?x?x128xf32>
  %kn = attn.l2_normalize %k eps 1.0e-8 : tensor<?x2x?x64xf32>
  %s = attn.score dot %q, %kn : tensor<?x2x1x64xf32>, tensor<?x2x?x64xf32>
  %p = attn.normalize softmax %s : tensor<?x2x1x?xf32>
  %o = attn.combine %p, %k : tensor<?x2x1x?xf32>, tensor<?x2x?x64xf32>
  return %o : tensor<?x2x1x64xf32>
}

// Keys of many queries go into panels, normalised.
// CHECK-LABEL: func.func @negative_panels
// CHECK: attn.l2_normalize
// CHECK: key_panels
// CHECK-NOT: l2_normalize
func.func @negative_panels(%q: tensor<?x2x64x64xf32> {attn.dims = ["B", "H", "N", "D"]},
                           %k: tensor<?x2x?x64xf32> {attn.dims = ["B", "H", "M", "D"]}) -> tensor<?x2x64x?xf32> {
  %kn = attn.l2_normalize %k eps 1.0e-8 : tensor<?x2x?x64xf32>
  %s = attn.score dot %q, %kn : tensor<?x2x64x64xf32>, tensor<?x2x?x64xf32>
  return %s : tensor<?x2x64x?xf32>
}

// What two read is normalised once.
// CHECK-LABEL: func.func @negative_shared
// CHECK-COUNT-1: attn.l2_normalize
// CHECK-NOT: l2_normalize
func.func @negative_shared(%q: tensor<?x2x1x64xf32> {attn.dims = ["B", "H", "N", "D"]},
                           %k: tensor<?x2x?x64xf32> {attn.dims = ["B", "H", "M", "D"]})
    -> (tensor<?x2x1x?xf32>, tensor<?x2x?x64xf32>) {
  %kn = attn.l2_normalize %k eps 1.0e-8 : tensor<?x2x?x64xf32>
  %s = attn.score dot %q, %kn : tensor<?x2x1x64xf32>, tensor<?x2x?x64xf32>
  return %s, %kn : tensor<?x2x1x?xf32>, tensor<?x2x?x64xf32>
}

// Here the norm is of what another op makes in its kernel.
// CHECK-LABEL: func.func @negative_made
// CHECK: attn.pointwise
// CHECK: attn.l2_normalize
// CHECK: attn.kernel
// CHECK-NOT: l2_normalize
func.func @negative_made(%q: tensor<?x2x1x64xf32> {attn.dims = ["B", "H", "N", "D"]},
                         %k: tensor<?x2x?x64xf32> {attn.dims = ["B", "H", "M", "D"]}) -> tensor<?x2x1x?xf32> {
  %t = attn.pointwise %k : tensor<?x2x?x64xf32> {
  ^bb0(%x: f32):
    %y = math.tanh %x : f32
    attn.yield %y : f32
  }
  %kn = attn.l2_normalize %t eps 1.0e-8 : tensor<?x2x?x64xf32>
  %s = attn.score dot %q, %kn : tensor<?x2x1x64xf32>, tensor<?x2x?x64xf32>
  return %s : tensor<?x2x1x?xf32>
}
