// The first layer of an evolving map has none to mix with.
// RUN: cd %S/data/evolve_map-first_layer && attn-run %s --reference --rtol 1e-9 --atol 1e-9 \
// RUN:   --input cur=cur.npy \
// RUN:   --expect map=expected_map.npy
// RUN: %run_compiled %s %t \
// RUN:   --sizes B=1,N=4 --sizes B=2,N=33 --sizes B=0,N=3 --sizes B=2,N=0

func.func @evolve(%cur: tensor<?x2x?x?xf32> {attn.name = "cur", attn.dims = ["B", "H", "N", "N"]})
    -> (tensor<?x2x?x?xf32> {attn.name = "map"}) {
  %map = attn.normalize softmax %cur : tensor<?x2x?x?xf32>
  return %map : tensor<?x2x?x?xf32>
}
