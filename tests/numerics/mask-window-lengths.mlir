// A window and padding together; and the same written with `not` by De Morgan's law.
// RUN: cd %S/data/window_attention-padding && attn-run %s --reference --rtol 1e-9 --atol 1e-9 \
// RUN:   --input q=q.npy --input k=k.npy --input v=v.npy --input lengths=lengths.npy --expect out=expected_out.npy

func.func @attention(
    %q: tensor<?x1x?x4xf32> {attn.name = "q", attn.dims = ["B", "H", "N", "D"]},
    %k: tensor<?x1x?x4xf32> {attn.name = "k", attn.dims = ["B", "Hk", "M", "D"]},
    %v: tensor<?x1x?x4xf32> {attn.name = "v", attn.dims = ["B", "Hk", "M", "E"]},
    %lengths: tensor<?xi32> {attn.name = "lengths", attn.dims = ["B"]})
    -> (tensor<?x1x?x4xf32> {attn.name = "out"}) {
  %out = attn.attention %q, %k, %v scale 0.5
      where not (not window(1, 1, top_left) or not lengths(%lengths))
      : tensor<?x1x?x4xf32>, tensor<?x1x?x4xf32>, tensor<?x1x?x4xf32>, tensor<?xi32>
  return %out : tensor<?x1x?x4xf32>
}
