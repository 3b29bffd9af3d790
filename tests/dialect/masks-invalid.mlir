// The text of masks: unknown words, wrong numbers, and nesting that would exhaust the stack.
// RUN: attn-opt %s --split-input-file --verify-diagnostics

// expected-error @+1 {{unknown mask 'diagonal'; known: causal, window, prefix, lengths}}
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
func.func private @lengths() attributes {m = #attn.mask<lengths(256)>}

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
