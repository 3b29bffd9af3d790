// Logarithms of probabilities of frequent words and of clusters; of a rare word, the cluster's and its own within it.
// RUN: cd %S/data/adaptive_softmax-three_clusters && attn-run %s --reference --rtol 1e-9 --atol 1e-9 --weights=weights.safetensors \
// RUN:   --input x=x.npy \
// RUN:   --expect logp=expected_logp.npy
// RUN: %run_compiled %s %t --weights=%S/data/adaptive_softmax-three_clusters/weights.safetensors \
// RUN:   --sizes N=1 --sizes N=6 --sizes N=70 --sizes N=0

func.func @adaptive_softmax(%x: tensor<?x8xf32> {attn.name = "x", attn.dims = ["N", "C"]})
    -> (tensor<?x20xf32> {attn.name = "logp"}) {
  %head = attn.weight "head" : tensor<7x8xf32>
  %h = attn.linear %x, %head : tensor<?x8xf32>, tensor<7x8xf32>
  %mhead = attn.rearrange %h sizes affine_map<(n, v) -> (1, 1, n, v)> from affine_map<(b, h, n, v) -> (n, v)> : tensor<?x7xf32>
  %lhead = attn.reduce_map logsumexp %mhead over keys : tensor<1x1x?x7xf32>
  %rhead = attn.rearrange %lhead sizes affine_map<(b, h, n) -> (n, 1)> from affine_map<(n, z) -> (0, 0, n)> : tensor<1x1x?xf32>
  %phead = attn.pointwise %h, %rhead : tensor<?x7xf32>, tensor<?x1xf32> {
  ^bb0(%v: f32, %l: f32):
    %d = arith.subf %v, %l : f32
    attn.yield %d : f32
  }
  %A0 = attn.weight "tail0.A" : tensor<4x8xf32>
  %B0 = attn.weight "tail0.B" : tensor<6x4xf32>
  %a0 = attn.linear %x, %A0 : tensor<?x8xf32>, tensor<4x8xf32>
  %t0 = attn.linear %a0, %B0 : tensor<?x4xf32>, tensor<6x4xf32>
  %m0 = attn.rearrange %t0 sizes affine_map<(n, v) -> (1, 1, n, v)> from affine_map<(b, h, n, v) -> (n, v)> : tensor<?x6xf32>
  %l0 = attn.reduce_map logsumexp %m0 over keys : tensor<1x1x?x6xf32>
  %r0 = attn.rearrange %l0 sizes affine_map<(b, h, n) -> (n, 1)> from affine_map<(n, z) -> (0, 0, n)> : tensor<1x1x?xf32>
  %p0 = attn.pointwise %t0, %r0 : tensor<?x6xf32>, tensor<?x1xf32> {
  ^bb0(%v: f32, %l: f32):
    %d = arith.subf %v, %l : f32
    attn.yield %d : f32
  }
  %s0 = attn.rearrange %phead sizes affine_map<(n, v) -> (n, 1)> from affine_map<(n, z) -> (n, 5)> : tensor<?x7xf32>
  %q0 = attn.add %p0, %s0 : tensor<?x6xf32>, tensor<?x1xf32>
  %A1 = attn.weight "tail1.A" : tensor<2x8xf32>
  %B1 = attn.weight "tail1.B" : tensor<9x2xf32>
  %a1 = attn.linear %x, %A1 : tensor<?x8xf32>, tensor<2x8xf32>
  %t1 = attn.linear %a1, %B1 : tensor<?x2xf32>, tensor<9x2xf32>
  %m1 = attn.rearrange %t1 sizes affine_map<(n, v) -> (1, 1, n, v)> from affine_map<(b, h, n, v) -> (n, v)> : tensor<?x9xf32>
  %l1 = attn.reduce_map logsumexp %m1 over keys : tensor<1x1x?x9xf32>
  %r1 = attn.rearrange %l1 sizes affine_map<(b, h, n) -> (n, 1)> from affine_map<(n, z) -> (0, 0, n)> : tensor<1x1x?xf32>
  %p1 = attn.pointwise %t1, %r1 : tensor<?x9xf32>, tensor<?x1xf32> {
  ^bb0(%v: f32, %l: f32):
    %d = arith.subf %v, %l : f32
    attn.yield %d : f32
  }
  %s1 = attn.rearrange %phead sizes affine_map<(n, v) -> (n, 1)> from affine_map<(n, z) -> (n, 6)> : tensor<?x7xf32>
  %q1 = attn.add %p1, %s1 : tensor<?x9xf32>, tensor<?x1xf32>
  %frequent = attn.rearrange %phead sizes affine_map<(n, v) -> (n, 5)> from affine_map<(n, v) -> (n, v)> : tensor<?x7xf32>
  %some = attn.concat %frequent, %q0 : tensor<?x5xf32>, tensor<?x6xf32>
  %logp = attn.concat %some, %q1 : tensor<?x11xf32>, tensor<?x9xf32>
  return %logp : tensor<?x20xf32>
}
