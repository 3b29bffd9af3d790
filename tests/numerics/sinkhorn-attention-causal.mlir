// Sinkhorn attention (Tay et al. 2020), causal: a map between blocks of three tokens, from sums of blocks, sorts keys and
// values; at most four blocks, as the weights have columns.
// RUN: cd %S/data/sinkhorn_attention-concat_causal && attn-run %s --reference --weights weights.safetensors --rtol 1e-6 --atol 1e-6 \
// RUN:   --input q=q.npy --input k=k.npy --input v=v.npy --input x=x.npy --expect out=expected_out.npy
// RUN: %run_compiled %s %t --weights %S/data/sinkhorn_attention-concat_causal/weights.safetensors --sizes B=2,N=12 --sizes B=1,N=3 \
// RUN:   --sizes B=3,N=6 --sizes B=0,N=9 --sizes B=1,N=0

func.func @sinkhorn(
    %q: tensor<?x2x?x4xf32> {attn.name = "q", attn.dims = ["B", "H", "N", "D"]},
    %k: tensor<?x2x?x4xf32> {attn.name = "k", attn.dims = ["B", "H", "N", "D"]},
    %v: tensor<?x2x?x4xf32> {attn.name = "v", attn.dims = ["B", "H", "N", "D"]},
    %x: tensor<?x?x6xf32> {attn.name = "x", attn.dims = ["B", "N", "C"]}) -> (tensor<?x2x?x4xf32> {attn.name = "out"}) {
  %w1 = attn.weight "W1" : tensor<8x6xf32>
  %b1 = attn.weight "b1" : tensor<8xf32>
  %w2 = attn.weight "W2" : tensor<4x8xf32>
  %b2 = attn.weight "b2" : tensor<4xf32>
  %sums = attn.block_sum %x by 3 running : tensor<?x?x6xf32>
  %hidden = attn.linear %sums, %w1, %b1 : tensor<?x?x6xf32>, tensor<8x6xf32>, tensor<8xf32>
  %active = attn.activation relu %hidden : tensor<?x?x8xf32>
  %rows = attn.linear %active, %w2, %b2 : tensor<?x?x8xf32>, tensor<4x8xf32>, tensor<4xf32>
  %scaled = attn.pointwise %rows : tensor<?x?x4xf32> {
  ^bb0(%r: f32):
    %temperature = arith.constant 0.75 : f32
    %y = arith.divf %r, %temperature : f32
    attn.yield %y : f32
  }
  %table = attn.split_heads %scaled into 1 : tensor<?x?x4xf32>
  %kb = attn.group_rows %k by 3 : tensor<?x2x?x4xf32>
  %vb = attn.group_rows %v by 3 : tensor<?x2x?x4xf32>
  %s = attn.given_score %table like %kb, %kb : tensor<?x1x?x4xf32>, tensor<?x2x?x12xf32>, tensor<?x2x?x12xf32>
  %late = attn.mask %s where causal(top_left) and not window(0, 0, top_left) : tensor<?x2x?x?xf32>
  %p = attn.normalize softmax %late : tensor<?x2x?x?xf32>
  %ks = attn.combine %p, %kb : tensor<?x2x?x?xf32>, tensor<?x2x?x12xf32>
  %vs = attn.combine %p, %vb : tensor<?x2x?x?xf32>, tensor<?x2x?x12xf32>
  %kp = attn.concat %ks, %kb : tensor<?x2x?x12xf32>, tensor<?x2x?x12xf32>
  %vp = attn.concat %vs, %vb : tensor<?x2x?x12xf32>, tensor<?x2x?x12xf32>
  %keys = attn.ungroup_rows %kp by 6 : tensor<?x2x?x24xf32>
  %values = attn.ungroup_rows %vp by 6 : tensor<?x2x?x24xf32>
  %t = attn.score dot %q, %keys scale 0.5 : tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>
  // Of a pair of blocks the first is the sorted one, which the first block of queries has not; the second its own.
  %m = attn.mask %t where blocks(3, 6, 0, 0) and predicate : tensor<?x2x?x?xf32> {
  ^bb0(%b: index, %h: index, %i: index, %j: index):
    %size = arith.constant 3 : index
    %pair = arith.constant 6 : index
    %place = arith.remui %j, %pair : index
    %isOwn = arith.cmpi sle, %size, %place : index
    %after = arith.subi %place, %size : index
    %query = arith.remui %i, %size : index
    %past = arith.cmpi sle, %after, %query : index
    %later = arith.cmpi sle, %size, %i : index
    %visible = arith.select %isOwn, %past, %later : i1
    attn.yield %visible : i1
  }
  %weights = attn.normalize softmax %m : tensor<?x2x?x?xf32>
  %out = attn.combine %weights, %values : tensor<?x2x?x?xf32>, tensor<?x2x?x4xf32>
  return %out : tensor<?x2x?x4xf32>
}
