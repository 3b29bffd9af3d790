// Projections, three heads, output projection; the map is a result too.
// RUN: cd %S/data/multi_head-self && attn-run %s --reference --rtol 1e-9 --atol 1e-9 \
// RUN:   --weights=weights.safetensors \
// RUN:   --input xq=xq.npy --input xkv=xkv.npy --expect out=expected_out.npy --expect map=expected_map.npy

func.func @multi_head(
    %xq: tensor<?x?x12xf32> {attn.name = "xq", attn.dims = ["B", "N", "C"]},
    %xkv: tensor<?x?x12xf32> {attn.name = "xkv", attn.dims = ["B", "M", "C2"]})
    -> (tensor<?x?x12xf32> {attn.name = "out"}, tensor<?x3x?x?xf32> {attn.name = "map"}) {
  %Wq = attn.weight "Wq" : tensor<12x12xf32>
  %bq = attn.weight "bq" : tensor<12xf32>
  %Wk = attn.weight "Wk" : tensor<12x12xf32>
  %bk = attn.weight "bk" : tensor<12xf32>
  %Wv = attn.weight "Wv" : tensor<12x12xf32>
  %bv = attn.weight "bv" : tensor<12xf32>
  %Wo = attn.weight "Wo" : tensor<12x12xf32>
  %bo = attn.weight "bo" : tensor<12xf32>
  %qp = attn.linear %xq, %Wq, %bq : tensor<?x?x12xf32>, tensor<12x12xf32>, tensor<12xf32>
  %q = attn.split_heads %qp into 3 : tensor<?x?x12xf32>
  %kp = attn.linear %xkv, %Wk, %bk : tensor<?x?x12xf32>, tensor<12x12xf32>, tensor<12xf32>
  %k = attn.split_heads %kp into 3 : tensor<?x?x12xf32>
  %vp = attn.linear %xkv, %Wv, %bv : tensor<?x?x12xf32>, tensor<12x12xf32>, tensor<12xf32>
  %v = attn.split_heads %vp into 3 : tensor<?x?x12xf32>
  %s = attn.score dot %q, %k scale 0.5 : tensor<?x3x?x4xf32>, tensor<?x3x?x4xf32>
  %map = attn.normalize softmax %s : tensor<?x3x?x?xf32>
  %a = attn.combine %map, %v : tensor<?x3x?x?xf32>, tensor<?x3x?x4xf32>
  %m = attn.merge_heads %a : tensor<?x3x?x4xf32>
  %out = attn.linear %m, %Wo, %bo : tensor<?x?x12xf32>, tensor<12x12xf32>, tensor<12xf32>
  return %out, %map : tensor<?x?x12xf32>, tensor<?x3x?x?xf32>
}
