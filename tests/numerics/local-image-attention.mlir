// Each pixel attends to its neighbours, with keys of their distance in height and in width (Ramachandran et al. 2019); what
// lies outside of the image does not exist.
// RUN: cd %S/data/local_image_attention-mask && attn-run %s --reference --rtol 1e-9 --atol 1e-9 --weights=weights.safetensors \
// RUN:   --input x=x.npy --expect out=expected_out.npy
// RUN: %run_compiled %s %t --weights=%S/data/local_image_attention-mask/weights.safetensors --sizes B=1 --sizes B=3 --sizes B=0

func.func @local(%x: tensor<?x15x6xf32> {attn.name = "x", attn.dims = ["B", "N", "C"]})
    -> (tensor<?x15x8xf32> {attn.name = "out"}) {
  %Wq = attn.weight "Wq" : tensor<8x6xf32>
  %qp = attn.linear %x, %Wq : tensor<?x15x6xf32>, tensor<8x6xf32>
  %q = attn.split_heads %qp into 2 : tensor<?x15x8xf32>
  %Wk = attn.weight "Wk" : tensor<8x6xf32>
  %kp = attn.linear %x, %Wk : tensor<?x15x6xf32>, tensor<8x6xf32>
  %k = attn.split_heads %kp into 2 : tensor<?x15x8xf32>
  %Wv = attn.weight "Wv" : tensor<8x6xf32>
  %vp = attn.linear %x, %Wv : tensor<?x15x6xf32>, tensor<8x6xf32>
  %v = attn.split_heads %vp into 2 : tensor<?x15x8xf32>
  %rows = attn.weight "rrow" : tensor<5x4xf32>
  %cols = attn.weight "rcol" : tensor<9x4xf32>
  %s = attn.score dot %q, %k : tensor<?x2x15x4xf32>, tensor<?x2x15x4xf32>
  %r = attn.relative_score_2d %q, %rows, %cols scale 1.0 : tensor<?x2x15x4xf32>, tensor<5x4xf32>, tensor<9x4xf32>
  %t = attn.add %s, %r : tensor<?x2x15x15xf32>, tensor<?x2x15x15xf32>
  %m = attn.mask %t where grid(3, 5, 3) : tensor<?x2x15x15xf32>
  %p = attn.normalize softmax %m : tensor<?x2x15x15xf32>
  %c = attn.combine %p, %v : tensor<?x2x15x15xf32>, tensor<?x2x15x4xf32>
  %out = attn.merge_heads %c : tensor<?x2x15x4xf32>
  return %out : tensor<?x15x8xf32>
}
