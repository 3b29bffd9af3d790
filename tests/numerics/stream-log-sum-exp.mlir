// The log-sum-exp of each query beside the streamed output, by heads and merged; -inf where a query sees no key.
// RUN: attnc %s --explain | FileCheck %s
// CHECK-NOT: strategy: strip
// CHECK-COUNT-2: strategy: stream
// CHECK-NOT: strategy: strip
// RUN: %run_compiled %s %t --sizes B=2,N=7,M=13 --sizes B=2,N=100,M=5 --sizes B=2,N=40,M=600 --sizes B=2,N=13,M=7 \
// RUN:   --sizes B=0,N=7,M=13 --sizes B=2,N=0,M=5 --sizes B=2,N=3,M=0

func.func @attention(
    %x: tensor<?x?x8xf32> {attn.name = "x", attn.dims = ["B", "N", "C"]},
    %y: tensor<?x?x8xf32> {attn.name = "y", attn.dims = ["B", "M", "C"]})
    -> (tensor<?x?x8xf32> {attn.name = "merged"}, tensor<?x2x?xf32> {attn.name = "first"},
        tensor<?x2x?x4xf32> {attn.name = "out"}, tensor<?x2x?xf32> {attn.name = "second"}) {
  %q = attn.split_heads %x into 2 : tensor<?x?x8xf32>
  %k = attn.split_heads %y into 2 : tensor<?x?x8xf32>
  %s = attn.score dot %q, %k scale 0.5 : tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>
  %m = attn.mask %s where causal(bottom_right) : tensor<?x2x?x?xf32>
  %first = attn.reduce_map logsumexp %m over keys : tensor<?x2x?x?xf32>
  %p = attn.normalize softmax %m : tensor<?x2x?x?xf32>
  %o = attn.combine %p, %k : tensor<?x2x?x?xf32>, tensor<?x2x?x4xf32>
  %merged = attn.merge_heads %o : tensor<?x2x?x4xf32>
  %t = attn.score dot %q, %k scale 2.0 : tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>
  %u = attn.modify %t : tensor<?x2x?x?xf32> {
  ^bb0(%a: f32, %b: index, %h: index, %i: index, %j: index):
    %r = math.tanh %a : f32
    attn.yield %r : f32
  }
  %w = attn.normalize softmax %u : tensor<?x2x?x?xf32>
  %out = attn.combine %w, %k : tensor<?x2x?x?xf32>, tensor<?x2x?x4xf32>
  %second = attn.reduce_map logsumexp %u over keys : tensor<?x2x?x?xf32>
  return %merged, %first, %out, %second : tensor<?x?x8xf32>, tensor<?x2x?xf32>, tensor<?x2x?x4xf32>, tensor<?x2x?xf32>
}
