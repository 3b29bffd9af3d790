// Every head has projections of its own, of any width: one linear after another in memory.
// RUN: cd %S/data/multi_head_own-odd_widths && attn-run %s --reference --rtol 1e-9 --atol 1e-9 --weights=weights.safetensors \
// RUN:   --input xq=xq.npy --input xkv=xkv.npy --expect out=expected_out.npy
// RUN: %run_compiled %s %t --weights=%S/data/multi_head_own-odd_widths/weights.safetensors --sizes B=1,N=1,M=1 --sizes B=2,N=6,M=9 --sizes B=3,N=67,M=5 --sizes B=0,N=3,M=4 --sizes B=2,N=3,M=0

func.func @multi_head(
    %xq: tensor<?x?x8xf32> {attn.name = "xq", attn.dims = ["B", "N", "C"]},
    %xkv: tensor<?x?x6xf32> {attn.name = "xkv", attn.dims = ["B", "M", "K"]})
    -> (tensor<?x?x8xf32> {attn.name = "out"}) {
  %Wq = attn.weight "Wq" : tensor<15x8xf32>
  %Wk = attn.weight "Wk" : tensor<15x6xf32>
  %Wv = attn.weight "Wv" : tensor<21x6xf32>
  %Wo = attn.weight "Wo" : tensor<8x21xf32>
  %qp = attn.linear %xq, %Wq : tensor<?x?x8xf32>, tensor<15x8xf32>
  %q = attn.split_heads %qp into 3 : tensor<?x?x15xf32>
  %kp = attn.linear %xkv, %Wk : tensor<?x?x6xf32>, tensor<15x6xf32>
  %k = attn.split_heads %kp into 3 : tensor<?x?x15xf32>
  %vp = attn.linear %xkv, %Wv : tensor<?x?x6xf32>, tensor<21x6xf32>
  %v = attn.split_heads %vp into 3 : tensor<?x?x21xf32>
  %a = attn.attention %q, %k, %v scale 0.4472135954999579 : tensor<?x3x?x5xf32>, tensor<?x3x?x5xf32>, tensor<?x3x?x7xf32>
  %m = attn.merge_heads %a : tensor<?x3x?x7xf32>
  %out = attn.linear %m, %Wo : tensor<?x?x21xf32>, tensor<8x21xf32>
  return %out : tensor<?x?x8xf32>
}
