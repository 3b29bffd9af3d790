// Every constraint of modify, mask, normalize, mix_heads, map_conv, combine and attention.
// RUN: attn-opt %s --split-input-file --verify-diagnostics

func.func @modify_c1(%s: tensor<?x8x?x?xf32>) {
  // expected-error @+1 {{'attn.modify' op expected a formula with arguments ('f32', 'index', 'index', 'index', 'index'), got ('f32')}}
  %t = attn.modify %s : tensor<?x8x?x?xf32> {
  ^bb0(%x: f32):
    attn.yield %x : f32
  }
  return
}

// -----

func.func @mask_c1(%s: tensor<3x8x?x?xf32>) {
  // expected-error @+2 {{'attn.mask' op expected 1 mask operands, got 0}}
  // expected-error @+1 {{failed to infer returned types}}
  %t = "attn.mask"(%s) <{mask = #attn.mask<lengths(operand 0)>}> ({}) : (tensor<3x8x?x?xf32>) -> tensor<3x8x?x?xf32>
  return
}

// -----

func.func @mask_c2(%s: tensor<3x8x?x?xf32>, %n: tensor<2xi32>) {
  // expected-error @+1 {{'attn.mask' op expected lengths of type tensor<3xi32>, got tensor<2xi32>}}
  %t = attn.mask %s where lengths(%n) : tensor<3x8x?x?xf32>, tensor<2xi32>
  return
}

// -----

func.func @mask_c2_flags(%s: tensor<3x8x5x5xf32>, %n: tensor<3x5xf32>) {
  // expected-error @+1 {{'attn.mask' op expected flags of type tensor<3x5xi32>, got tensor<3x5xf32>}}
  %t = attn.mask %s where global(%n) : tensor<3x8x5x5xf32>, tensor<3x5xf32>
  return
}

// -----

func.func @mask_c2_segments(%s: tensor<3x8x5x7xf32>, %n: tensor<3x5xi32>) {
  // expected-error @+1 {{'attn.mask' op expected segments of type tensor<3x7xi32>, got tensor<3x5xi32>}}
  %t = attn.mask %s where segments(%n, %n) : tensor<3x8x5x7xf32>, tensor<3x5xi32>
  return
}

// -----

func.func @mask_c3(%s: tensor<3x8x5x7xf32>, %n: tensor<3x5xi32>) {
  // expected-error @+1 {{'attn.mask' op expected as many keys as queries for segments, got 7 and 5}}
  %t = attn.mask %s where segments(%n) : tensor<3x8x5x7xf32>, tensor<3x5xi32>
  return
}

// -----

func.func @mask_c4(%s: tensor<?x8x?x7xf32>, %m: tensor<?x?x8xi1>) {
  // expected-error @+1 {{'attn.mask' op expected a dense mask of i1 or i32 that broadcasts to the map tensor<?x8x?x7xi1>, got tensor<?x?x8xi1>}}
  %t = attn.mask %s where dense(%m) : tensor<?x8x?x7xf32>, tensor<?x?x8xi1>
  return
}

// -----

func.func @mask_c4_element(%s: tensor<?x8x?x7xf32>, %m: tensor<7xf32>) {
  // expected-error @+1 {{'attn.mask' op expected a dense mask of i1 or i32}}
  %t = attn.mask %s where dense(%m) : tensor<?x8x?x7xf32>, tensor<7xf32>
  return
}

// -----

func.func @mask_c5(%s: tensor<?x8x12x?xf32>) {
  // expected-error @+1 {{'attn.mask' op expected 12 queries and keys, the pixels of grid, got 12 and ?}}
  %t = attn.mask %s where grid(3, 4, 3) : tensor<?x8x12x?xf32>
  return
}

// -----

func.func @mask_c6(%s: tensor<?x8x?x?xf32>) {
  // expected-error @+1 {{'attn.mask' op expected one region for one predicate, got 0 for 1}}
  %t = attn.mask %s where predicate : tensor<?x8x?x?xf32>
  return
}

// -----

func.func @mask_c6_two(%s: tensor<?x8x?x?xf32>) {
  // expected-error @+1 {{'attn.mask' op expected one region for one predicate, got 1 for 2}}
  %t = attn.mask %s where predicate or not predicate : tensor<?x8x?x?xf32> {
  ^bb0(%b: index, %h: index, %i: index, %j: index):
    %r = arith.cmpi sle, %j, %i : index
    attn.yield %r : i1
  }
  return
}

// -----

func.func @mask_c7(%s: tensor<?x8x?x?xf32>, %n: tensor<8xi32>) {
  // expected-error @+1 {{'attn.mask' op expected a formula with arguments ('index', 'index', 'index', 'index', 'tensor<8xi32>'), got ('index', 'index')}}
  %t = attn.mask %s where predicate(%n) : tensor<?x8x?x?xf32>, tensor<8xi32> {
  ^bb0(%i: index, %j: index):
    %r = arith.cmpi sle, %j, %i : index
    attn.yield %r : i1
  }
  return
}

// -----

func.func @mask_c7_yield(%s: tensor<?x8x?x?xf32>) {
  // expected-error @+1 {{'attn.mask' op expected the formula to yield one 'i1'}}
  %t = attn.mask %s where predicate : tensor<?x8x?x?xf32> {
  ^bb0(%b: index, %h: index, %i: index, %j: index):
    attn.yield %j : index
  }
  return
}

// -----

func.func @normalize_unknown(%s: tensor<?x8x?x?xf32>) {
  // expected-error @+2 {{to be one of: softmax}}
  // expected-error @+1 {{failed to parse}}
  %t = attn.normalize hardmax %s : tensor<?x8x?x?xf32>
  return
}

// -----

func.func @normalize_c1(%s: tensor<?x8x?x?xf32>, %k: tensor<8xf32>) {
  // expected-error @+1 {{'attn.normalize' op takes a sink for softmax_one over keys only}}
  %t = attn.normalize softmax %s sink %k : tensor<?x8x?x?xf32>, tensor<8xf32>
  return
}

// -----

func.func @normalize_c1_axis(%s: tensor<?x8x?x?xf32>, %k: tensor<8xf32>) {
  // expected-error @+1 {{'attn.normalize' op takes a sink for softmax_one over keys only}}
  %t = attn.normalize softmax_one %s sink %k over heads : tensor<?x8x?x?xf32>, tensor<8xf32>
  return
}

// -----

func.func @normalize_c2(%s: tensor<?x8x?x?xf32>, %k: tensor<7xf32>) {
  // expected-error @+1 {{'attn.normalize' op expected one sink for each of 8 heads, got tensor<7xf32>}}
  %t = attn.normalize softmax_one %s sink %k : tensor<?x8x?x?xf32>, tensor<7xf32>
  return
}

// -----

func.func @normalize_c2_element(%s: tensor<?x8x?x?xf32>, %k: tensor<8xf64>) {
  // expected-error @+1 {{'attn.normalize' op expected one sink for each of 8 heads, got tensor<8xf64>}}
  %t = attn.normalize softmax_one %s sink %k : tensor<?x8x?x?xf32>, tensor<8xf64>
  return
}

// -----

func.func @normalize_c2_dynamic(%s: tensor<?x8x?x?xf32>, %k: tensor<?xf32>) {
  // expected-error @+1 {{'attn.normalize' op expected one sink for each of 8 heads, got tensor<?xf32>}}
  %t = attn.normalize softmax_one %s sink %k : tensor<?x8x?x?xf32>, tensor<?xf32>
  return
}

// -----

func.func @normalize_c3(%s: tensor<?x8x?x?xf32>) {
  // expected-error @+1 {{'attn.normalize' op expected eps of 0 or more}}
  %t = attn.normalize relu_sum %s eps -1.0e-6 : tensor<?x8x?x?xf32>
  return
}

// -----

func.func @normalize_c3_infinite(%s: tensor<?x8x?x?xf32>) {
  // expected-error @+1 {{'attn.normalize' op expected eps of 0 or more}}
  %t = attn.normalize relu_sum %s eps 0x7FF0000000000000 : tensor<?x8x?x?xf32>
  return
}

// -----

func.func @fill_c1(%s: tensor<?x8x?x?xf32>) {
  // expected-error @+1 {{'attn.fill' op expected a value within f32, got 1.0E+300}}
  %t = attn.fill %s value 1.0e300 : tensor<?x8x?x?xf32>
  return
}

// -----

func.func @mix_heads_c1(%s: tensor<?x8x?x?xf32>, %w: tensor<6x8xf64>) {
  // expected-error @+1 {{'attn.mix_heads' op expected one element type, got map tensor<?x8x?x?xf32> and weight tensor<6x8xf64>}}
  %t = attn.mix_heads %s, %w : tensor<?x8x?x?xf32>, tensor<6x8xf64>
  return
}

// -----

func.func @mix_heads_c2(%s: tensor<?x8x?x?xf32>, %w: tensor<?x8xf32>) {
  // expected-error @+1 {{'attn.mix_heads' op expected a static weight with at least one head out, got tensor<?x8xf32>}}
  %t = attn.mix_heads %s, %w : tensor<?x8x?x?xf32>, tensor<?x8xf32>
  return
}

// -----

func.func @mix_heads_c2_empty(%s: tensor<?x8x?x?xf32>, %w: tensor<0x8xf32>) {
  // expected-error @+1 {{'attn.mix_heads' op expected a static weight with at least one head out, got tensor<0x8xf32>}}
  %t = attn.mix_heads %s, %w : tensor<?x8x?x?xf32>, tensor<0x8xf32>
  return
}

// -----

func.func @mix_heads_c3(%s: tensor<?x8x?x?xf32>, %w: tensor<8x6xf32>) {
  // expected-error @+1 {{'attn.mix_heads' op expected weight [out, in] with in = 8 heads, got tensor<8x6xf32>}}
  %t = attn.mix_heads %s, %w : tensor<?x8x?x?xf32>, tensor<8x6xf32>
  return
}

// -----

func.func @map_conv_c1(%s: tensor<?x8x?x?xf32>, %w: tensor<8x8x3x3xf64>) {
  // expected-error @+1 {{'attn.map_conv' op expected one element type, got map tensor<?x8x?x?xf32> and weight tensor<8x8x3x3xf64>}}
  %t = attn.map_conv %s, %w : tensor<?x8x?x?xf32>, tensor<8x8x3x3xf64>
  return
}

// -----

func.func @map_conv_c2(%s: tensor<?x8x?x?xf32>, %w: tensor<8x8x?x3xf32>) {
  // expected-error @+1 {{'attn.map_conv' op expected a static weight with at least one head out, got tensor<8x8x?x3xf32>}}
  %t = attn.map_conv %s, %w : tensor<?x8x?x?xf32>, tensor<8x8x?x3xf32>
  return
}

// -----

func.func @map_conv_c3(%s: tensor<?x8x?x?xf32>, %w: tensor<8x6x3x3xf32>) {
  // expected-error @+1 {{'attn.map_conv' op expected weight [out, in, rows, columns] with in = 8 heads, got tensor<8x6x3x3xf32>}}
  %t = attn.map_conv %s, %w : tensor<?x8x?x?xf32>, tensor<8x6x3x3xf32>
  return
}

// -----

func.func @map_conv_c4(%s: tensor<?x8x?x?xf32>, %w: tensor<8x8x3x2xf32>) {
  // expected-error @+1 {{'attn.map_conv' op expected a kernel of odd height and width below 64, got tensor<8x8x3x2xf32>}}
  %t = attn.map_conv %s, %w : tensor<?x8x?x?xf32>, tensor<8x8x3x2xf32>
  return
}

// -----

func.func @map_conv_c4_size(%s: tensor<?x8x?x?xf32>, %w: tensor<8x8x65x1xf32>) {
  // expected-error @+1 {{'attn.map_conv' op expected a kernel of odd height and width below 64, got tensor<8x8x65x1xf32>}}
  %t = attn.map_conv %s, %w : tensor<?x8x?x?xf32>, tensor<8x8x65x1xf32>
  return
}

// -----

func.func @map_conv_c5(%s: tensor<?x8x?x?xf32>, %w: tensor<8x8x3x3xf32>, %b: tensor<6xf32>) {
  // expected-error @+1 {{'attn.map_conv' op expected one bias for each of 8 heads out, got tensor<6xf32>}}
  %t = attn.map_conv %s, %w, %b : tensor<?x8x?x?xf32>, tensor<8x8x3x3xf32>, tensor<6xf32>
  return
}

// -----

func.func @map_conv_c6(%s: tensor<?x8x?x?xf32>, %w: tensor<8x8x3x3xf32>) {
  // expected-error @+1 {{'attn.map_conv' op expected shift [down, right] of 0 to 63 each}}
  %t = attn.map_conv %s, %w shift [1, 64] : tensor<?x8x?x?xf32>, tensor<8x8x3x3xf32>
  return
}

// -----

func.func @map_conv_c6_count(%s: tensor<?x8x?x?xf32>, %w: tensor<8x8x3x3xf32>) {
  // expected-error @+1 {{'attn.map_conv' op expected shift [down, right] of 0 to 63 each}}
  %t = attn.map_conv %s, %w shift [1] : tensor<?x8x?x?xf32>, tensor<8x8x3x3xf32>
  return
}

// -----

func.func @map_conv_c6_negative(%s: tensor<?x8x?x?xf32>, %w: tensor<8x8x3x3xf32>) {
  // expected-error @+1 {{'attn.map_conv' op expected shift [down, right] of 0 to 63 each}}
  %t = attn.map_conv %s, %w shift [0, -1] : tensor<?x8x?x?xf32>, tensor<8x8x3x3xf32>
  return
}

// -----

func.func @combine_c1(%p: tensor<?x8x?x?xf32>, %v: tensor<?x8x?x16xf64>) {
  // expected-error @+1 {{expected one element type, got weights tensor<?x8x?x?xf32> and value tensor<?x8x?x16xf64>}}
  %o = attn.combine %p, %v : tensor<?x8x?x?xf32>, tensor<?x8x?x16xf64>
  return
}

// -----

func.func @combine_c2(%p: tensor<2x8x?x?xf32>, %v: tensor<3x8x?x16xf32>) {
  // expected-error @+1 {{'attn.combine' op expected weights and value of one batch, got 2 and 3}}
  %o = attn.combine %p, %v : tensor<2x8x?x?xf32>, tensor<3x8x?x16xf32>
  return
}

// -----

func.func @combine_c3(%p: tensor<?x8x?x?xf32>, %v: tensor<?x3x?x16xf32>) {
  // expected-error @+1 {{'attn.combine' op expected the map's heads to be a multiple of value heads, got 8 and 3}}
  %o = attn.combine %p, %v : tensor<?x8x?x?xf32>, tensor<?x3x?x16xf32>
  return
}

// -----

func.func @combine_c4(%p: tensor<?x8x?x6xf32>, %v: tensor<?x8x5x16xf32>) {
  // expected-error @+1 {{'attn.combine' op expected as many values as keys, got 5 values and 6 keys}}
  %o = attn.combine %p, %v : tensor<?x8x?x6xf32>, tensor<?x8x5x16xf32>
  return
}

// -----

func.func @combine_c5(%p: tensor<?x8x?x?xf32>, %v: tensor<?x8x?x?xf32>) {
  // expected-error @+1 {{'attn.combine' op expected a static value width, got tensor<?x8x?x?xf32>}}
  %o = attn.combine %p, %v : tensor<?x8x?x?xf32>, tensor<?x8x?x?xf32>
  return
}

// -----

func.func @attention_c1(%q: tensor<?x8x?x64xf32>, %k: tensor<?x8x?x64xf64>) {
  // expected-error @+1 {{'attn.attention' op expected one element type, got query}}
  %o = attn.attention %q, %k, %q : tensor<?x8x?x64xf32>, tensor<?x8x?x64xf64>, tensor<?x8x?x64xf32>
  return
}

// -----

func.func @attention_c2(%q: tensor<?x8x?x64xf32>, %k: tensor<2x8x?x64xf32>, %v: tensor<3x8x?x64xf32>) {
  // expected-error @+1 {{'attn.attention' op expected query, key and value of one batch, got ?, 2 and 3}}
  %o = attn.attention %q, %k, %v : tensor<?x8x?x64xf32>, tensor<2x8x?x64xf32>, tensor<3x8x?x64xf32>
  return
}

// -----

func.func @attention_c3(%q: tensor<?x8x?x64xf32>, %k: tensor<?x4x?x64xf32>, %v: tensor<?x2x?x64xf32>) {
  // expected-error @+1 {{expected query heads to be a multiple of the heads of key and value, got 8, 4 and 2}}
  %o = attn.attention %q, %k, %v : tensor<?x8x?x64xf32>, tensor<?x4x?x64xf32>, tensor<?x2x?x64xf32>
  return
}

// -----

func.func @attention_c4(%q: tensor<?x8x?x64xf32>, %k: tensor<?x8x?x32xf32>) {
  // expected-error @+1 {{'attn.attention' op expected query and key to share the head width, got 64 and 32}}
  %o = attn.attention %q, %k, %q : tensor<?x8x?x64xf32>, tensor<?x8x?x32xf32>, tensor<?x8x?x64xf32>
  return
}

// -----

func.func @attention_c4_value(%q: tensor<?x8x?x64xf32>, %v: tensor<?x8x?x?xf32>) {
  // expected-error @+1 {{'attn.attention' op expected a static value width, got tensor<?x8x?x?xf32>}}
  %o = attn.attention %q, %q, %v : tensor<?x8x?x64xf32>, tensor<?x8x?x64xf32>, tensor<?x8x?x?xf32>
  return
}

// -----

func.func @attention_c5(%q: tensor<?x8x?x64xf32>, %k: tensor<?x8x7x64xf32>, %v: tensor<?x8x6x64xf32>) {
  // expected-error @+1 {{key length differs from value length: key is tensor<?x8x7x64xf32>, value is tensor<?x8x6x64xf32> (dimension 2: 7 vs 6)}}
  %o = attn.attention %q, %k, %v : tensor<?x8x?x64xf32>, tensor<?x8x7x64xf32>, tensor<?x8x6x64xf32>
  return
}

// -----

func.func @attention_c6(%q: tensor<3x8x?x64xf32>, %n: tensor<2xi32>) {
  // expected-error @+1 {{'attn.attention' op expected lengths of type tensor<3xi32>, got tensor<2xi32>}}
  %o = attn.attention %q, %q, %q where lengths(%n)
      : tensor<3x8x?x64xf32>, tensor<3x8x?x64xf32>, tensor<3x8x?x64xf32>, tensor<2xi32>
  return
}

// -----

func.func @attention_c8(%q: tensor<?x8x?x64xf32>) {
  // expected-error @+1 {{'attn.attention' op takes no mask with a predicate; write score, mask, normalize and combine}}
  %o = attn.attention %q, %q, %q where predicate or prefix(1)
      : tensor<?x8x?x64xf32>, tensor<?x8x?x64xf32>, tensor<?x8x?x64xf32>
  return
}

// -----

func.func @attention_c7(%q: tensor<?x8x?x64xf32>) {
  // expected-error @+1 {{'attn.attention' op expected a formula with arguments ('f32', 'index', 'index', 'index', 'index'), got ('f32')}}
  %o = attn.attention %q, %q, %q : tensor<?x8x?x64xf32>, tensor<?x8x?x64xf32>, tensor<?x8x?x64xf32> {
  ^bb0(%x: f32):
    attn.yield %x : f32
  }
  return
}

// -----

func.func @normalize_c4(%s: tensor<?x8x?x?xf32>) {
  // expected-error @+1 {{'attn.normalize' op expected iterations of 1 to 1024 for sinkhorn, and none for other kinds}}
  %t = attn.normalize sinkhorn %s : tensor<?x8x?x?xf32>
  return
}

// -----

func.func @normalize_c4_limit(%s: tensor<?x8x?x?xf32>) {
  // expected-error @+1 {{'attn.normalize' op expected iterations of 1 to 1024 for sinkhorn, and none for other kinds}}
  %t = attn.normalize sinkhorn %s iterations 0 : tensor<?x8x?x?xf32>
  return
}

// -----

func.func @normalize_c4_kind(%s: tensor<?x8x?x?xf32>) {
  // expected-error @+1 {{'attn.normalize' op expected iterations of 1 to 1024 for sinkhorn, and none for other kinds}}
  %t = attn.normalize softmax %s iterations 3 : tensor<?x8x?x?xf32>
  return
}

// -----

func.func @normalize_c5(%s: tensor<?x8x?x?xf32>) {
  // expected-error @+1 {{'attn.normalize' op takes no axis for sinkhorn, which normalises over keys and queries in turn}}
  %t = attn.normalize sinkhorn %s over heads iterations 3 : tensor<?x8x?x?xf32>
  return
}

// -----

func.func @combine_c6(%p: tensor<?x8x?x?xf32>, %v: tensor<?x8x?x64xf32>, %r: tensor<6x64xf32>) {
  // expected-error @+1 {{'attn.combine' op expected a table of relative values with an odd number of rows of width 64 and the value's type, got tensor<6x64xf32>}}
  %o = attn.combine %p, %v relative %r aligned top_left : tensor<?x8x?x?xf32>, tensor<?x8x?x64xf32>, tensor<6x64xf32>
  return
}

// -----

func.func @combine_c7(%p: tensor<?x8x?x?xf32>, %v: tensor<?x8x?x64xf32>, %r: tensor<7x64xf32>) {
  // expected-error @+2 {{'attn.combine' op expected an alignment with relative values, and none without}}
  // expected-error @+1 {{failed to infer returned types}}
  %o = "attn.combine"(%p, %v, %r) : (tensor<?x8x?x?xf32>, tensor<?x8x?x64xf32>, tensor<7x64xf32>) -> tensor<?x8x?x64xf32>
  return
}

// -----

func.func @mask_c8(%s: tensor<?x8x?x?xf32>, %t: tensor<4x?x3xi32>) {
  // expected-error @+1 {{'attn.mask' op expected a table [H, P, R] of i32 for listed, with 8 heads or 1 and a static R, got tensor<4x?x3xi32>}}
  %m = attn.mask %s where listed(%t, 4) : tensor<?x8x?x?xf32>, tensor<4x?x3xi32>
  return
}

// -----

func.func @mask_c8_dynamic(%s: tensor<?x8x?x?xf32>, %t: tensor<8x3x?xi32>) {
  // expected-error @+1 {{'attn.mask' op expected a table [H, P, R] of i32 for listed, with 8 heads or 1 and a static R, got tensor<8x3x?xi32>}}
  %m = attn.mask %s where listed(%t, 4) : tensor<?x8x?x?xf32>, tensor<8x3x?xi32>
  return
}

// -----

func.func @mask_c9(%s: tensor<1x1x5x5xf32>, %rowptr: tensor<5xi32>, %col: tensor<?xi32>) {
  // expected-error @+1 {{'attn.mask' op expected graph(rowptr, col) of row pointers [N + 1] and columns [E] of i32 for 5 nodes, got tensor<5xi32>}}
  %t = attn.mask %s where graph(%rowptr, %col) : tensor<1x1x5x5xf32>, tensor<5xi32>, tensor<?xi32>
  return
}

// -----

func.func @top_k_c1(%s: tensor<?x8x?x?xf32>) {
  // expected-error @+1 {{'attn.top_k' op expected a count from 1 to 2^31 - 1, got 0}}
  %t = attn.top_k %s count 0 : tensor<?x8x?x?xf32>
  return
}
