// Where a head of a Neural Turing Machine looks (Graves et al. 2014).
// RUN: cd %S/data/ntm_address-basic && attn-run %s --reference --rtol 1e-9 --atol 1e-9 --input memory=memory.npy --input key=key.npy --input strength=strength.npy --input gate=gate.npy \
// RUN:   --input shift=shift.npy --input sharp=sharp.npy --input w_prev=w_prev.npy --expect w=expected_w.npy \
// RUN:   --expect content=expected_content.npy --expect mixed=expected_mixed.npy --expect moved=expected_moved.npy
// RUN: %run_compiled %s %t --sizes B=3 --input memory=%S/data/ntm_address-basic/memory.npy --input key=%S/data/ntm_address-basic/key.npy --input strength=%S/data/ntm_address-basic/strength.npy \
// RUN:   --input gate=%S/data/ntm_address-basic/gate.npy --input shift=%S/data/ntm_address-basic/shift.npy \
// RUN:   --input sharp=%S/data/ntm_address-basic/sharp.npy --input w_prev=%S/data/ntm_address-basic/w_prev.npy
// Where a head looks: by likeness to a key, or from where it looked before; then moved along the ring of rows, and sharpened.
func.func private @address(%memory: tensor<?x1x7x4xf32> {attn.dims = ["B", "H", "R", "W"]}, %key: tensor<?x4xf32> {attn.dims = ["B", "W"]}, %strength: tensor<?x1xf32> {attn.dims = ["B", "I"]},
    %gate: tensor<?x1xf32> {attn.dims = ["B", "I"]}, %shift: tensor<?x3xf32> {attn.dims = ["B", "S"]}, %sharp: tensor<?x1xf32> {attn.dims = ["B", "I"]}, %before: tensor<?x7xf32> {attn.dims = ["B", "R"]})
    -> (tensor<?x7xf32>, tensor<?x7xf32>, tensor<?x7xf32>, tensor<?x7xf32>) {
  %query = attn.rearrange %key sizes affine_map<(b, w) -> (b, 1, 1, w)> from affine_map<(b, h, i, w) -> (b, w)> : tensor<?x4xf32>
  %likeness = attn.score cosine %query, %memory : tensor<?x1x1x4xf32>, tensor<?x1x7x4xf32>
  %strong = attn.modify %likeness captures(%strength) : tensor<?x1x1x7xf32>, tensor<?x1xf32> {
  ^bb0(%x: f32, %b: index, %h: index, %i: index, %r: index, %all: tensor<?x1xf32>):
    %zero = arith.constant 0 : index
    %s = tensor.extract %all[%b, %zero] : tensor<?x1xf32>
    %y = arith.mulf %x, %s : f32
    attn.yield %y : f32
  }
  %p = attn.normalize softmax %strong : tensor<?x1x1x7xf32>
  %content = attn.rearrange %p sizes affine_map<(b, h, i, r) -> (b, r)> from affine_map<(b, r) -> (b, 0, 0, r)> : tensor<?x1x1x7xf32>
  %mixed = attn.pointwise %content, %before, %gate : tensor<?x7xf32>, tensor<?x7xf32>, tensor<?x1xf32> {
  ^bb0(%x: f32, %old: f32, %g: f32):
    %one = arith.constant 1.0 : f32
    %rest = arith.subf %one, %g : f32
    %y0 = arith.mulf %g, %x : f32
    %y1 = arith.mulf %rest, %old : f32
    %y = arith.addf %y0, %y1 : f32
    attn.yield %y : f32
  }
  %from0 = attn.rearrange %mixed sizes affine_map<(b, r) -> (b, r)> from affine_map<(b, r) -> (b, (r + 1) mod 7)> : tensor<?x7xf32>
  %from1 = attn.rearrange %mixed sizes affine_map<(b, r) -> (b, r)> from affine_map<(b, r) -> (b, (r + 0) mod 7)> : tensor<?x7xf32>
  %from2 = attn.rearrange %mixed sizes affine_map<(b, r) -> (b, r)> from affine_map<(b, r) -> (b, (r + 6) mod 7)> : tensor<?x7xf32>
  %moved = attn.pointwise %from0, %from1, %from2 indexed captures(%shift) : tensor<?x7xf32>, tensor<?x7xf32>, tensor<?x7xf32>, tensor<?x3xf32> {
  ^bb0(%x0: f32, %x1: f32, %x2: f32, %b: index, %r: index, %by: tensor<?x3xf32>):
    %c0 = arith.constant 0 : index
    %s0 = tensor.extract %by[%b, %c0] : tensor<?x3xf32>
    %p0 = arith.mulf %s0, %x0 : f32
    %c1 = arith.constant 1 : index
    %s1 = tensor.extract %by[%b, %c1] : tensor<?x3xf32>
    %p1 = arith.mulf %s1, %x1 : f32
    %c2 = arith.constant 2 : index
    %s2 = tensor.extract %by[%b, %c2] : tensor<?x3xf32>
    %p2 = arith.mulf %s2, %x2 : f32
    %y1 = arith.addf %p0, %p1 : f32
    %y = arith.addf %y1, %p2 : f32
    attn.yield %y : f32
  }
  %powers = attn.pointwise %moved, %sharp : tensor<?x7xf32>, tensor<?x1xf32> {
  ^bb0(%x: f32, %g: f32):
    %l = math.log %x : f32 // of 0 minus infinity, and its exponential 0 again
    %p_in = arith.mulf %l, %g : f32
    %y = math.exp %p_in : f32
    attn.yield %y : f32
  }
  %map = attn.rearrange %powers sizes affine_map<(b, r) -> (b, 1, 1, r)> from affine_map<(b, h, i, r) -> (b, r)> : tensor<?x7xf32>
  %shares = attn.normalize sum %map eps 1.0e-16 : tensor<?x1x1x7xf32>
  %w = attn.rearrange %shares sizes affine_map<(b, h, i, r) -> (b, r)> from affine_map<(b, r) -> (b, 0, 0, r)> : tensor<?x1x1x7xf32>
  return %w, %content, %mixed, %moved : tensor<?x7xf32>, tensor<?x7xf32>, tensor<?x7xf32>, tensor<?x7xf32>
}

