// Neighbourhoods and axes on images of several blocks of keys, where most of the map is skipped.
// RUN: %run_compiled %s %t --sizes B=1 --sizes B=2

func.func @attention(
    %q: tensor<?x1x1156x8xf32> {attn.name = "q", attn.dims = ["B", "H", "P", "D"]},
    %k: tensor<?x1x1156x8xf32> {attn.name = "k", attn.dims = ["B", "H", "P", "D"]},
    %v: tensor<?x1x1156x8xf32> {attn.name = "v", attn.dims = ["B", "H", "P", "D"]})
    -> (tensor<?x1x1156x8xf32> {attn.name = "near"}, tensor<?x1x1156x8xf32> {attn.name = "cross"}) {
  %near = attn.attention %q, %k, %v scale 0.4 where grid(34, 34, 7)
      : tensor<?x1x1156x8xf32>, tensor<?x1x1156x8xf32>, tensor<?x1x1156x8xf32>
  %cross = attn.attention %q, %k, %v scale 0.4 where axial(34, 34, 0) or axial(34, 34, 1)
      : tensor<?x1x1156x8xf32>, tensor<?x1x1156x8xf32>, tensor<?x1x1156x8xf32>
  return %near, %cross : tensor<?x1x1156x8xf32>, tensor<?x1x1156x8xf32>
}
