// A Neural Turing Machine of two heads that read and two that write; keys and what is added are bounded.
// RUN: cd %S/data/ntm-two_reads_two_writes && attn-run %s --reference --rtol 1e-9 --atol 1e-9 --weights=weights.safetensors --input x=x.npy \
// RUN:   --input memory0=memory0.npy --expect out=expected_out.npy --expect memory=expected_memory.npy \
// RUN:   --expect read_w=expected_read_w.npy --expect write_w=expected_write_w.npy
// RUN: %run_compiled %s %t --weights=%S/data/ntm-two_reads_two_writes/weights.safetensors --sizes B=2,T=6 --sizes B=1,T=1 --sizes B=5,T=3 --sizes B=0,T=3 --sizes B=2,T=0

// One step of the controller: gates input, forget, cell, output.
func.func private @controller(%x: tensor<?x13xf32> {attn.dims = ["B", "X"]}, %h: tensor<?x8xf32> {attn.dims = ["B", "U"]}, %c: tensor<?x8xf32> {attn.dims = ["B", "U"]}) -> (tensor<?x8xf32>, tensor<?x8xf32>) {
  %wx = attn.weight "lstm.Wx" : tensor<32x13xf32>
  %wh = attn.weight "lstm.Wh" : tensor<32x8xf32>
  %b = attn.weight "lstm.b" : tensor<32xf32>
  %gx = attn.linear %x, %wx, %b : tensor<?x13xf32>, tensor<32x13xf32>, tensor<32xf32>
  %gh = attn.linear %h, %wh : tensor<?x8xf32>, tensor<32x8xf32>
  %g = attn.add %gx, %gh : tensor<?x32xf32>, tensor<?x32xf32>
  %cell = attn.pointwise %c indexed captures(%g) : tensor<?x8xf32>, tensor<?x32xf32> {
  ^bb0(%old: f32, %s: index, %k: index, %gates: tensor<?x32xf32>):
    %one = arith.constant 1.0 : f32
    %width = arith.constant 8 : index
    %k1 = arith.addi %k, %width : index
    %k2 = arith.addi %k1, %width : index
    %si = tensor.extract %gates[%s, %k] : tensor<?x32xf32>
    %sf = tensor.extract %gates[%s, %k1] : tensor<?x32xf32>
    %sn = tensor.extract %gates[%s, %k2] : tensor<?x32xf32>
    %im = arith.negf %si : f32
    %ie = math.exp %im : f32
    %ib = arith.addf %one, %ie : f32
    %i = arith.divf %one, %ib : f32
    %fm = arith.negf %sf : f32
    %fe = math.exp %fm : f32
    %fb = arith.addf %one, %fe : f32
    %f = arith.divf %one, %fb : f32
    %n = math.tanh %sn : f32
    %y0 = arith.mulf %f, %old : f32
    %y1 = arith.mulf %i, %n : f32
    %y = arith.addf %y0, %y1 : f32
    attn.yield %y : f32
  }
  %hidden = attn.pointwise %cell indexed captures(%g) : tensor<?x8xf32>, tensor<?x32xf32> {
  ^bb0(%new: f32, %s: index, %k: index, %gates: tensor<?x32xf32>):
    %one = arith.constant 1.0 : f32
    %first = arith.constant 24 : index
    %k3 = arith.addi %k, %first : index
    %so = tensor.extract %gates[%s, %k3] : tensor<?x32xf32>
    %om = arith.negf %so : f32
    %oe = math.exp %om : f32
    %ob = arith.addf %one, %oe : f32
    %o = arith.divf %one, %ob : f32
    %t = math.tanh %new : f32
    %y = arith.mulf %o, %t : f32
    attn.yield %y : f32
  }
  return %hidden, %cell : tensor<?x8xf32>, tensor<?x8xf32>
}

