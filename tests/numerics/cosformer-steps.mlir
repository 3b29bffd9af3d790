// cosFormer by its features, with the state in and out: a prefix and then single steps give what the whole sequence gives.
// RUN: cd %S/data/cosformer-decode_step && attn-run %s --reference --rtol 1e-6 --atol 1e-7 --input q=q.npy --input k=k.npy \
// RUN:   --input v=v.npy --input s0=state.npy --input z0=sum.npy --input first=%S/Inputs/eight.npy --expect out=expected_out.npy \
// RUN:   --expect s=expected_S.npy --expect z=expected_z.npy
// RUN: %run_compiled %s %t --sizes B=2,N=1 --sizes B=1,N=65 --input first=%S/Inputs/eight.npy
// RUN: attnc %s -o %t.so && %python %S/Inputs/steps.py %t.so %t | FileCheck %s
// CHECK: a prefix of 70 and 5 steps give what 75 at once give

func.func @cosformer(
    %first: tensor<1xi32> {attn.name = "first"},
    %q: tensor<?x2x?x4xf32> {attn.name = "q", attn.dims = ["B", "H", "N", "D"]},
    %k: tensor<?x2x?x4xf32> {attn.name = "k", attn.dims = ["B", "H", "N", "D"]},
    %v: tensor<?x2x?x4xf32> {attn.name = "v", attn.dims = ["B", "H", "N", "E"]},
    %s0: tensor<?x2x8x4xf32> {attn.name = "s0", attn.dims = ["B", "H", "F", "E"]},
    %z0: tensor<?x2x8xf32> {attn.name = "z0", attn.dims = ["B", "H", "F"]})
    -> (tensor<?x2x?x4xf32> {attn.name = "out"}, tensor<?x2x8x4xf32> {attn.name = "s"}, tensor<?x2x8xf32> {attn.name = "z"}) {
  %fq = attn.features %q terms 2 captures(%first) : tensor<?x2x?x4xf32>, tensor<1xi32> {
  ^bb0(%x: f32, %b: index, %h: index, %n: index, %d: index, %start: tensor<1xi32>):
    %zero = arith.constant 0.0 : f32
    %at = arith.constant 0 : index
    %begin = tensor.extract %start[%at] : tensor<1xi32>
    %n32 = arith.index_cast %n : index to i32
    %position = arith.addi %begin, %n32 : i32
    %real = arith.sitofp %position : i32 to f32
    %turn = arith.constant 0.04908738521234051935 : f32
    %angle = arith.mulf %real, %turn : f32
    %y = arith.maximumf %x, %zero : f32
    %sin = math.sin %angle : f32
    %cos = math.cos %angle : f32
    %u = arith.mulf %y, %sin : f32
    %w = arith.mulf %y, %cos : f32
    attn.yield %u, %w : f32, f32
  }
  %fk = attn.features %k terms 2 captures(%first) : tensor<?x2x?x4xf32>, tensor<1xi32> {
  ^bb0(%x: f32, %b: index, %h: index, %n: index, %d: index, %start: tensor<1xi32>):
    %zero = arith.constant 0.0 : f32
    %at = arith.constant 0 : index
    %begin = tensor.extract %start[%at] : tensor<1xi32>
    %n32 = arith.index_cast %n : index to i32
    %position = arith.addi %begin, %n32 : i32
    %real = arith.sitofp %position : i32 to f32
    %turn = arith.constant 0.04908738521234051935 : f32
    %angle = arith.mulf %real, %turn : f32
    %y = arith.maximumf %x, %zero : f32
    %sin = math.sin %angle : f32
    %cos = math.cos %angle : f32
    %u = arith.mulf %y, %sin : f32
    %w = arith.mulf %y, %cos : f32
    attn.yield %u, %w : f32, f32
  }
  %out, %s, %z = attn.linear_attention %fq, %fk, %v causal top_left from %s0, %z0 divided clamp eps 1.0e-6
      : tensor<?x2x?x8xf32>, tensor<?x2x?x8xf32>, tensor<?x2x?x4xf32>, tensor<?x2x8x4xf32>, tensor<?x2x8xf32>
  return %out, %s, %z : tensor<?x2x?x4xf32>, tensor<?x2x8x4xf32>, tensor<?x2x8xf32>
}
