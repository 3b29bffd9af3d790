// One step of the memory of a Neural Turing Machine (Graves et al. 2014): 4096 rows of 64, a head that reads and one that writes; what
// the controller says is given.

/// Where heads look, row i of a map for head i: by likeness to a key, or from where it looked before; then moved along the ring of rows, and
/// sharpened. `raw` is what the controller says to each head: key 64, strength, gate, shift 3, sharpness.
func.func private @address(%raw: tensor<?x140xf32> {attn.dims = ["B", "P"]},
                           %memory: tensor<?x1x4096x64xf32> {attn.dims = ["B", "H", "R", "W"]},
                           %before: tensor<?x8192xf32> {attn.dims = ["B", "L"]}) -> tensor<?x1x2x4096xf32> {
  %key = attn.rearrange %raw sizes affine_map<(b, p) -> (b, 1, 2, 64)> from affine_map<(b, h, i, w) -> (b, i * 70 + w)> : tensor<?x140xf32>
  %likeness = attn.score cosine %key, %memory : tensor<?x1x2x64xf32>, tensor<?x1x4096x64xf32>
  %strong = attn.modify %likeness captures(%raw) : tensor<?x1x2x4096xf32>, tensor<?x140xf32> {
  ^bb0(%x: f32, %b: index, %h: index, %i: index, %r: index, %numbers: tensor<?x140xf32>):
    %c70 = arith.constant 70 : index
    %c64 = arith.constant 64 : index
    %first = arith.muli %i, %c70 : index
    %at = arith.addi %first, %c64 : index
    %s = tensor.extract %numbers[%b, %at] : tensor<?x140xf32>
    %zero = arith.constant 0.0 : f32
    %linear = arith.maximumf %s, %zero : f32
    %size = math.absf %s : f32
    %minus = arith.negf %size : f32
    %exp = math.exp %minus : f32
    %bend = math.log1p %exp : f32
    %strength = arith.addf %linear, %bend : f32
    %y = arith.mulf %x, %strength : f32
    attn.yield %y : f32
  }
  %content = attn.normalize softmax %strong : tensor<?x1x2x4096xf32>
  %mixed = attn.modify %content captures(%raw, %before) : tensor<?x1x2x4096xf32>, tensor<?x140xf32>, tensor<?x8192xf32> {
  ^bb0(%x: f32, %b: index, %h: index, %i: index, %r: index, %numbers: tensor<?x140xf32>, %last: tensor<?x8192xf32>):
    %c70 = arith.constant 70 : index
    %c65 = arith.constant 65 : index
    %c4096 = arith.constant 4096 : index
    %first = arith.muli %i, %c70 : index
    %at = arith.addi %first, %c65 : index
    %first_row = arith.muli %i, %c4096 : index
    %row = arith.addi %first_row, %r : index
    %one = arith.constant 1.0 : f32
    %raw_gate = tensor.extract %numbers[%b, %at] : tensor<?x140xf32>
    %minus = arith.negf %raw_gate : f32
    %exp = math.exp %minus : f32
    %below = arith.addf %exp, %one : f32
    %gate = arith.divf %one, %below : f32
    %old = tensor.extract %last[%b, %row] : tensor<?x8192xf32>
    %rest = arith.subf %one, %gate : f32
    %new_part = arith.mulf %gate, %x : f32
    %old_part = arith.mulf %rest, %old : f32
    %y = arith.addf %new_part, %old_part : f32
    attn.yield %y : f32
  }
  %shifts = attn.rearrange %raw sizes affine_map<(b, p) -> (b, 1, 2, 3)> from affine_map<(b, h, i, s) -> (b, i * 70 + s + 66)> : tensor<?x140xf32>
  %shift = attn.normalize softmax %shifts : tensor<?x1x2x3xf32>
  // Row r gets what stood before it, at it, and behind it.
  %back = attn.rearrange %mixed sizes affine_map<(b, h, i, r) -> (b, h, i, r)>
      from affine_map<(b, h, i, r) -> (b, h, i, (r + 1) mod 4096)> : tensor<?x1x2x4096xf32>
  %on = attn.rearrange %mixed sizes affine_map<(b, h, i, r) -> (b, h, i, r)>
      from affine_map<(b, h, i, r) -> (b, h, i, (r + 4095) mod 4096)> : tensor<?x1x2x4096xf32>
  %raised = attn.pointwise %back, %mixed, %on indexed captures(%shift, %raw) : tensor<?x1x2x4096xf32>, tensor<?x1x2x4096xf32>, tensor<?x1x2x4096xf32>,
      tensor<?x1x2x3xf32>, tensor<?x140xf32> {
  ^bb0(%x0: f32, %x1: f32, %x2: f32, %b: index, %h: index, %i: index, %r: index, %by: tensor<?x1x2x3xf32>, %numbers: tensor<?x140xf32>):
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %c2 = arith.constant 2 : index
    %c70 = arith.constant 70 : index
    %c69 = arith.constant 69 : index
    %first = arith.muli %i, %c70 : index
    %at = arith.addi %first, %c69 : index
    %one = arith.constant 1.0 : f32
    %s0 = tensor.extract %by[%b, %c0, %i, %c0] : tensor<?x1x2x3xf32>
    %s1 = tensor.extract %by[%b, %c0, %i, %c1] : tensor<?x1x2x3xf32>
    %s2 = tensor.extract %by[%b, %c0, %i, %c2] : tensor<?x1x2x3xf32>
    %p0 = arith.mulf %s0, %x0 : f32
    %p1 = arith.mulf %s1, %x1 : f32
    %p2 = arith.mulf %s2, %x2 : f32
    %p01 = arith.addf %p0, %p1 : f32
    %moved = arith.addf %p01, %p2 : f32
    %raw_sharpness = tensor.extract %numbers[%b, %at] : tensor<?x140xf32>
    %zero = arith.constant 0.0 : f32
    %linear = arith.maximumf %raw_sharpness, %zero : f32
    %size = math.absf %raw_sharpness : f32
    %minus = arith.negf %size : f32
    %exp = math.exp %minus : f32
    %bend = math.log1p %exp : f32
    %soft = arith.addf %linear, %bend : f32
    %sharpness = arith.addf %soft, %one : f32
    %log = math.log %moved : f32  // of 0 minus infinity, and its exponential 0 again
    %power = arith.mulf %log, %sharpness : f32
    %y = math.exp %power : f32
    attn.yield %y : f32
  }
  %w = attn.normalize sum %raised eps 1.0e-16 : tensor<?x1x2x4096xf32>
  return %w : tensor<?x1x2x4096xf32>
}

