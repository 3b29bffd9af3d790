// A head of a Neural Turing Machine writes: it erases, then adds.
// RUN: cd %S/data/ntm_write-basic && attn-run %s --reference --rtol 1e-9 --atol 1e-9 --input memory=memory.npy --input w=w.npy \
// RUN:   --input erase=erase.npy --input add=add.npy --expect after=expected_memory.npy
// RUN: %run_compiled %s %t --sizes B=1,R=1 --sizes B=2,R=7 --sizes B=3,R=33 --sizes B=0,R=3 --sizes B=2,R=0

func.func @write(%memory: tensor<?x?x4xf32> {attn.name = "memory", attn.dims = ["B", "R", "W"]}, %w: tensor<?x?xf32> {attn.name = "w", attn.dims = ["B", "R"]},
                 %erase: tensor<?x4xf32> {attn.name = "erase", attn.dims = ["B", "W"]}, %add: tensor<?x4xf32> {attn.name = "add", attn.dims = ["B", "W"]})
    -> (tensor<?x?x4xf32> {attn.name = "after"}) {
  %after = attn.pointwise %memory indexed captures(%w, %erase, %add) : tensor<?x?x4xf32>, tensor<?x?xf32>, tensor<?x4xf32>, tensor<?x4xf32> {
  ^bb0(%m: f32, %b: index, %r: index, %c: index, %at: tensor<?x?xf32>, %less: tensor<?x4xf32>, %more: tensor<?x4xf32>):
    %one = arith.constant 1.0 : f32
    %share = tensor.extract %at[%b, %r] : tensor<?x?xf32>
    %e = tensor.extract %less[%b, %c] : tensor<?x4xf32>
    %a = tensor.extract %more[%b, %c] : tensor<?x4xf32>
    %gone = arith.mulf %share, %e : f32
    %stays = arith.subf %one, %gone : f32
    %kept = arith.mulf %m, %stays : f32
    %new = arith.mulf %share, %a : f32
    %y = arith.addf %kept, %new : f32
    attn.yield %y : f32
  }
  return %after : tensor<?x?x4xf32>
}
