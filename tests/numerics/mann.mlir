// A memory-augmented network (Santoro et al. 2016): both heads write where they last read or where the memory is least used.
// RUN: cd %S/data/mann-two_heads && attn-run %s --reference --rtol 1e-9 --atol 1e-9 --weights=weights.safetensors --input x=x.npy \
// RUN:   --input memory0=memory0.npy --expect out=expected_out.npy --expect memory=expected_memory.npy --expect usage=expected_usage.npy
// RUN: %run_compiled %s %t --weights=%S/data/mann-two_heads/weights.safetensors --sizes B=2,T=7 --sizes B=1,T=1 --sizes B=5,T=3 --sizes B=0,T=3 --sizes B=2,T=0

// One step of the controller: gates input, forget, cell, output.
func.func private @controller(%x: tensor<?x11xf32> {attn.dims = ["B", "X"]}, %h: tensor<?x6xf32> {attn.dims = ["B", "U"]}, %c: tensor<?x6xf32> {attn.dims = ["B", "U"]}) -> (tensor<?x6xf32>, tensor<?x6xf32>) {
  %wx = attn.weight "lstm.Wx" : tensor<24x11xf32>
  %wh = attn.weight "lstm.Wh" : tensor<24x6xf32>
  %b = attn.weight "lstm.b" : tensor<24xf32>
  %gx = attn.linear %x, %wx, %b : tensor<?x11xf32>, tensor<24x11xf32>, tensor<24xf32>
  %gh = attn.linear %h, %wh : tensor<?x6xf32>, tensor<24x6xf32>
  %g = attn.add %gx, %gh : tensor<?x24xf32>, tensor<?x24xf32>
  %cell = attn.pointwise %c indexed captures(%g) : tensor<?x6xf32>, tensor<?x24xf32> {
  ^bb0(%old: f32, %s: index, %k: index, %gates: tensor<?x24xf32>):
    %one = arith.constant 1.0 : f32
    %width = arith.constant 6 : index
    %k1 = arith.addi %k, %width : index
    %k2 = arith.addi %k1, %width : index
    %si = tensor.extract %gates[%s, %k] : tensor<?x24xf32>
    %sf = tensor.extract %gates[%s, %k1] : tensor<?x24xf32>
    %sn = tensor.extract %gates[%s, %k2] : tensor<?x24xf32>
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
  %hidden = attn.pointwise %cell indexed captures(%g) : tensor<?x6xf32>, tensor<?x24xf32> {
  ^bb0(%new: f32, %s: index, %k: index, %gates: tensor<?x24xf32>):
    %one = arith.constant 1.0 : f32
    %first = arith.constant 18 : index
    %k3 = arith.addi %k, %first : index
    %so = tensor.extract %gates[%s, %k3] : tensor<?x24xf32>
    %om = arith.negf %so : f32
    %oe = math.exp %om : f32
    %ob = arith.addf %one, %oe : f32
    %o = arith.divf %one, %ob : f32
    %t = math.tanh %new : f32
    %y = arith.mulf %o, %t : f32
    attn.yield %y : f32
  }
  return %hidden, %cell : tensor<?x6xf32>, tensor<?x6xf32>
}

// Reads and writes of both heads; what is least used is forgotten and written to.
func.func private @step(%h: tensor<?x6xf32> {attn.dims = ["B", "U"]}, %c: tensor<?x6xf32> {attn.dims = ["B", "U"]}, %memory: tensor<?x1x9x4xf32> {attn.dims = ["B", "I", "R", "W"]}, %usage: tensor<?x1x1x9xf32> {attn.dims = ["B", "I", "J", "R"]},
    %reading: tensor<?x1x2x9xf32> {attn.dims = ["B", "I", "K", "R"]}, %reads: tensor<?x8xf32> {attn.dims = ["B", "Q"]}, %x: tensor<?x3xf32> {attn.dims = ["B", "X"]})
    -> (tensor<?x6xf32> {attn.dims = ["B", "U"]}, tensor<?x6xf32> {attn.dims = ["B", "U"]}, tensor<?x1x9x4xf32> {attn.dims = ["B", "I", "R", "W"]}, tensor<?x1x1x9xf32> {attn.dims = ["B", "I", "J", "R"]}, tensor<?x1x2x9xf32> {attn.dims = ["B", "I", "K", "R"]},
        tensor<?x8xf32> {attn.dims = ["B", "Q"]}, tensor<?x14xf32> {attn.dims = ["B", "O"]}) {
  %input = attn.concat %x, %reads : tensor<?x3xf32>, tensor<?x8xf32>
  %h1, %c1 = func.call @controller(%input, %h, %c) : (tensor<?x11xf32>, tensor<?x6xf32>, tensor<?x6xf32>) -> (tensor<?x6xf32>, tensor<?x6xf32>)
  %par_w = attn.weight "par.W" : tensor<18x6xf32>
  %par_b = attn.weight "par.b" : tensor<18xf32>
  %par = attn.linear %h1, %par_w, %par_b : tensor<?x6xf32>, tensor<18x6xf32>, tensor<18xf32>
  %raw_keys = attn.rearrange %par sizes affine_map<(b, p) -> (b, 1, 2, 4)> from affine_map<(b, i, k, w) -> (b, k * 9 + w)> : tensor<?x18xf32>
  %raw_adds = attn.rearrange %par sizes affine_map<(b, p) -> (b, 1, 2, 4)> from affine_map<(b, i, k, w) -> (b, k * 9 + w + 4)> : tensor<?x18xf32>
  %keys = attn.activation tanh %raw_keys : tensor<?x1x2x4xf32>
  %adds = attn.activation tanh %raw_adds : tensor<?x1x2x4xf32>

  // Of equal ones the last row is the least used: the first of all in the reverse order.
  %unused = attn.rearrange %usage sizes affine_map<(b, i, j, r) -> (b, i, j, r)> from affine_map<(b, i, j, r) -> (b, i, j, 8 - r)> : tensor<?x1x1x9xf32>
  %negated = attn.modify %unused : tensor<?x1x1x9xf32> {
  ^bb0(%u: f32, %b: index, %i: index, %j: index, %r: index):
    %y = arith.negf %u : f32
    attn.yield %y : f32
  }
  %kept_one = attn.top_k %negated count 1 : tensor<?x1x1x9xf32>
  %share_one = attn.normalize softmax %kept_one : tensor<?x1x1x9xf32>
  %back_one = attn.rearrange %share_one sizes affine_map<(b, i, j, r) -> (b, i, j, r)> from affine_map<(b, i, j, r) -> (b, i, j, 8 - r)> : tensor<?x1x1x9xf32>
  %least_one = attn.modify %back_one : tensor<?x1x1x9xf32> {
  ^bb0(%p: f32, %b: index, %i: index, %j: index, %r: index):
    %zero = arith.constant 0.0 : f32
    %one = arith.constant 1.0 : f32
    %is = arith.cmpf ogt, %p, %zero : f32
    %y = arith.select %is, %one, %zero : f32
    attn.yield %y : f32
  }
  %kept_two = attn.top_k %negated count 2 : tensor<?x1x1x9xf32>
  %share_two = attn.normalize softmax %kept_two : tensor<?x1x1x9xf32>
  %back_two = attn.rearrange %share_two sizes affine_map<(b, i, j, r) -> (b, i, j, r)> from affine_map<(b, i, j, r) -> (b, i, j, 8 - r)> : tensor<?x1x1x9xf32>
  %least_two = attn.modify %back_two : tensor<?x1x1x9xf32> {
  ^bb0(%p: f32, %b: index, %i: index, %j: index, %r: index):
    %zero = arith.constant 0.0 : f32
    %one = arith.constant 1.0 : f32
    %is = arith.cmpf ogt, %p, %zero : f32
    %y = arith.select %is, %one, %zero : f32
    attn.yield %y : f32
  }
  %key_squares = attn.modify %keys : tensor<?x1x2x4xf32> {
  ^bb0(%v: f32, %b: index, %i: index, %k: index, %at: index):
    %y = arith.mulf %v, %v : f32
    attn.yield %y : f32
  }
  %row_squares = attn.modify %memory : tensor<?x1x9x4xf32> {
  ^bb0(%v: f32, %b: index, %i: index, %r: index, %at: index):
    %y = arith.mulf %v, %v : f32
    attn.yield %y : f32
  }
  %key_sizes = attn.reduce_map sum %key_squares over keys : tensor<?x1x2x4xf32>
  %row_sizes = attn.reduce_map sum %row_squares over keys : tensor<?x1x9x4xf32>
  %products = attn.score dot %keys, %memory : tensor<?x1x2x4xf32>, tensor<?x1x9x4xf32>
  %score = attn.modify %products captures(%key_sizes, %row_sizes) : tensor<?x1x2x9xf32>, tensor<?x1x2xf32>, tensor<?x1x9xf32> {
  ^bb0(%p: f32, %b: index, %i: index, %k: index, %r: index, %of_keys: tensor<?x1x2xf32>, %of_rows: tensor<?x1x9xf32>):
    %eps = arith.constant 1.0e-8 : f32
    %key2 = tensor.extract %of_keys[%b, %i, %k] : tensor<?x1x2xf32>
    %row2 = tensor.extract %of_rows[%b, %i, %r] : tensor<?x1x9xf32>
    %key_size = math.sqrt %key2 : f32
    %row_size = math.sqrt %row2 : f32
    %sizes = arith.mulf %key_size, %row_size : f32
    %below = arith.addf %sizes, %eps : f32
    %y = arith.divf %p, %below : f32
    attn.yield %y : f32
  }
  %next_reading = attn.normalize softmax %score : tensor<?x1x2x9xf32>
  %writing = attn.pointwise %reading, %least_two indexed captures(%par) : tensor<?x1x2x9xf32>, tensor<?x1x1x9xf32>, tensor<?x18xf32> {
  ^bb0(%last: f32, %least: f32, %b: index, %i: index, %k: index, %r: index, %all: tensor<?x18xf32>):
    %one = arith.constant 1.0 : f32
    %width = arith.constant 9 : index
    %blend = arith.constant 8 : index
    %first = arith.muli %k, %width : index
    %at = arith.addi %first, %blend : index
    %raw = tensor.extract %all[%b, %at] : tensor<?x18xf32>
    %gm = arith.negf %raw : f32
    %ge = math.exp %gm : f32
    %gb = arith.addf %one, %ge : f32
    %g = arith.divf %one, %gb : f32
    %rest = arith.subf %one, %g : f32
    %y0 = arith.mulf %g, %last : f32
    %y1 = arith.mulf %rest, %least : f32
    %y = arith.addf %y0, %y1 : f32
    attn.yield %y : f32
  }
  %next_memory = attn.pointwise %memory indexed captures(%least_one, %writing, %adds) : tensor<?x1x9x4xf32>, tensor<?x1x1x9xf32>, tensor<?x1x2x9xf32>, tensor<?x1x2x4xf32> {
  ^bb0(%old: f32, %b: index, %i: index, %r: index, %k: index, %forgets: tensor<?x1x1x9xf32>, %at: tensor<?x1x2x9xf32>, %new: tensor<?x1x2x4xf32>):
    %c0 = arith.constant 0 : index
    %c1_in = arith.constant 1 : index
    %one = arith.constant 1.0 : f32
    %f = tensor.extract %forgets[%b, %c0, %c0, %r] : tensor<?x1x1x9xf32>
    %w0 = tensor.extract %at[%b, %c0, %c0, %r] : tensor<?x1x2x9xf32>
    %w1 = tensor.extract %at[%b, %c0, %c1_in, %r] : tensor<?x1x2x9xf32>
    %a0 = tensor.extract %new[%b, %c0, %c0, %k] : tensor<?x1x2x4xf32>
    %a1 = tensor.extract %new[%b, %c0, %c1_in, %k] : tensor<?x1x2x4xf32>
    %stays = arith.subf %one, %f : f32
    %kept = arith.mulf %old, %stays : f32
    %p0 = arith.mulf %w0, %a0 : f32
    %p1 = arith.mulf %w1, %a1 : f32
    %s0 = arith.addf %kept, %p0 : f32
    %y = arith.addf %s0, %p1 : f32
    attn.yield %y : f32
  }
  %next_usage = attn.pointwise %usage indexed captures(%next_reading, %writing) : tensor<?x1x1x9xf32>, tensor<?x1x2x9xf32>, tensor<?x1x2x9xf32> {
  ^bb0(%u: f32, %b: index, %i: index, %j: index, %r: index, %read: tensor<?x1x2x9xf32>, %written: tensor<?x1x2x9xf32>):
    %c0 = arith.constant 0 : index
    %c1_in = arith.constant 1 : index
    %decay = arith.constant 0.9375 : f32
    %r0 = tensor.extract %read[%b, %c0, %c0, %r] : tensor<?x1x2x9xf32>
    %r1 = tensor.extract %read[%b, %c0, %c1_in, %r] : tensor<?x1x2x9xf32>
    %w0 = tensor.extract %written[%b, %c0, %c0, %r] : tensor<?x1x2x9xf32>
    %w1 = tensor.extract %written[%b, %c0, %c1_in, %r] : tensor<?x1x2x9xf32>
    %d = arith.mulf %decay, %u : f32
    %s0 = arith.addf %r0, %w0 : f32
    %s1 = arith.addf %r1, %w1 : f32
    %s2 = arith.addf %s0, %s1 : f32
    %y = arith.addf %d, %s2 : f32
    attn.yield %y : f32
  }
  %seen = attn.combine %next_reading, %next_memory : tensor<?x1x2x9xf32>, tensor<?x1x9x4xf32>
  %next_reads = attn.rearrange %seen sizes affine_map<(b, i, k, w) -> (b, 8)> from affine_map<(b, q) -> (b, 0, q floordiv 4, q mod 4)> : tensor<?x1x2x4xf32>
  %out = attn.concat %h1, %next_reads : tensor<?x6xf32>, tensor<?x8xf32>
  return %h1, %c1, %next_memory, %next_usage, %next_reading, %next_reads, %out
      : tensor<?x6xf32>, tensor<?x6xf32>, tensor<?x1x9x4xf32>, tensor<?x1x1x9xf32>, tensor<?x1x2x9xf32>, tensor<?x8xf32>, tensor<?x14xf32>
}

func.func @machine(%x: tensor<?x?x3xf32> {attn.name = "x", attn.dims = ["B", "T", "X"]}, %memory0: tensor<9x4xf32> {attn.name = "memory0", attn.dims = ["R", "W"]})
    -> (tensor<?x?x14xf32> {attn.name = "out"}, tensor<?x9x4xf32> {attn.name = "memory"}, tensor<?x9xf32> {attn.name = "usage"}) {
  %h0 = attn.rearrange %x sizes affine_map<(b, t, i) -> (b, 6)> from affine_map<(b, u) -> (b, -1, 0)> : tensor<?x?x3xf32>
  %reads0 = attn.rearrange %x sizes affine_map<(b, t, i) -> (b, 8)> from affine_map<(b, q) -> (b, -1, 0)> : tensor<?x?x3xf32>
  %zeros = attn.rearrange %x sizes affine_map<(b, t, i) -> (b, 1, 9, 4)> from affine_map<(b, i, r, w) -> (b, -1, 0)> : tensor<?x?x3xf32>
  %first_memory = attn.add %zeros, %memory0 : tensor<?x1x9x4xf32>, tensor<9x4xf32>
  // Row 0 is used, and read by both heads.
  %nowhere = attn.rearrange %x sizes affine_map<(b, t, i) -> (b, 1, 1, 9)> from affine_map<(b, i, j, r) -> (b, -1, 0)> : tensor<?x?x3xf32>
  %usage0 = attn.modify %nowhere : tensor<?x1x1x9xf32> {
  ^bb0(%z: f32, %b: index, %i: index, %j: index, %r: index):
    %c0 = arith.constant 0 : index
    %one = arith.constant 1.0 : f32
    %is = arith.cmpi eq, %r, %c0 : index
    %y = arith.select %is, %one, %z : f32
    attn.yield %y : f32
  }
  %reading0 = attn.rearrange %usage0 sizes affine_map<(b, i, j, r) -> (b, i, 2, r)> from affine_map<(b, i, k, r) -> (b, i, 0, r)> : tensor<?x1x1x9xf32>
  %end:6, %out = attn.loop @step carried(%h0, %h0, %first_memory, %usage0, %reading0, %reads0) each(%x)
      : (tensor<?x6xf32>, tensor<?x6xf32>, tensor<?x1x9x4xf32>, tensor<?x1x1x9xf32>, tensor<?x1x2x9xf32>, tensor<?x8xf32>, tensor<?x?x3xf32>)
      -> (tensor<?x6xf32>, tensor<?x6xf32>, tensor<?x1x9x4xf32>, tensor<?x1x1x9xf32>, tensor<?x1x2x9xf32>, tensor<?x8xf32>, tensor<?x?x14xf32>)
  %memory = attn.merge_heads %end#2 : tensor<?x1x9x4xf32>
  %usage = attn.rearrange %end#3 sizes affine_map<(b, i, j, r) -> (b, r)> from affine_map<(b, r) -> (b, 0, 0, r)> : tensor<?x1x1x9xf32>
  return %out, %memory, %usage : tensor<?x?x14xf32>, tensor<?x9x4xf32>, tensor<?x9xf32>
}
