// The text of masks: unknown words, wrong numbers, and nesting that would exhaust the stack.
// RUN: attn-opt %s --split-input-file --verify-diagnostics

// expected-error @+1 {{unknown mask 'diagonal'; known: causal, window, prefix, lengths, blocks, strided, fixed, grid, axial, global, segments, dense, predicate, listed, graph}}
func.func private @unknown() attributes {m = #attn.mask<diagonal(1)>}

// -----

// expected-error @+1 {{expected an alignment, top_left or bottom_right, got 'left'}}
func.func private @alignment() attributes {m = #attn.mask<causal(left)>}

// -----

// expected-error @+1 {{expected window sizes that are not negative, got -1 and 0}}
func.func private @window() attributes {m = #attn.mask<window(-1, 0, top_left)>}

// -----

// expected-error @+1 {{expected a prefix that is not negative, got -3}}
func.func private @prefix() attributes {m = #attn.mask<prefix(-3)>}

// -----

// expected-error @+1 {{expected a mask operand index from 0 to 255, got 256}}
func.func private @lengths() attributes {m = #attn.mask<lengths(operand 256)>}

// -----

// expected-error @+1 {{unknown mask 'flags'}}
func.func private @words() attributes {m = #attn.mask<flags(operand 0)>}

// -----

// expected-error @+1 {{expected an operand}}
func.func private @operand() attributes {m = #attn.mask<segments(3)>}

// -----

// expected-error @+1 {{expected a window step from 1 to 2^31 - 1, got 0}}
func.func private @window_step() attributes {m = #attn.mask<window(1, 0, top_left, 0)>}

// -----

// expected-error @+1 {{expected 0 to 2^31 - 1 global tokens, got -1}}
func.func private @global() attributes {m = #attn.mask<global(-1)>}

// -----

// expected-error @+1 {{expected blocks of 1 to 2^31 - 1 tokens, got 0}}
func.func private @blocks() attributes {m = #attn.mask<blocks(0)>}

// -----

// expected-error @+1 {{expected blocks of 1 to 2^31 - 1 tokens, got 0}}
func.func private @blocks_of_keys() attributes {m = #attn.mask<blocks(4, 0, 1, 1)>}

// -----

// expected-error @+1 {{expected 0 to 2^31 - 1 neighbours, got -1}}
func.func private @neighbours() attributes {m = #attn.mask<blocks(4, 4, -1, 1)>}

// -----

// expected-error @+1 {{expected blocks of 1 to 2^31 - 1 tokens, got 0}}
func.func private @listed() attributes {m = #attn.mask<listed(operand 0, 0)>}

// -----

// expected-error @+1 {{expected 0 to 2^31 - 1 global tokens, got -2}}
func.func private @global_ends() attributes {m = #attn.mask<global(1, -2)>}

// -----

// expected-error @+1 {{expected a stride from 1 to 2^31 - 1, got 2147483648}}
func.func private @strided() attributes {m = #attn.mask<strided(2147483648)>}

// -----

// expected-error @+1 {{expected 0 to 4 visible keys of each stride, got 5}}
func.func private @fixed() attributes {m = #attn.mask<fixed(4, 5)>}

// -----

// expected-error @+1 {{expected an image of 1 to 2^31 - 1 pixels, got 65536 x 65536}}
func.func private @image() attributes {m = #attn.mask<axial(65536, 65536, 0)>}

// -----

// expected-error @+1 {{expected an odd kernel from 1 to 2^31 - 1, got 4}}
func.func private @grid() attributes {m = #attn.mask<grid(3, 5, 4)>}

// -----

// expected-error @+1 {{expected axis 0, a column, or 1, a row, got 2}}
func.func private @axial() attributes {m = #attn.mask<axial(3, 5, 2)>}

// -----

func.func @open(%s: tensor<?x8x?x?xf32>) {
  // expected-error @+1 {{expected ')'}}
  %t = attn.mask %s where (causal(top_left) and prefix(1) : tensor<?x8x?x?xf32>
  return
}

// -----

// expected-error @+1 {{mask expression is nested deeper than 64}}
func.func private @negations() attributes {m = #attn.mask<not not not not not not not not not not not not not not not not not not not not not not not not not not not not not not not not not not not not not not not not not not not not not not not not not not not not not not not not not not not not not not not not not not not not not not prefix(1)>}

// -----

// expected-error @+1 {{mask expression is nested deeper than 64}}
func.func private @parentheses() attributes {m = #attn.mask<((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((prefix(1)))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))>}
