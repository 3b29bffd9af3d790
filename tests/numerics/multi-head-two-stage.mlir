// Projections in two stages: one for all heads, then one of each.
// RUN: cd %S/data/multi_head_two_stage-two_heads && attn-run %s --reference --rtol 1e-9 --atol 1e-9 --weights=weights.safetensors \
// RUN:   --input xq=xq.npy --expect out=expected_out.npy
// RUN: %run_compiled %s %t --weights=%S/data/multi_head_two_stage-two_heads/weights.safetensors --sizes B=1,N=1 --sizes B=2,N=6 --sizes B=3,N=67 --sizes B=0,N=3 --sizes B=2,N=0

func.func @multi_head(
    %xq: tensor<?x?x8xf32> {attn.name = "xq", attn.dims = ["B", "N", "C"]})
    -> (tensor<?x?x8xf32> {attn.name = "out"}) {
  %Wq = attn.weight "Wq" : tensor<6x8xf32>
  %Uq = attn.weight "Uq" : tensor<6x6xf32>
  %Wk = attn.weight "Wk" : tensor<6x8xf32>
  %Uk = attn.weight "Uk" : tensor<6x6xf32>
  %Wv = attn.weight "Wv" : tensor<6x8xf32>
  %Uv = attn.weight "Uv" : tensor<6x6xf32>
  %Wo = attn.weight "Wo" : tensor<8x6xf32>
  %qa = attn.linear %xq, %Wq : tensor<?x?x8xf32>, tensor<6x8xf32>
  %qp = attn.linear %qa, %Uq : tensor<?x?x6xf32>, tensor<6x6xf32>
  %q = attn.split_heads %qp into 2 : tensor<?x?x6xf32>
  %ka = attn.linear %xq, %Wk : tensor<?x?x8xf32>, tensor<6x8xf32>
  %kp = attn.linear %ka, %Uk : tensor<?x?x6xf32>, tensor<6x6xf32>
  %k = attn.split_heads %kp into 2 : tensor<?x?x6xf32>
  %va = attn.linear %xq, %Wv : tensor<?x?x8xf32>, tensor<6x8xf32>
  %vp = attn.linear %va, %Uv : tensor<?x?x6xf32>, tensor<6x6xf32>
  %v = attn.split_heads %vp into 2 : tensor<?x?x6xf32>
  %a = attn.attention %q, %k, %v scale 0.5773502691896258 : tensor<?x2x?x3xf32>, tensor<?x2x?x3xf32>, tensor<?x2x?x3xf32>
  %m = attn.merge_heads %a : tensor<?x2x?x3xf32>
  %out = attn.linear %m, %Wo : tensor<?x?x6xf32>, tensor<8x6xf32>
  return %out : tensor<?x?x8xf32>
}
