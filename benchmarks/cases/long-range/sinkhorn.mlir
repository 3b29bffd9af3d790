// Sinkhorn attention (Tay et al. 2020): keys and values of blocks of 64, mixed by a map of blocks, beside the own.
func.func @sinkhorn(
    %q: tensor<?x8x?x64xf32> {attn.name = "q", attn.dims = ["B", "H", "N", "D"]},
    %k: tensor<?x8x?x64xf32> {attn.name = "k", attn.dims = ["B", "H", "N", "D"]},
    %v: tensor<?x8x?x64xf32> {attn.name = "v", attn.dims = ["B", "H", "N", "D"]},
    %x: tensor<?x?x512xf32> {attn.name = "x", attn.dims = ["B", "N", "C"]})
    -> (tensor<?x8x?x64xf32> {attn.name = "out"}) {
  %w1 = attn.weight "W1" : tensor<64x512xf32>
  %b1 = attn.weight "b1" : tensor<64xf32>
  %w2 = attn.weight "W2" : tensor<1024x64xf32>
  %b2 = attn.weight "b2" : tensor<1024xf32>
  %sums = attn.block_sum %x by 64 : tensor<?x?x512xf32>
  %hidden = attn.linear %sums, %w1, %b1 : tensor<?x?x512xf32>, tensor<64x512xf32>, tensor<64xf32>
  %active = attn.activation relu %hidden : tensor<?x?x64xf32>
  %rows = attn.linear %active, %w2, %b2 : tensor<?x?x64xf32>, tensor<1024x64xf32>, tensor<1024xf32>
  %scaled = attn.pointwise %rows : tensor<?x?x1024xf32> {
  ^bb0(%r: f32):
    %temperature = arith.constant 0.75 : f32
    %y = arith.divf %r, %temperature : f32
    attn.yield %y : f32
  }
  %table = attn.split_heads %scaled into 1 : tensor<?x?x1024xf32>
  %kb = attn.group_rows %k by 64 : tensor<?x8x?x64xf32>
  %vb = attn.group_rows %v by 64 : tensor<?x8x?x64xf32>
  %s = attn.given_score %table like %kb, %kb : tensor<?x1x?x1024xf32>, tensor<?x8x?x4096xf32>, tensor<?x8x?x4096xf32>
  %p = attn.normalize sinkhorn %s iterations 5 : tensor<?x8x?x?xf32>
  %ks = attn.combine %p, %kb : tensor<?x8x?x?xf32>, tensor<?x8x?x4096xf32>
  %vs = attn.combine %p, %vb : tensor<?x8x?x?xf32>, tensor<?x8x?x4096xf32>
  %kp = attn.concat %ks, %kb : tensor<?x8x?x4096xf32>, tensor<?x8x?x4096xf32>
  %vp = attn.concat %vs, %vb : tensor<?x8x?x4096xf32>, tensor<?x8x?x4096xf32>
  %keys = attn.ungroup_rows %kp by 128 : tensor<?x8x?x8192xf32>
  %values = attn.ungroup_rows %vp by 128 : tensor<?x8x?x8192xf32>
  %out = attn.attention %q, %keys, %values scale 0.125 where blocks(64, 128, 0, 0)
      : tensor<?x8x?x64xf32>, tensor<?x8x?x64xf32>, tensor<?x8x?x64xf32>
  return %out : tensor<?x8x?x64xf32>
}