func.func @head(%memory: tensor<?x7x4xf32> {attn.name = "memory", attn.dims = ["B", "R", "W"]}, %key: tensor<?x4xf32> {attn.name = "key", attn.dims = ["B", "W"]},
    %strength: tensor<?xf32> {attn.name = "strength", attn.dims = ["B"]}, %gate: tensor<?xf32> {attn.name = "gate", attn.dims = ["B"]}, %shift: tensor<?x3xf32> {attn.name = "shift", attn.dims = ["B", "S"]},
    %sharp: tensor<?xf32> {attn.name = "sharp", attn.dims = ["B"]}, %before: tensor<?x7xf32> {attn.name = "w_prev", attn.dims = ["B", "R"]})
    -> (tensor<?x7xf32> {attn.name = "w"}, tensor<?x7xf32> {attn.name = "content"}, tensor<?x7xf32> {attn.name = "mixed"}, tensor<?x7xf32> {attn.name = "moved"}) {
  %rows = attn.split_heads %memory into 1 : tensor<?x7x4xf32>
  %strength_one = attn.rearrange %strength sizes affine_map<(b) -> (b, 1)> from affine_map<(b, i) -> (b)> : tensor<?xf32>
  %gate_one = attn.rearrange %gate sizes affine_map<(b) -> (b, 1)> from affine_map<(b, i) -> (b)> : tensor<?xf32>
  %sharp_one = attn.rearrange %sharp sizes affine_map<(b) -> (b, 1)> from affine_map<(b, i) -> (b)> : tensor<?xf32>
  %w:4 = func.call @address(%rows, %key, %strength_one, %gate_one, %shift, %sharp_one, %before)
      : (tensor<?x1x7x4xf32>, tensor<?x4xf32>, tensor<?x1xf32>, tensor<?x1xf32>, tensor<?x3xf32>, tensor<?x1xf32>, tensor<?x7xf32>) -> (tensor<?x7xf32>, tensor<?x7xf32>, tensor<?x7xf32>, tensor<?x7xf32>)
  return %w#0, %w#1, %w#2, %w#3 : tensor<?x7xf32>, tensor<?x7xf32>, tensor<?x7xf32>, tensor<?x7xf32>
}
