// One step of the memory of a Neural Turing Machine (Graves et al. 2014): 4096 rows of 64, a head that reads and one that writes; what
// the controller says is given.

/// Where a head looks: by likeness to a key, or from where it looked before; then moved along the ring of rows, and sharpened.
/// `raw` is what the controller says to the head: key 64, strength, gate, shift 3, sharpness.
func.func private @address(%raw: tensor<?x70xf32> {attn.dims = ["B", "P"]},
                           %memory: tensor<?x1x4096x64xf32> {attn.dims = ["B", "H", "R", "W"]},
                           %before: tensor<?x4096xf32> {attn.dims = ["B", "R"]}) -> tensor<?x4096xf32> {
  %key = attn.rearrange %raw sizes affine_map<(b, p) -> (b, 1, 1, 64)> from affine_map<(b, h, i, w) -> (b, w)> : tensor<?x70xf32>
  %likeness = attn.score cosine %key, %memory : tensor<?x1x1x64xf32>, tensor<?x1x4096x64xf32>
  %strong = attn.modify %likeness captures(%raw) : tensor<?x1x1x4096xf32>, tensor<?x70xf32> {
  ^bb0(%x: f32, %b: index, %h: index, %i: index, %r: index, %numbers: tensor<?x70xf32>):
    %at = arith.constant 64 : index
    %s = tensor.extract %numbers[%b, %at] : tensor<?x70xf32>
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
  %content = attn.normalize softmax %strong : tensor<?x1x1x4096xf32>
  %mixed = attn.modify %content captures(%raw, %before) : tensor<?x1x1x4096xf32>, tensor<?x70xf32>, tensor<?x4096xf32> {
  ^bb0(%x: f32, %b: index, %h: index, %i: index, %r: index, %numbers: tensor<?x70xf32>, %last: tensor<?x4096xf32>):
    %at = arith.constant 65 : index
    %one = arith.constant 1.0 : f32
    %raw_gate = tensor.extract %numbers[%b, %at] : tensor<?x70xf32>
    %minus = arith.negf %raw_gate : f32
    %exp = math.exp %minus : f32
    %below = arith.addf %exp, %one : f32
    %gate = arith.divf %one, %below : f32
    %old = tensor.extract %last[%b, %r] : tensor<?x4096xf32>
    %rest = arith.subf %one, %gate : f32
    %new_part = arith.mulf %gate, %x : f32
    %old_part = arith.mulf %rest, %old : f32
    %y = arith.addf %new_part, %old_part : f32
    attn.yield %y : f32
  }
  %shifts = attn.rearrange %raw sizes affine_map<(b, p) -> (b, 1, 1, 3)> from affine_map<(b, h, i, s) -> (b, s + 66)> : tensor<?x70xf32>
  %shift = attn.normalize softmax %shifts : tensor<?x1x1x3xf32>
  // Row r gets what stood before it, at it, and behind it.
  %back = attn.rearrange %mixed sizes affine_map<(b, h, i, r) -> (b, h, i, r)>
      from affine_map<(b, h, i, r) -> (b, h, i, (r + 1) mod 4096)> : tensor<?x1x1x4096xf32>
  %on = attn.rearrange %mixed sizes affine_map<(b, h, i, r) -> (b, h, i, r)>
      from affine_map<(b, h, i, r) -> (b, h, i, (r + 4095) mod 4096)> : tensor<?x1x1x4096xf32>
  %raised = attn.pointwise %back, %mixed, %on indexed captures(%shift, %raw) : tensor<?x1x1x4096xf32>, tensor<?x1x1x4096xf32>, tensor<?x1x1x4096xf32>,
      tensor<?x1x1x3xf32>, tensor<?x70xf32> {
  ^bb0(%x0: f32, %x1: f32, %x2: f32, %b: index, %h: index, %i: index, %r: index, %by: tensor<?x1x1x3xf32>, %numbers: tensor<?x70xf32>):
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %c2 = arith.constant 2 : index
    %at = arith.constant 69 : index
    %one = arith.constant 1.0 : f32
    %s0 = tensor.extract %by[%b, %c0, %c0, %c0] : tensor<?x1x1x3xf32>
    %s1 = tensor.extract %by[%b, %c0, %c0, %c1] : tensor<?x1x1x3xf32>
    %s2 = tensor.extract %by[%b, %c0, %c0, %c2] : tensor<?x1x1x3xf32>
    %p0 = arith.mulf %s0, %x0 : f32
    %p1 = arith.mulf %s1, %x1 : f32
    %p2 = arith.mulf %s2, %x2 : f32
    %p01 = arith.addf %p0, %p1 : f32
    %moved = arith.addf %p01, %p2 : f32
    %raw_sharpness = tensor.extract %numbers[%b, %at] : tensor<?x70xf32>
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
  %w = attn.normalize sum %raised eps 1.0e-16 : tensor<?x1x1x4096xf32>
  %rows = attn.rearrange %w sizes affine_map<(b, h, i, r) -> (b, r)> from affine_map<(b, r) -> (b, 0, 0, r)> : tensor<?x1x1x4096xf32>
  return %rows : tensor<?x4096xf32>
}

func.func @ntm_step(
    %read: tensor<?x70xf32> {attn.name = "read", attn.dims = ["B", "P"]},
    %write: tensor<?x198xf32> {attn.name = "write", attn.dims = ["B", "Q"]},
    %memory: tensor<?x1x4096x64xf32> {attn.name = "memory", attn.dims = ["B", "H", "R", "W"]},
    %reading: tensor<?x4096xf32> {attn.name = "reading", attn.dims = ["B", "R"]},
    %writing: tensor<?x4096xf32> {attn.name = "writing", attn.dims = ["B", "R"]})
    -> (tensor<?x64xf32> {attn.name = "out"}, tensor<?x1x4096x64xf32> {attn.name = "next_memory"},
        tensor<?x4096xf32> {attn.name = "next_reading"}, tensor<?x4096xf32> {attn.name = "next_writing"}) {
  %next_reading = func.call @address(%read, %memory, %reading)
      : (tensor<?x70xf32>, tensor<?x1x4096x64xf32>, tensor<?x4096xf32>) -> tensor<?x4096xf32>
  %reading_map = attn.rearrange %next_reading sizes affine_map<(b, r) -> (b, 1, 1, r)> from affine_map<(b, h, i, r) -> (b, r)> : tensor<?x4096xf32>
  %row = attn.combine %reading_map, %memory : tensor<?x1x1x4096xf32>, tensor<?x1x4096x64xf32>
  %out = attn.rearrange %row sizes affine_map<(b, h, i, w) -> (b, w)> from affine_map<(b, w) -> (b, 0, 0, w)> : tensor<?x1x1x64xf32>
  %to_address = attn.rearrange %write sizes affine_map<(b, p) -> (b, 70)> from affine_map<(b, p) -> (b, p)> : tensor<?x198xf32>
  %next_writing = func.call @address(%to_address, %memory, %writing)
      : (tensor<?x70xf32>, tensor<?x1x4096x64xf32>, tensor<?x4096xf32>) -> tensor<?x4096xf32>
  %next_memory = attn.pointwise %memory indexed captures(%next_writing, %write)
      : tensor<?x1x4096x64xf32>, tensor<?x4096xf32>, tensor<?x198xf32> {
  ^bb0(%m: f32, %b: index, %h: index, %r: index, %c: index, %at: tensor<?x4096xf32>, %numbers: tensor<?x198xf32>):
    %one = arith.constant 1.0 : f32
    %c70 = arith.constant 70 : index
    %c134 = arith.constant 134 : index
    %erased = arith.addi %c, %c70 : index
    %added = arith.addi %c, %c134 : index
    %w = tensor.extract %at[%b, %r] : tensor<?x4096xf32>
    %raw_erase = tensor.extract %numbers[%b, %erased] : tensor<?x198xf32>
    %add = tensor.extract %numbers[%b, %added] : tensor<?x198xf32>
    %minus = arith.negf %raw_erase : f32
    %exp = math.exp %minus : f32
    %below = arith.addf %exp, %one : f32
    %erase = arith.divf %w, %below : f32
    %stays = arith.subf %one, %erase : f32
    %kept = arith.mulf %m, %stays : f32
    %new = arith.mulf %w, %add : f32
    %y = arith.addf %kept, %new : f32
    attn.yield %y : f32
  }
  return %out, %next_memory, %next_reading, %next_writing
      : tensor<?x64xf32>, tensor<?x1x4096x64xf32>, tensor<?x4096xf32>, tensor<?x4096xf32>
}
