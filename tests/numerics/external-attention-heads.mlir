// External attention: two memories that all samples and heads share; softmax over the tokens, then the sum over the memory, in
// one kernel.
// RUN: cd %S/data/external_attention-two_heads && attn-run %s --reference --rtol 1e-9 --atol 1e-9 --input x=x.npy \
// RUN:   --input mk=mk.npy --input mv=mv.npy --expect out=expected_out.npy --expect map=expected_map.npy
// RUN: attnc %s --require-fused --explain | FileCheck %s
// CHECK: kernel {{[0-9]+}}: split_heads, score, normalize, normalize, combine, merge_heads
// CHECK: softmax over queries needs whole columns: the map of a head is held
// RUN: %run_compiled %s %t --sizes B=2,N=11 --sizes B=1,N=65 --sizes B=3,N=1 --sizes B=0,N=7 --sizes B=2,N=0

func.func @external(
    %x: tensor<?x?x6xf32> {attn.name = "x", attn.dims = ["B", "N", "C"]},
    %mk: tensor<4x3xf32> {attn.name = "mk"}, %mv: tensor<4x3xf32> {attn.name = "mv"})
    -> (tensor<?x?x6xf32> {attn.name = "out"}, tensor<?x2x?x4xf32> {attn.name = "map"}) {
  %z = attn.split_heads %x into 2 : tensor<?x?x6xf32>
  %s = attn.score dot %z, %mk : tensor<?x2x?x3xf32>, tensor<4x3xf32>
  %p = attn.normalize softmax %s over queries : tensor<?x2x?x4xf32>
  %map = attn.normalize sum %p eps 0.0 : tensor<?x2x?x4xf32>
  %o = attn.combine %map, %mv : tensor<?x2x?x4xf32>, tensor<4x3xf32>
  %out = attn.merge_heads %o : tensor<?x2x?x3xf32>
  return %out, %map : tensor<?x?x6xf32>, tensor<?x2x?x4xf32>
}