// Where a head looks: by likeness to a key, or from where it looked before; then moved along the ring of rows, and sharpened.
func.func private @address(%memory: tensor<?x1x11x5xf32> {attn.dims = ["B", "H", "R", "W"]}, %key: tensor<?x5xf32> {attn.dims = ["B", "W"]}, %strength: tensor<?x1xf32> {attn.dims = ["B", "I"]},
    %gate: tensor<?x1xf32> {attn.dims = ["B", "I"]}, %shift: tensor<?x3xf32> {attn.dims = ["B", "S"]}, %sharp: tensor<?x1xf32> {attn.dims = ["B", "I"]}, %before: tensor<?x11xf32> {attn.dims = ["B", "R"]})
    -> (tensor<?x11xf32>, tensor<?x11xf32>, tensor<?x11xf32>, tensor<?x11xf32>) {
  %query = attn.rearrange %key sizes affine_map<(b, w) -> (b, 1, 1, w)> from affine_map<(b, h, i, w) -> (b, w)> : tensor<?x5xf32>
  %likeness = attn.score cosine %query, %memory : tensor<?x1x1x5xf32>, tensor<?x1x11x5xf32>
  %strong = attn.modify %likeness captures(%strength) : tensor<?x1x1x11xf32>, tensor<?x1xf32> {
  ^bb0(%x: f32, %b: index, %h: index, %i: index, %r: index, %all: tensor<?x1xf32>):
    %zero = arith.constant 0 : index
    %s = tensor.extract %all[%b, %zero] : tensor<?x1xf32>
    %y = arith.mulf %x, %s : f32
    attn.yield %y : f32
  }
  %p = attn.normalize softmax %strong : tensor<?x1x1x11xf32>
  %content = attn.rearrange %p sizes affine_map<(b, h, i, r) -> (b, r)> from affine_map<(b, r) -> (b, 0, 0, r)> : tensor<?x1x1x11xf32>
  %mixed = attn.pointwise %content, %before, %gate : tensor<?x11xf32>, tensor<?x11xf32>, tensor<?x1xf32> {
  ^bb0(%x: f32, %old: f32, %g: f32):
    %one = arith.constant 1.0 : f32
    %rest = arith.subf %one, %g : f32
    %y0 = arith.mulf %g, %x : f32
    %y1 = arith.mulf %rest, %old : f32
    %y = arith.addf %y0, %y1 : f32
    attn.yield %y : f32
  }
  %from0 = attn.rearrange %mixed sizes affine_map<(b, r) -> (b, r)> from affine_map<(b, r) -> (b, (r + 1) mod 11)> : tensor<?x11xf32>
  %from1 = attn.rearrange %mixed sizes affine_map<(b, r) -> (b, r)> from affine_map<(b, r) -> (b, (r + 0) mod 11)> : tensor<?x11xf32>
  %from2 = attn.rearrange %mixed sizes affine_map<(b, r) -> (b, r)> from affine_map<(b, r) -> (b, (r + 10) mod 11)> : tensor<?x11xf32>
  %moved = attn.pointwise %from0, %from1, %from2 indexed captures(%shift) : tensor<?x11xf32>, tensor<?x11xf32>, tensor<?x11xf32>, tensor<?x3xf32> {
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
  %powers = attn.pointwise %moved, %sharp : tensor<?x11xf32>, tensor<?x1xf32> {
  ^bb0(%x: f32, %g: f32):
    %l = math.log %x : f32 // of 0 minus infinity, and its exponential 0 again
    %p_in = arith.mulf %l, %g : f32
    %y = math.exp %p_in : f32
    attn.yield %y : f32
  }
  %map = attn.rearrange %powers sizes affine_map<(b, r) -> (b, 1, 1, r)> from affine_map<(b, h, i, r) -> (b, r)> : tensor<?x11xf32>
  %shares = attn.normalize sum %map eps 1.0e-16 : tensor<?x1x1x11xf32>
  %w = attn.rearrange %shares sizes affine_map<(b, h, i, r) -> (b, r)> from affine_map<(b, r) -> (b, 0, 0, r)> : tensor<?x1x1x11xf32>
  return %w, %content, %mixed, %moved : tensor<?x11xf32>, tensor<?x11xf32>, tensor<?x11xf32>, tensor<?x11xf32>
}

// What the controller says to a head: key, strength, gate, shift, sharpness.
func.func private @look(%raw: tensor<?x11xf32> {attn.dims = ["B", "P"]}, %memory: tensor<?x1x11x5xf32> {attn.dims = ["B", "H", "R", "W"]}, %before: tensor<?x11xf32> {attn.dims = ["B", "R"]}) -> tensor<?x11xf32> {
  %key_raw = attn.rearrange %raw sizes affine_map<(b, p) -> (b, 5)> from affine_map<(b, p) -> (b, p + 0)> : tensor<?x11xf32>
  %key = attn.activation tanh %key_raw : tensor<?x5xf32>
  %raw_strength = attn.rearrange %raw sizes affine_map<(b, p) -> (b, 1)> from affine_map<(b, p) -> (b, p + 5)> : tensor<?x11xf32>
  %strength = attn.pointwise %raw_strength : tensor<?x1xf32> {
  ^bb0(%x: f32):
    %e = math.exp %x : f32
    %y = math.log1p %e : f32
    attn.yield %y : f32
  }
  %raw_gate = attn.rearrange %raw sizes affine_map<(b, p) -> (b, 1)> from affine_map<(b, p) -> (b, p + 6)> : tensor<?x11xf32>
  %gate = attn.activation sigmoid %raw_gate : tensor<?x1xf32>
  %shifts = attn.rearrange %raw sizes affine_map<(b, p) -> (b, 1, 1, 3)> from affine_map<(b, h, i, p) -> (b, p + 7)> : tensor<?x11xf32>
  %parts = attn.normalize softmax %shifts : tensor<?x1x1x3xf32>
  %shift = attn.rearrange %parts sizes affine_map<(b, h, i, p) -> (b, p)> from affine_map<(b, p) -> (b, 0, 0, p)> : tensor<?x1x1x3xf32>
  %raw_sharp = attn.rearrange %raw sizes affine_map<(b, p) -> (b, 1)> from affine_map<(b, p) -> (b, p + 10)> : tensor<?x11xf32>
  %sharp = attn.pointwise %raw_sharp : tensor<?x1xf32> {
  ^bb0(%x: f32):
    %one = arith.constant 1.0 : f32
    %e = math.exp %x : f32
    %l = math.log1p %e : f32
    %y = arith.addf %one, %l : f32
    attn.yield %y : f32
  }
  %w:4 = func.call @address(%memory, %key, %strength, %gate, %shift, %sharp, %before)
      : (tensor<?x1x11x5xf32>, tensor<?x5xf32>, tensor<?x1xf32>, tensor<?x1xf32>, tensor<?x3xf32>, tensor<?x1xf32>, tensor<?x11xf32>) -> (tensor<?x11xf32>, tensor<?x11xf32>, tensor<?x11xf32>, tensor<?x11xf32>)
  return %w#0 : tensor<?x11xf32>
}

// All heads look at the memory as it was; then those that write do, one after the other.
func.func private @step(%h: tensor<?x8xf32> {attn.dims = ["B", "U"]}, %c: tensor<?x8xf32> {attn.dims = ["B", "U"]}, %memory: tensor<?x1x11x5xf32> {attn.dims = ["B", "H", "R", "W"]},
    %read0: tensor<?x5xf32> {attn.dims = ["B", "W"]}, %read1: tensor<?x5xf32> {attn.dims = ["B", "W"]}, %w0: tensor<?x11xf32> {attn.dims = ["B", "R"]}, %w1: tensor<?x11xf32> {attn.dims = ["B", "R"]}, %w2: tensor<?x11xf32> {attn.dims = ["B", "R"]}, %w3: tensor<?x11xf32> {attn.dims = ["B", "R"]},
    %x: tensor<?x3xf32> {attn.dims = ["B", "I"]})
    -> (tensor<?x8xf32> {attn.dims = ["B", "U"]}, tensor<?x8xf32> {attn.dims = ["B", "U"]}, tensor<?x1x11x5xf32> {attn.dims = ["B", "H", "R", "W"]}, tensor<?x5xf32> {attn.dims = ["B", "W"]}, tensor<?x5xf32> {attn.dims = ["B", "W"]},
        tensor<?x11xf32> {attn.dims = ["B", "R"]}, tensor<?x11xf32> {attn.dims = ["B", "R"]}, tensor<?x11xf32> {attn.dims = ["B", "R"]}, tensor<?x11xf32> {attn.dims = ["B", "R"]}, tensor<?x4xf32> {attn.dims = ["B", "O"]}, tensor<?x2x11xf32> {attn.dims = ["B", "K", "R"]}, tensor<?x2x11xf32> {attn.dims = ["B", "L", "R"]}) {
  %x1 = attn.concat %x, %read0 : tensor<?x3xf32>, tensor<?x5xf32>
  %x2 = attn.concat %x1, %read1 : tensor<?x8xf32>, tensor<?x5xf32>
  %h1, %c1 = func.call @controller(%x2, %h, %c) : (tensor<?x13xf32>, tensor<?x8xf32>, tensor<?x8xf32>) -> (tensor<?x8xf32>, tensor<?x8xf32>)
  %read0_w = attn.weight "read0.W" : tensor<11x8xf32>
  %read0_b = attn.weight "read0.b" : tensor<11xf32>
  %raw0 = attn.linear %h1, %read0_w, %read0_b : tensor<?x8xf32>, tensor<11x8xf32>, tensor<11xf32>
  %next0 = func.call @look(%raw0, %memory, %w0) : (tensor<?x11xf32>, tensor<?x1x11x5xf32>, tensor<?x11xf32>) -> tensor<?x11xf32>
  %map0 = attn.rearrange %next0 sizes affine_map<(b, r) -> (b, 1, 1, r)> from affine_map<(b, h, i, r) -> (b, r)> : tensor<?x11xf32>
  %row0 = attn.combine %map0, %memory : tensor<?x1x1x11xf32>, tensor<?x1x11x5xf32>
  %r0 = attn.rearrange %row0 sizes affine_map<(b, h, i, w) -> (b, w)> from affine_map<(b, w) -> (b, 0, 0, w)> : tensor<?x1x1x5xf32>
  %read1_w = attn.weight "read1.W" : tensor<11x8xf32>
  %read1_b = attn.weight "read1.b" : tensor<11xf32>
  %raw1 = attn.linear %h1, %read1_w, %read1_b : tensor<?x8xf32>, tensor<11x8xf32>, tensor<11xf32>
  %next1 = func.call @look(%raw1, %memory, %w1) : (tensor<?x11xf32>, tensor<?x1x11x5xf32>, tensor<?x11xf32>) -> tensor<?x11xf32>
  %map1 = attn.rearrange %next1 sizes affine_map<(b, r) -> (b, 1, 1, r)> from affine_map<(b, h, i, r) -> (b, r)> : tensor<?x11xf32>
  %row1 = attn.combine %map1, %memory : tensor<?x1x1x11xf32>, tensor<?x1x11x5xf32>
  %r1 = attn.rearrange %row1 sizes affine_map<(b, h, i, w) -> (b, w)> from affine_map<(b, w) -> (b, 0, 0, w)> : tensor<?x1x1x5xf32>
  %write0_w = attn.weight "write0.W" : tensor<21x8xf32>
  %write0_b = attn.weight "write0.b" : tensor<21xf32>
  %says0 = attn.linear %h1, %write0_w, %write0_b : tensor<?x8xf32>, tensor<21x8xf32>, tensor<21xf32>
  %raw2 = attn.rearrange %says0 sizes affine_map<(b, p) -> (b, 11)> from affine_map<(b, p) -> (b, p)> : tensor<?x21xf32>
  %next2 = func.call @look(%raw2, %memory, %w2) : (tensor<?x11xf32>, tensor<?x1x11x5xf32>, tensor<?x11xf32>) -> tensor<?x11xf32>
  %write1_w = attn.weight "write1.W" : tensor<21x8xf32>
  %write1_b = attn.weight "write1.b" : tensor<21xf32>
  %says1 = attn.linear %h1, %write1_w, %write1_b : tensor<?x8xf32>, tensor<21x8xf32>, tensor<21xf32>
  %raw3 = attn.rearrange %says1 sizes affine_map<(b, p) -> (b, 11)> from affine_map<(b, p) -> (b, p)> : tensor<?x21xf32>
  %next3 = func.call @look(%raw3, %memory, %w3) : (tensor<?x11xf32>, tensor<?x1x11x5xf32>, tensor<?x11xf32>) -> tensor<?x11xf32>
  %memory1 = attn.pointwise %memory indexed captures(%next2, %says0) : tensor<?x1x11x5xf32>, tensor<?x11xf32>, tensor<?x21xf32> {
  ^bb0(%m: f32, %b: index, %h_in: index, %r: index, %k: index, %at: tensor<?x11xf32>, %says: tensor<?x21xf32>):
    %one = arith.constant 1.0 : f32
    %ce = arith.constant 11 : index
    %ca = arith.constant 16 : index
    %ke = arith.addi %k, %ce : index
    %ka = arith.addi %k, %ca : index
    %share = tensor.extract %at[%b, %r] : tensor<?x11xf32>
    %raw_erase = tensor.extract %says[%b, %ke] : tensor<?x21xf32>
    %raw_add = tensor.extract %says[%b, %ka] : tensor<?x21xf32>
    %add = math.tanh %raw_add : f32
    %em = arith.negf %raw_erase : f32
    %ee = math.exp %em : f32
    %eb = arith.addf %one, %ee : f32
    %e = arith.divf %one, %eb : f32
    %gone = arith.mulf %share, %e : f32
    %stays = arith.subf %one, %gone : f32
    %kept = arith.mulf %m, %stays : f32
    %new = arith.mulf %share, %add : f32
    %y_in = arith.addf %kept, %new : f32
    attn.yield %y_in : f32
  }
  %memory2 = attn.pointwise %memory1 indexed captures(%next3, %says1) : tensor<?x1x11x5xf32>, tensor<?x11xf32>, tensor<?x21xf32> {
  ^bb0(%m: f32, %b: index, %h_in: index, %r: index, %k: index, %at: tensor<?x11xf32>, %says: tensor<?x21xf32>):
    %one = arith.constant 1.0 : f32
    %ce = arith.constant 11 : index
    %ca = arith.constant 16 : index
    %ke = arith.addi %k, %ce : index
    %ka = arith.addi %k, %ca : index
    %share = tensor.extract %at[%b, %r] : tensor<?x11xf32>
    %raw_erase = tensor.extract %says[%b, %ke] : tensor<?x21xf32>
    %raw_add = tensor.extract %says[%b, %ka] : tensor<?x21xf32>
    %add = math.tanh %raw_add : f32
    %em = arith.negf %raw_erase : f32
    %ee = math.exp %em : f32
    %eb = arith.addf %one, %ee : f32
    %e = arith.divf %one, %eb : f32
    %gone = arith.mulf %share, %e : f32
    %stays = arith.subf %one, %gone : f32
    %kept = arith.mulf %m, %stays : f32
    %new = arith.mulf %share, %add : f32
    %y_in = arith.addf %kept, %new : f32
    attn.yield %y_in : f32
  }
  %y0 = attn.concat %h1, %r0 : tensor<?x8xf32>, tensor<?x5xf32>
  %y1 = attn.concat %y0, %r1 : tensor<?x13xf32>, tensor<?x5xf32>
  %out_w = attn.weight "out.W" : tensor<4x18xf32>
  %out_b = attn.weight "out.b" : tensor<4xf32>
  %y = attn.linear %y1, %out_w, %out_b : tensor<?x18xf32>, tensor<4x18xf32>, tensor<4xf32>
  %reading_row = attn.concat %next0, %next1 : tensor<?x11xf32>, tensor<?x11xf32>
  %reading = attn.rearrange %reading_row sizes affine_map<(b, r) -> (b, 2, 11)> from affine_map<(b, k, r) -> (b, k * 11 + r)> : tensor<?x22xf32>
  %writing_row = attn.concat %next2, %next3 : tensor<?x11xf32>, tensor<?x11xf32>
  %writing = attn.rearrange %writing_row sizes affine_map<(b, r) -> (b, 2, 11)> from affine_map<(b, k, r) -> (b, k * 11 + r)> : tensor<?x22xf32>
  return %h1, %c1, %memory2, %r0, %r1, %next0, %next1, %next2, %next3, %y, %reading, %writing
      : tensor<?x8xf32>, tensor<?x8xf32>, tensor<?x1x11x5xf32>, tensor<?x5xf32>, tensor<?x5xf32>, tensor<?x11xf32>, tensor<?x11xf32>, tensor<?x11xf32>, tensor<?x11xf32>, tensor<?x4xf32>, tensor<?x2x11xf32>, tensor<?x2x11xf32>
}

func.func @machine(%x: tensor<?x?x3xf32> {attn.name = "x", attn.dims = ["B", "T", "I"]}, %memory0: tensor<11x5xf32> {attn.name = "memory0", attn.dims = ["R", "W"]})
    -> (tensor<?x?x4xf32> {attn.name = "out"}, tensor<?x11x5xf32> {attn.name = "memory"}, tensor<?x?x2x11xf32> {attn.name = "read_w"}, tensor<?x?x2x11xf32> {attn.name = "write_w"}) {
  // All samples begin alike: learned rows joined to zeros.
  %none_u = attn.rearrange %x sizes affine_map<(b, t, i) -> (b, 8)> from affine_map<(b, u) -> (b, -1, 0)> : tensor<?x?x3xf32>
  %none_r = attn.rearrange %x sizes affine_map<(b, t, i) -> (b, 11)> from affine_map<(b, r) -> (b, -1, 0)> : tensor<?x?x3xf32>
  %none_w = attn.rearrange %x sizes affine_map<(b, t, i) -> (b, 5)> from affine_map<(b, w) -> (b, -1, 0)> : tensor<?x?x3xf32>
  %none_m = attn.rearrange %x sizes affine_map<(b, t, i) -> (b, 1, 11, 5)> from affine_map<(b, h, r, w) -> (b, -1, 0)> : tensor<?x?x3xf32>
  %h0 = attn.weight "h0" : tensor<8xf32>
  %c0 = attn.weight "c0" : tensor<8xf32>
  %r0 = attn.weight "r0" : tensor<2x5xf32>
  %w0 = attn.weight "w0" : tensor<4x11xf32>
  %h = attn.add %none_u, %h0 : tensor<?x8xf32>, tensor<8xf32>
  %c = attn.add %none_u, %c0 : tensor<?x8xf32>, tensor<8xf32>
  %memory = attn.add %none_m, %memory0 : tensor<?x1x11x5xf32>, tensor<11x5xf32>
  %r0_0 = attn.rearrange %r0 sizes affine_map<(k, w) -> (w)> from affine_map<(w) -> (0, w)> : tensor<2x5xf32>
  %read0 = attn.add %none_w, %r0_0 : tensor<?x5xf32>, tensor<5xf32>
  %r0_1 = attn.rearrange %r0 sizes affine_map<(k, w) -> (w)> from affine_map<(w) -> (1, w)> : tensor<2x5xf32>
  %read1 = attn.add %none_w, %r0_1 : tensor<?x5xf32>, tensor<5xf32>
  %w0_0 = attn.rearrange %w0 sizes affine_map<(k, r) -> (r)> from affine_map<(r) -> (0, r)> : tensor<4x11xf32>
  %at0 = attn.add %none_r, %w0_0 : tensor<?x11xf32>, tensor<11xf32>
  %w0_1 = attn.rearrange %w0 sizes affine_map<(k, r) -> (r)> from affine_map<(r) -> (1, r)> : tensor<4x11xf32>
  %at1 = attn.add %none_r, %w0_1 : tensor<?x11xf32>, tensor<11xf32>
  %w0_2 = attn.rearrange %w0 sizes affine_map<(k, r) -> (r)> from affine_map<(r) -> (2, r)> : tensor<4x11xf32>
  %at2 = attn.add %none_r, %w0_2 : tensor<?x11xf32>, tensor<11xf32>
  %w0_3 = attn.rearrange %w0 sizes affine_map<(k, r) -> (r)> from affine_map<(r) -> (3, r)> : tensor<4x11xf32>
  %at3 = attn.add %none_r, %w0_3 : tensor<?x11xf32>, tensor<11xf32>
  %end:9, %out, %reading, %writing = attn.loop @step carried(%h, %c, %memory, %read0, %read1, %at0, %at1, %at2, %at3) each(%x)
      : (tensor<?x8xf32>, tensor<?x8xf32>, tensor<?x1x11x5xf32>, tensor<?x5xf32>, tensor<?x5xf32>, tensor<?x11xf32>, tensor<?x11xf32>, tensor<?x11xf32>, tensor<?x11xf32>, tensor<?x?x3xf32>)
      -> (tensor<?x8xf32>, tensor<?x8xf32>, tensor<?x1x11x5xf32>, tensor<?x5xf32>, tensor<?x5xf32>, tensor<?x11xf32>, tensor<?x11xf32>, tensor<?x11xf32>, tensor<?x11xf32>, tensor<?x?x4xf32>, tensor<?x?x2x11xf32>, tensor<?x?x2x11xf32>)
  %last = attn.merge_heads %end#2 : tensor<?x1x11x5xf32>
  return %out, %last, %reading, %writing : tensor<?x?x4xf32>, tensor<?x11x5xf32>, tensor<?x?x2x11xf32>, tensor<?x?x2x11xf32>
}
