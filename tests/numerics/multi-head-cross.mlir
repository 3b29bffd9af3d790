// Keys and values from another sequence of another width, padded.
// RUN: cd %S/data/multi_head-cross_masked && attn-run %s --reference --rtol 1e-9 --atol 1e-9 \
// RUN:   --weights=weights.safetensors \
// RUN:   --input xq=xq.npy --input xkv=xkv.npy --input lengths=lengths.npy --expect out=expected_out.npy
// RUN: %run_compiled %s %t --weights=%S/data/multi_head-cross_masked/weights.safetensors --sizes B=2,N=7,M=13 \
// RUN:   --sizes B=1,N=65,M=64 --sizes B=2,N=1,M=513 --sizes B=3,N=17,M=1 --sizes B=0,N=7,M=13 --sizes B=2,N=0,M=5 \
// RUN:   --sizes B=2,N=3,M=0

func.func @multi_head(
    %xq: tensor<?x?x12xf32> {attn.name = "xq", attn.dims = ["B", "N", "C"]},
    %xkv: tensor<?x?x10xf32> {attn.name = "xkv", attn.dims = ["B", "M", "C2"]},
    %lengths: tensor<?xi32> {attn.name = "lengths", attn.dims = ["B"]})
    -> (tensor<?x?x12xf32> {attn.name = "out"}) {
  %Wq = attn.weight "Wq" : tensor<8x12xf32>
  %bq = attn.weight "bq" : tensor<8xf32>
  %Wk = attn.weight "Wk" : tensor<8x10xf32>
  %bk = attn.weight "bk" : tensor<8xf32>
  %Wv = attn.weight "Wv" : tensor<8x10xf32>
  %bv = attn.weight "bv" : tensor<8xf32>
  %Wo = attn.weight "Wo" : tensor<12x8xf32>
  %bo = attn.weight "bo" : tensor<12xf32>
  %qp = attn.linear %xq, %Wq, %bq : tensor<?x?x12xf32>, tensor<8x12xf32>, tensor<8xf32>
  %q = attn.split_heads %qp into 2 : tensor<?x?x8xf32>
  %kp = attn.linear %xkv, %Wk, %bk : tensor<?x?x10xf32>, tensor<8x10xf32>, tensor<8xf32>
  %k = attn.split_heads %kp into 2 : tensor<?x?x8xf32>
  %vp = attn.linear %xkv, %Wv, %bv : tensor<?x?x10xf32>, tensor<8x10xf32>, tensor<8xf32>
  %v = attn.split_heads %vp into 2 : tensor<?x?x8xf32>
  %a = attn.attention %q, %k, %v scale 0.5 where lengths(%lengths)
      : tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>, tensor<?xi32>
  %m = attn.merge_heads %a : tensor<?x2x?x4xf32>
  %out = attn.linear %m, %Wo, %bo : tensor<?x?x8xf32>, tensor<12x8xf32>, tensor<12xf32>
  return %out : tensor<?x?x12xf32>
}
