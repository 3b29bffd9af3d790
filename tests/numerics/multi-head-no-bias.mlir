// One head, no biases, one query.
// RUN: cd %S/data/multi_head-no_bias_one_head && attn-run %s --reference --rtol 1e-9 --atol 1e-9 \
// RUN:   --weights=weights.safetensors \
// RUN:   --input xq=xq.npy --input xkv=xkv.npy --expect out=expected_out.npy
// RUN: %run_compiled %s %t --weights=%S/data/multi_head-no_bias_one_head/weights.safetensors --sizes B=2,N=7,M=13 \
// RUN:   --sizes B=1,N=65,M=64 --sizes B=2,N=1,M=513 --sizes B=3,N=17,M=1 --sizes B=0,N=7,M=13 --sizes B=2,N=0,M=5 \
// RUN:   --sizes B=2,N=3,M=0

func.func @multi_head(
    %xq: tensor<?x?x5xf32> {attn.name = "xq", attn.dims = ["B", "N", "C"]},
    %xkv: tensor<?x?x5xf32> {attn.name = "xkv", attn.dims = ["B", "M", "C2"]})
    -> (tensor<?x?x5xf32> {attn.name = "out"}) {
  %Wq = attn.weight "Wq" : tensor<5x5xf32>
  %Wk = attn.weight "Wk" : tensor<5x5xf32>
  %Wv = attn.weight "Wv" : tensor<5x5xf32>
  %Wo = attn.weight "Wo" : tensor<5x5xf32>
  %qp = attn.linear %xq, %Wq : tensor<?x?x5xf32>, tensor<5x5xf32>
  %q = attn.split_heads %qp into 1 : tensor<?x?x5xf32>
  %kp = attn.linear %xkv, %Wk : tensor<?x?x5xf32>, tensor<5x5xf32>
  %k = attn.split_heads %kp into 1 : tensor<?x?x5xf32>
  %vp = attn.linear %xkv, %Wv : tensor<?x?x5xf32>, tensor<5x5xf32>
  %v = attn.split_heads %vp into 1 : tensor<?x?x5xf32>
  %a = attn.attention %q, %k, %v scale 0.4472135954999579
      : tensor<?x1x?x5xf32>, tensor<?x1x?x5xf32>, tensor<?x1x?x5xf32>
  %m = attn.merge_heads %a : tensor<?x1x?x5xf32>
  %out = attn.linear %m, %Wo : tensor<?x?x5xf32>, tensor<5x5xf32>
  return %out : tensor<?x?x5xf32>
}
