// Additive attention that knows how much each place has been attended to so far.
// RUN: cd %S/data/coverage_attention-basic && attn-run %s --reference --rtol 1e-9 --atol 1e-9 --weights=weights.safetensors \
// RUN:   --input query=query.npy --input keys=keys.npy --input values=values.npy --input coverage=coverage.npy --input lengths=lengths.npy \
// RUN:   --expect out=expected_out.npy --expect map=expected_map.npy --expect after=expected_coverage.npy
// RUN: %run_compiled %s %t --weights=%S/data/coverage_attention-basic/weights.safetensors \
// RUN:   --sizes B=1,N=1 --sizes B=2,N=6 --sizes B=3,N=17 --sizes B=0,N=3 --sizes B=2,N=0

func.func @coverage(
    %query: tensor<?x4xf32> {attn.name = "query", attn.dims = ["B", "Q"]},
    %keys: tensor<?x?x5xf32> {attn.name = "keys", attn.dims = ["B", "N", "S"]},
    %values: tensor<?x?x3xf32> {attn.name = "values", attn.dims = ["B", "N", "E"]},
    %before: tensor<?x?xf32> {attn.name = "coverage", attn.dims = ["B", "N"]},
    %lengths: tensor<?xi32> {attn.name = "lengths", attn.dims = ["B"]})
    -> (tensor<?x3xf32> {attn.name = "out"}, tensor<?x?xf32> {attn.name = "map"}, tensor<?x?xf32> {attn.name = "after"}) {
  %W = attn.weight "W" : tensor<6x4xf32>
  %b = attn.weight "b" : tensor<6xf32>
  %U = attn.weight "U" : tensor<6x5xf32>
  %u = attn.weight "u" : tensor<6xf32>
  %a = attn.weight "v" : tensor<6xf32>
  %qp = attn.linear %query, %W, %b : tensor<?x4xf32>, tensor<6x4xf32>, tensor<6xf32>
  %q = attn.rearrange %qp sizes affine_map<(b, c) -> (b, 1, 1, c)> from affine_map<(b, h, i, c) -> (b, c)> : tensor<?x6xf32>
  %kp = attn.linear %keys, %U : tensor<?x?x5xf32>, tensor<6x5xf32>
  %one = attn.rearrange %before sizes affine_map<(b, n) -> (b, n, 1)> from affine_map<(b, n, z) -> (b, n)> : tensor<?x?xf32>
  %seen = attn.pointwise %kp, %one, %u : tensor<?x?x6xf32>, tensor<?x?x1xf32>, tensor<6xf32> {
  ^bb0(%x: f32, %c: f32, %f: f32):
    %t = arith.mulf %c, %f : f32
    %r = arith.addf %x, %t : f32
    attn.yield %r : f32
  }
  %k = attn.split_heads %seen into 1 : tensor<?x?x6xf32>
  %v = attn.split_heads %values into 1 : tensor<?x?x3xf32>
  %s = attn.score additive %q, %k with %a : tensor<?x1x1x6xf32>, tensor<?x1x?x6xf32>, tensor<6xf32>
  %m = attn.mask %s where lengths(%lengths) : tensor<?x1x1x?xf32>, tensor<?xi32>
  %p = attn.normalize softmax %m : tensor<?x1x1x?xf32>
  %c = attn.combine %p, %v : tensor<?x1x1x?xf32>, tensor<?x1x?x3xf32>
  %out = attn.rearrange %c sizes affine_map<(b, h, i, c) -> (b, c)> from affine_map<(b, c) -> (b, 0, 0, c)> : tensor<?x1x1x3xf32>
  %map = attn.rearrange %p sizes affine_map<(b, h, i, n) -> (b, n)> from affine_map<(b, n) -> (b, 0, 0, n)> : tensor<?x1x1x?xf32>
  %coverage = attn.add %before, %map : tensor<?x?xf32>, tensor<?x?xf32>
  return %out, %map, %coverage : tensor<?x3xf32>, tensor<?x?xf32>, tensor<?x?xf32>
}
