// The three largest visible scores of a query, of equal ones the first; fewer where fewer are visible. Halide declines: it
// has no code for it.
// RUN: cd %S/data/top_k-masked && attn-run %s --reference --rtol 1e-9 --atol 1e-9 --input s=s.npy --input v=v.npy \
// RUN:   --input lengths=lengths.npy --expect out=expected_out.npy
// RUN: %run_compiled %s %t --sizes B=2,N=5,M=7 --sizes B=1,N=1,M=1 --sizes B=3,N=30,M=97 --sizes B=0,N=3,M=4 \
// RUN:   --sizes B=2,N=0,M=3 --sizes B=2,N=3,M=0 --sizes B=1,N=9,M=2
// RUN: attnc %s --backend=halide --stop-after=tile | FileCheck %s
// CHECK: attn.declined = "halide: top_k finds its threshold in passes whose number is not known to a pipeline"

func.func @top_k(
    %s: tensor<?x3x?x?xf32> {attn.name = "s", attn.dims = ["B", "H", "N", "M"]},
    %v: tensor<?x3x?x4xf32> {attn.name = "v", attn.dims = ["B", "H", "M", "E"]},
    %lengths: tensor<?xi32> {attn.name = "lengths", attn.dims = ["B"]})
    -> (tensor<?x3x?x4xf32> {attn.name = "out"}) {
  // Rounded to halves, many are equal.
  %r = attn.modify %s : tensor<?x3x?x?xf32> {
  ^bb0(%x: f32, %b: index, %h: index, %i: index, %j: index):
    %two = arith.constant 2.0 : f32
    %d = arith.mulf %x, %two : f32
    %w = math.floor %d : f32
    attn.yield %w : f32
  }
  %m = attn.mask %r where causal(bottom_right) and lengths(%lengths) : tensor<?x3x?x?xf32>, tensor<?xi32>
  %t = attn.top_k %m count 3 : tensor<?x3x?x?xf32>
  %p = attn.normalize softmax %t : tensor<?x3x?x?xf32>
  %out = attn.combine %p, %v : tensor<?x3x?x?xf32>, tensor<?x3x?x4xf32>
  return %out : tensor<?x3x?x4xf32>
}
