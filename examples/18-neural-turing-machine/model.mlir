// A Neural Turing Machine (Graves et al. 2014) that copies: an LSTM of 100 numbers, a memory of 128 rows of 20, a head that reads and one
// that writes. In each of T steps it sees 8 bits and 2 marks and says 8 bits; B sequences. Weights are named as train.py's
// torch modules name them. A word is moved on or back by one place: SHIFTS are -1, 0, 1.

/// Where a head looks: by likeness to a key, or from where it looked before; then moved along the ring of rows, and sharpened.
/// `raw` is what the controller says to the head: key 20, strength, gate, shift 3, sharpness.
func.func private @address(%raw: tensor<?x26xf32> {attn.dims = ["B", "P"]},
                           %memory: tensor<?x1x128x20xf32> {attn.dims = ["B", "H", "R", "W"]},
                           %before: tensor<?x128xf32> {attn.dims = ["B", "R"]}) -> tensor<?x128xf32> {
  %key = attn.rearrange %raw sizes affine_map<(b, p) -> (b, 1, 1, 20)> from affine_map<(b, h, i, w) -> (b, w)> : tensor<?x26xf32>
  %likeness = attn.score cosine %key, %memory : tensor<?x1x1x20xf32>, tensor<?x1x128x20xf32>
  %strong = attn.modify %likeness captures(%raw) : tensor<?x1x1x128xf32>, tensor<?x26xf32> {
  ^bb0(%x: f32, %b: index, %h: index, %i: index, %r: index, %numbers: tensor<?x26xf32>):
    %at = arith.constant 20 : index
    %s = tensor.extract %numbers[%b, %at] : tensor<?x26xf32>
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
  %content = attn.normalize softmax %strong : tensor<?x1x1x128xf32>
  %mixed = attn.modify %content captures(%raw, %before) : tensor<?x1x1x128xf32>, tensor<?x26xf32>, tensor<?x128xf32> {
  ^bb0(%x: f32, %b: index, %h: index, %i: index, %r: index, %numbers: tensor<?x26xf32>, %last: tensor<?x128xf32>):
    %at = arith.constant 21 : index
    %one = arith.constant 1.0 : f32
    %raw_gate = tensor.extract %numbers[%b, %at] : tensor<?x26xf32>
    %minus = arith.negf %raw_gate : f32
    %exp = math.exp %minus : f32
    %below = arith.addf %exp, %one : f32
    %gate = arith.divf %one, %below : f32
    %old = tensor.extract %last[%b, %r] : tensor<?x128xf32>
    %rest = arith.subf %one, %gate : f32
    %new_part = arith.mulf %gate, %x : f32
    %old_part = arith.mulf %rest, %old : f32
    %y = arith.addf %new_part, %old_part : f32
    attn.yield %y : f32
  }
  %shifts = attn.rearrange %raw sizes affine_map<(b, p) -> (b, 1, 1, 3)> from affine_map<(b, h, i, s) -> (b, s + 22)> : tensor<?x26xf32>
  %shift = attn.normalize softmax %shifts : tensor<?x1x1x3xf32>
  // Row r gets what stood before it, at it, and behind it.
  %back = attn.rearrange %mixed sizes affine_map<(b, h, i, r) -> (b, h, i, r)>
      from affine_map<(b, h, i, r) -> (b, h, i, (r + 1) mod 128)> : tensor<?x1x1x128xf32>
  %on = attn.rearrange %mixed sizes affine_map<(b, h, i, r) -> (b, h, i, r)>
      from affine_map<(b, h, i, r) -> (b, h, i, (r + 127) mod 128)> : tensor<?x1x1x128xf32>
  %raised = attn.pointwise %back, %mixed, %on indexed captures(%shift, %raw) : tensor<?x1x1x128xf32>, tensor<?x1x1x128xf32>, tensor<?x1x1x128xf32>,
      tensor<?x1x1x3xf32>, tensor<?x26xf32> {
  ^bb0(%x0: f32, %x1: f32, %x2: f32, %b: index, %h: index, %i: index, %r: index, %by: tensor<?x1x1x3xf32>, %numbers: tensor<?x26xf32>):
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %c2 = arith.constant 2 : index
    %at = arith.constant 25 : index
    %one = arith.constant 1.0 : f32
    %s0 = tensor.extract %by[%b, %c0, %c0, %c0] : tensor<?x1x1x3xf32>
    %s1 = tensor.extract %by[%b, %c0, %c0, %c1] : tensor<?x1x1x3xf32>
    %s2 = tensor.extract %by[%b, %c0, %c0, %c2] : tensor<?x1x1x3xf32>
    %p0 = arith.mulf %s0, %x0 : f32
    %p1 = arith.mulf %s1, %x1 : f32
    %p2 = arith.mulf %s2, %x2 : f32
    %p01 = arith.addf %p0, %p1 : f32
    %moved = arith.addf %p01, %p2 : f32
    %raw_sharpness = tensor.extract %numbers[%b, %at] : tensor<?x26xf32>
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
  %w = attn.normalize sum %raised eps 1.0e-16 : tensor<?x1x1x128xf32>
  %rows = attn.rearrange %w sizes affine_map<(b, h, i, r) -> (b, r)> from affine_map<(b, r) -> (b, 0, 0, r)> : tensor<?x1x1x128xf32>
  return %rows : tensor<?x128xf32>
}

/// LSTM (Hochreiter and Schmidhuber 1997): gates in the order input, forget, cell, output.
func.func private @lstm(%input: tensor<?x30xf32> {attn.dims = ["B", "X"]}, %hidden: tensor<?x100xf32> {attn.dims = ["B", "U"]},
                        %cell: tensor<?x100xf32> {attn.dims = ["B", "U"]}) -> (tensor<?x100xf32>, tensor<?x100xf32>) {
  %ih_w = attn.weight "controller.weight_ih" : tensor<400x30xf32>
  %ih_b = attn.weight "controller.bias_ih" : tensor<400xf32>
  %hh_w = attn.weight "controller.weight_hh" : tensor<400x100xf32>
  %hh_b = attn.weight "controller.bias_hh" : tensor<400xf32>
  %from_input = attn.linear %input, %ih_w, %ih_b : tensor<?x30xf32>, tensor<400x30xf32>, tensor<400xf32>
  %from_hidden = attn.linear %hidden, %hh_w, %hh_b : tensor<?x100xf32>, tensor<400x100xf32>, tensor<400xf32>
  %gates = attn.add %from_input, %from_hidden : tensor<?x400xf32>, tensor<?x400xf32>
  %next_cell = attn.pointwise %cell indexed captures(%gates) : tensor<?x100xf32>, tensor<?x400xf32> {
  ^bb0(%c: f32, %b: index, %u: index, %all: tensor<?x400xf32>):
    %one = arith.constant 1.0 : f32
    %c100 = arith.constant 100 : index
    %u1 = arith.addi %u, %c100 : index
    %u2 = arith.addi %u1, %c100 : index
    %raw_i = tensor.extract %all[%b, %u] : tensor<?x400xf32>
    %raw_f = tensor.extract %all[%b, %u1] : tensor<?x400xf32>
    %raw_g = tensor.extract %all[%b, %u2] : tensor<?x400xf32>
    %minus_i = arith.negf %raw_i : f32
    %exp_i = math.exp %minus_i : f32
    %below_i = arith.addf %exp_i, %one : f32
    %minus_f = arith.negf %raw_f : f32
    %exp_f = math.exp %minus_f : f32
    %below_f = arith.addf %exp_f, %one : f32
    %g = math.tanh %raw_g : f32
    %new = arith.divf %g, %below_i : f32
    %old = arith.divf %c, %below_f : f32
    %y = arith.addf %old, %new : f32
    attn.yield %y : f32
  }
  %next_hidden = attn.pointwise %next_cell indexed captures(%gates) : tensor<?x100xf32>, tensor<?x400xf32> {
  ^bb0(%c: f32, %b: index, %u: index, %all: tensor<?x400xf32>):
    %one = arith.constant 1.0 : f32
    %c300 = arith.constant 300 : index
    %u3 = arith.addi %u, %c300 : index
    %raw = tensor.extract %all[%b, %u3] : tensor<?x400xf32>
    %minus = arith.negf %raw : f32
    %exp = math.exp %minus : f32
    %below = arith.addf %exp, %one : f32
    %t = math.tanh %c : f32
    %y = arith.divf %t, %below : f32
    attn.yield %y : f32
  }
  return %next_hidden, %next_cell : tensor<?x100xf32>, tensor<?x100xf32>
}

/// One step: both heads look at the memory as it was; then it is written, first erased, then added to.
func.func private @step(
    %hidden: tensor<?x100xf32> {attn.dims = ["B", "U"]}, %cell: tensor<?x100xf32> {attn.dims = ["B", "U"]},
    %memory: tensor<?x1x128x20xf32> {attn.dims = ["B", "H", "R", "W"]}, %reading: tensor<?x128xf32> {attn.dims = ["B", "R"]},
    %writing: tensor<?x128xf32> {attn.dims = ["B", "R"]}, %read: tensor<?x20xf32> {attn.dims = ["B", "W"]},
    %x: tensor<?x10xf32> {attn.dims = ["B", "I"]})
    -> (tensor<?x100xf32> {attn.dims = ["B", "U"]}, tensor<?x100xf32> {attn.dims = ["B", "U"]},
        tensor<?x1x128x20xf32> {attn.dims = ["B", "H", "R", "W"]}, tensor<?x128xf32> {attn.dims = ["B", "R"]},
        tensor<?x128xf32> {attn.dims = ["B", "R"]}, tensor<?x20xf32> {attn.dims = ["B", "W"]}, tensor<?x8xf32> {attn.dims = ["B", "O"]},
        tensor<?x128xf32> {attn.dims = ["B", "R"]}, tensor<?x128xf32> {attn.dims = ["B", "R"]}) {
  %input = attn.concat %x, %read : tensor<?x10xf32>, tensor<?x20xf32>
  %next_hidden, %next_cell = func.call @lstm(%input, %hidden, %cell)
      : (tensor<?x30xf32>, tensor<?x100xf32>, tensor<?x100xf32>) -> (tensor<?x100xf32>, tensor<?x100xf32>)

  %read_w = attn.weight "read.weight" : tensor<26x100xf32>
  %read_b = attn.weight "read.bias" : tensor<26xf32>
  %to_read = attn.linear %next_hidden, %read_w, %read_b : tensor<?x100xf32>, tensor<26x100xf32>, tensor<26xf32>
  %next_reading = func.call @address(%to_read, %memory, %reading)
      : (tensor<?x26xf32>, tensor<?x1x128x20xf32>, tensor<?x128xf32>) -> tensor<?x128xf32>
  %reading_map = attn.rearrange %next_reading sizes affine_map<(b, r) -> (b, 1, 1, r)> from affine_map<(b, h, i, r) -> (b, r)> : tensor<?x128xf32>
  %row = attn.combine %reading_map, %memory : tensor<?x1x1x128xf32>, tensor<?x1x128x20xf32>
  %next_read = attn.rearrange %row sizes affine_map<(b, h, i, w) -> (b, w)> from affine_map<(b, w) -> (b, 0, 0, w)> : tensor<?x1x1x20xf32>

  %write_w = attn.weight "write.weight" : tensor<66x100xf32>
  %write_b = attn.weight "write.bias" : tensor<66xf32>
  %to_write = attn.linear %next_hidden, %write_w, %write_b : tensor<?x100xf32>, tensor<66x100xf32>, tensor<66xf32>
  %to_address = attn.rearrange %to_write sizes affine_map<(b, p) -> (b, 26)> from affine_map<(b, p) -> (b, p)> : tensor<?x66xf32>
  %next_writing = func.call @address(%to_address, %memory, %writing)
      : (tensor<?x26xf32>, tensor<?x1x128x20xf32>, tensor<?x128xf32>) -> tensor<?x128xf32>
  %next_memory = attn.pointwise %memory indexed captures(%next_writing, %to_write)
      : tensor<?x1x128x20xf32>, tensor<?x128xf32>, tensor<?x66xf32> {
  ^bb0(%m: f32, %b: index, %h: index, %r: index, %c: index, %at: tensor<?x128xf32>, %numbers: tensor<?x66xf32>):
    %one = arith.constant 1.0 : f32
    %c26 = arith.constant 26 : index
    %c46 = arith.constant 46 : index
    %erased = arith.addi %c, %c26 : index
    %added = arith.addi %c, %c46 : index
    %w = tensor.extract %at[%b, %r] : tensor<?x128xf32>
    %raw_erase = tensor.extract %numbers[%b, %erased] : tensor<?x66xf32>
    %add = tensor.extract %numbers[%b, %added] : tensor<?x66xf32>
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

  %all = attn.concat %next_hidden, %next_read : tensor<?x100xf32>, tensor<?x20xf32>
  %out_w = attn.weight "out.weight" : tensor<8x120xf32>
  %out_b = attn.weight "out.bias" : tensor<8xf32>
  %y = attn.linear %all, %out_w, %out_b : tensor<?x120xf32>, tensor<8x120xf32>, tensor<8xf32>
  return %next_hidden, %next_cell, %next_memory, %next_reading, %next_writing, %next_read, %y, %next_reading, %next_writing
      : tensor<?x100xf32>, tensor<?x100xf32>, tensor<?x1x128x20xf32>, tensor<?x128xf32>, tensor<?x128xf32>, tensor<?x20xf32>,
        tensor<?x8xf32>, tensor<?x128xf32>, tensor<?x128xf32>
}

func.func @copy(%x: tensor<?x?x10xf32> {attn.name = "x", attn.dims = ["B", "T", "I"]})
    -> (tensor<?x?x8xf32> {attn.name = "bits"}, tensor<?x?x128xf32> {attn.name = "read_at"}, tensor<?x?x128xf32> {attn.name = "written_at"}) {
  // It begins with nothing in mind, all rows alike, both heads at row 0.
  %hidden = attn.rearrange %x sizes affine_map<(b, t, i) -> (b, 100)> from affine_map<(b, u) -> (b, -1, 0)> : tensor<?x?x10xf32>
  %read = attn.rearrange %x sizes affine_map<(b, t, i) -> (b, 20)> from affine_map<(b, u) -> (b, -1, 0)> : tensor<?x?x10xf32>
  %nowhere = attn.rearrange %x sizes affine_map<(b, t, i) -> (b, 128)> from affine_map<(b, u) -> (b, -1, 0)> : tensor<?x?x10xf32>
  %at_first = attn.pointwise %nowhere indexed : tensor<?x128xf32> {
  ^bb0(%z: f32, %b: index, %r: index):
    %zero = arith.constant 0 : index
    %one = arith.constant 1.0 : f32
    %is = arith.cmpi eq, %r, %zero : index
    %y = arith.select %is, %one, %z : f32
    attn.yield %y : f32
  }
  %rows = attn.weight "memory" : tensor<128x20xf32>
  %empty = attn.rearrange %x sizes affine_map<(b, t, i) -> (b, 1, 128, 20)> from affine_map<(b, h, r, w) -> (b, -1, 0)> : tensor<?x?x10xf32>
  %memory = attn.add %empty, %rows : tensor<?x1x128x20xf32>, tensor<128x20xf32>
  %state:6, %bits, %read_at, %written_at = attn.loop @step carried(%hidden, %hidden, %memory, %at_first, %at_first, %read) each(%x)
      : (tensor<?x100xf32>, tensor<?x100xf32>, tensor<?x1x128x20xf32>, tensor<?x128xf32>, tensor<?x128xf32>, tensor<?x20xf32>,
         tensor<?x?x10xf32>)
      -> (tensor<?x100xf32>, tensor<?x100xf32>, tensor<?x1x128x20xf32>, tensor<?x128xf32>, tensor<?x128xf32>, tensor<?x20xf32>,
          tensor<?x?x8xf32>, tensor<?x?x128xf32>, tensor<?x?x128xf32>)
  return %bits, %read_at, %written_at : tensor<?x?x8xf32>, tensor<?x?x128xf32>, tensor<?x?x128xf32>
}
