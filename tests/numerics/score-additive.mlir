// Additive scores of projected heads.
// RUN: cd %S/data/attention_general-score_additive && attn-run %s --reference --rtol 1e-9 --atol 1e-9 \
// RUN:   --weights=weights.safetensors --input q=q.npy --input k=k.npy --input v=v.npy --expect out=expected_out.npy \
// RUN:   --expect map=expected_map.npy
// RUN: %run_compiled %s %t --weights=%S/data/attention_general-score_additive/weights.safetensors \
// RUN:   --sizes B=2,N=7,M=13 --sizes B=1,N=65,M=64 --sizes B=2,N=1,M=33 --sizes B=3,N=17,M=1 --sizes B=1,N=33,M=140 \
// RUN:   --sizes B=0,N=7,M=13 --sizes B=2,N=0,M=5 --sizes B=2,N=3,M=0

func.func @attention(
    %q: tensor<?x2x?x4xf32> {attn.name = "q", attn.dims = ["B", "H", "N", "D"]},
    %k: tensor<?x2x?x6xf32> {attn.name = "k", attn.dims = ["B", "H", "M", "Dk"]},
    %v: tensor<?x2x?x3xf32> {attn.name = "v", attn.dims = ["B", "H", "M", "E"]})
    -> (tensor<?x2x?x3xf32> {attn.name = "out"}, tensor<?x2x?x?xf32> {attn.name = "map"}) {
  %Wq = attn.weight "Wq" : tensor<5x4xf32>
  %b = attn.weight "b" : tensor<5xf32>
  %Wk = attn.weight "Wk" : tensor<5x6xf32>
  %a = attn.weight "v" : tensor<5xf32>
  %qp = attn.linear %q, %Wq, %b : tensor<?x2x?x4xf32>, tensor<5x4xf32>, tensor<5xf32>
  %kp = attn.linear %k, %Wk : tensor<?x2x?x6xf32>, tensor<5x6xf32>
  %s = attn.score additive %qp, %kp with %a : tensor<?x2x?x5xf32>, tensor<?x2x?x5xf32>, tensor<5xf32>
  %map = attn.normalize softmax %s : tensor<?x2x?x?xf32>
  %out = attn.combine %map, %v : tensor<?x2x?x?xf32>, tensor<?x2x?x3xf32>
  return %out, %map : tensor<?x2x?x3xf32>, tensor<?x2x?x?xf32>
}