func.func @ntm_step(
    %read: tensor<?x70xf32> {attn.name = "read", attn.dims = ["B", "P"]},
    %write: tensor<?x198xf32> {attn.name = "write", attn.dims = ["B", "Q"]},
    %memory: tensor<?x1x4096x64xf32> {attn.name = "memory", attn.dims = ["B", "H", "R", "W"]},
    %reading: tensor<?x4096xf32> {attn.name = "reading", attn.dims = ["B", "R"]},
    %writing: tensor<?x4096xf32> {attn.name = "writing", attn.dims = ["B", "R"]})
    -> (tensor<?x64xf32> {attn.name = "out"}, tensor<?x1x4096x64xf32> {attn.name = "next_memory"},
        tensor<?x4096xf32> {attn.name = "next_reading"}, tensor<?x4096xf32> {attn.name = "next_writing"}) {
  // Both heads look at the memory as it was: in one pass over it.
  %to_address = attn.rearrange %write sizes affine_map<(b, p) -> (b, 70)> from affine_map<(b, p) -> (b, p)> : tensor<?x198xf32>
  %raw = attn.concat %read, %to_address : tensor<?x70xf32>, tensor<?x70xf32>
  %before = attn.concat %reading, %writing : tensor<?x4096xf32>, tensor<?x4096xf32>
  %maps = func.call @address(%raw, %memory, %before)
      : (tensor<?x140xf32>, tensor<?x1x4096x64xf32>, tensor<?x8192xf32>) -> tensor<?x1x2x4096xf32>
  %reading_map = attn.rearrange %maps sizes affine_map<(b, h, i, r) -> (b, h, 1, r)> from affine_map<(b, h, i, r) -> (b, h, 0, r)> : tensor<?x1x2x4096xf32>
  %row = attn.combine %reading_map, %memory : tensor<?x1x1x4096xf32>, tensor<?x1x4096x64xf32>
  %out = attn.rearrange %row sizes affine_map<(b, h, i, w) -> (b, w)> from affine_map<(b, w) -> (b, 0, 0, w)> : tensor<?x1x1x64xf32>
  %next_reading = attn.rearrange %maps sizes affine_map<(b, h, i, r) -> (b, r)> from affine_map<(b, r) -> (b, 0, 0, r)> : tensor<?x1x2x4096xf32>
  %next_writing = attn.rearrange %maps sizes affine_map<(b, h, i, r) -> (b, r)> from affine_map<(b, r) -> (b, 0, 1, r)> : tensor<?x1x2x4096xf32>
  // What a row loses and gets is the same for all rows but for how much they are looked at.
  %raw_erase = attn.rearrange %write sizes affine_map<(b, p) -> (b, 64)> from affine_map<(b, w) -> (b, w + 70)> : tensor<?x198xf32>
  %erase = attn.activation sigmoid %raw_erase : tensor<?x64xf32>
  %add = attn.rearrange %write sizes affine_map<(b, p) -> (b, 64)> from affine_map<(b, w) -> (b, w + 134)> : tensor<?x198xf32>
  %next_memory = attn.pointwise %memory indexed captures(%next_writing, %erase, %add)
      : tensor<?x1x4096x64xf32>, tensor<?x4096xf32>, tensor<?x64xf32>, tensor<?x64xf32> {
  ^bb0(%m: f32, %b: index, %h: index, %r: index, %c: index, %at: tensor<?x4096xf32>, %erased: tensor<?x64xf32>, %added: tensor<?x64xf32>):
    %one = arith.constant 1.0 : f32
    %w = tensor.extract %at[%b, %r] : tensor<?x4096xf32>
    %e = tensor.extract %erased[%b, %c] : tensor<?x64xf32>
    %a = tensor.extract %added[%b, %c] : tensor<?x64xf32>
    %lost = arith.mulf %w, %e : f32
    %stays = arith.subf %one, %lost : f32
    %kept = arith.mulf %m, %stays : f32
    %new = arith.mulf %w, %a : f32
    %y = arith.addf %kept, %new : f32
    attn.yield %y : f32
  }
  return %out, %next_memory, %next_reading, %next_writing
      : tensor<?x64xf32>, tensor<?x1x4096x64xf32>, tensor<?x4096xf32>, tensor<?x4096xf32>
}
