// Each constraint of the ops that step, violated once.
// RUN: attn-opt %s --split-input-file --verify-diagnostics

func.func @loop_c1(%x: tensor<?xf32>) {
  // expected-error @+1 {{'attn.loop' op expected sequences [B, T, ...], got 'tensor<?xf32>'}}
  attn.loop @step each(%x) : (tensor<?xf32>) -> ()
  return
}

// -----

func.func private @step(%h: tensor<?x8xf32>) -> tensor<?x8xf32> {
  return %h : tensor<?x8xf32>
}
func.func @loop_c2(%h: tensor<?x8xf32>) {
  // expected-error @+1 {{'attn.loop' op expected either sequences or a number of steps, got neither}}
  %y = attn.loop @step carried(%h) : (tensor<?x8xf32>) -> tensor<?x8xf32>
  return
}

// -----

func.func private @step(%h: tensor<?x8xf32>) -> tensor<?x8xf32> {
  return %h : tensor<?x8xf32>
}
func.func @loop_c2_both(%x: tensor<?x?x8xf32>) {
  // expected-error @+1 {{'attn.loop' op expected either sequences or a number of steps, got both}}
  %y = attn.loop @step each(%x) steps 4 : (tensor<?x?x8xf32>) -> tensor<?x4x8xf32>
  return
}

// -----

func.func private @step(%h: tensor<?x8xf32>) -> tensor<?x8xf32> {
  return %h : tensor<?x8xf32>
}
func.func @loop_c3(%h: tensor<?x8xf32>) {
  // expected-error @+1 {{'attn.loop' op expected 1 to 16777216 steps, got 0}}
  %y = attn.loop @step carried(%h) steps 0 : (tensor<?x8xf32>) -> tensor<?x8xf32>
  return
}

// -----

func.func private @step(%h: tensor<?x8xf32>) -> tensor<?x8xf32> {
  return %h : tensor<?x8xf32>
}
func.func @loop_c4(%h: tensor<?x8xf32>) {
  // expected-error @+1 {{'attn.loop' op expected a result for each carried tensor, got 0 for 1}}
  attn.loop @step carried(%h) steps 4 : (tensor<?x8xf32>) -> ()
  return
}

// -----

func.func private @step(%h: tensor<?x8xf32>) -> tensor<?x8xf32> {
  return %h : tensor<?x8xf32>
}
func.func @loop_c5(%h: tensor<?x8xf32>) {
  // expected-error @+1 {{'attn.loop' op expected results of the types of the carried tensors, got 'tensor<?x9xf32>' for 'tensor<?x8xf32>'}}
  %y = attn.loop @step carried(%h) steps 4 : (tensor<?x8xf32>) -> tensor<?x9xf32>
  return
}

// -----

func.func private @step(%h: tensor<?x8xf32>) -> tensor<?x8xf32> {
  return %h : tensor<?x8xf32>
}
func.func @loop_c6(%x: tensor<?x?x8xf32>) {
  // expected-error @+1 {{'attn.loop' op expected collected results [B, T, ...], got 'tensor<?xf32>'}}
  %y = attn.loop @step each(%x) : (tensor<?x?x8xf32>) -> tensor<?xf32>
  return
}

// -----

func.func @step(%h: tensor<?x8xf32>) -> tensor<?x8xf32> {
  return %h : tensor<?x8xf32>
}
func.func @loop_c7(%h: tensor<?x8xf32>) {
  // expected-error @+1 {{'attn.loop' op refers to @step, which is not a private function with a body}}
  %y = attn.loop @step carried(%h) steps 4 : (tensor<?x8xf32>) -> tensor<?x8xf32>
  return
}

// -----

func.func private @step(%h: tensor<?x8xf32>) -> tensor<?x8xf32>
func.func @loop_c7_body(%h: tensor<?x8xf32>) {
  // expected-error @+1 {{'attn.loop' op refers to @step, which is not a private function with a body}}
  %y = attn.loop @step carried(%h) steps 4 : (tensor<?x8xf32>) -> tensor<?x8xf32>
  return
}

// -----

func.func private @step(%h: tensor<?x8xf32>) -> tensor<?x8xf32> {
  return %h : tensor<?x8xf32>
}
func.func @loop_c8(%h: tensor<?x8xf32>, %n: tensor<?xi32>) {
  // expected-error @+1 {{'attn.loop' op expected @step to be a function '(tensor<?x8xf32>, tensor<?xi32>) -> tensor<?x8xf32>', got '(tensor<?x8xf32>) -> tensor<?x8xf32>'}}
  %y = attn.loop @step carried(%h) with(%n) steps 4 : (tensor<?x8xf32>, tensor<?xi32>) -> tensor<?x8xf32>
  return
}

// -----

func.func private @step(%h: tensor<?x8xf32>) -> tensor<?x8xf32> {
  return %h : tensor<?x8xf32>
}
func.func @loop_c8_while(%h: tensor<?x8xf32>) {
  // expected-error @+1 {{'attn.loop' op expected @step to be a function '(tensor<?x8xf32>) -> tensor<?x8xf32>' that returns a tensor of i32 besides, got '(tensor<?x8xf32>) -> tensor<?x8xf32>'}}
  %y = attn.loop @step carried(%h) steps 4 while : (tensor<?x8xf32>) -> tensor<?x8xf32>
  return
}

// -----

func.func private @loop_c9(%h: tensor<?x8xf32>) -> tensor<?x8xf32> {
  // expected-error @+1 {{'attn.loop' op steps through the function it stands in}}
  %y = attn.loop @loop_c9 carried(%h) steps 4 : (tensor<?x8xf32>) -> tensor<?x8xf32>
  return %y : tensor<?x8xf32>
}

// -----

func.func @sample_c1(%logits: tensor<?x?xf32>, %seed: tensor<?xi32>, %t: tensor<?xi32>) {
  // expected-error @+1 {{'attn.sample' op expected a static vocabulary, got tensor<?x?xf32>}}
  %token = attn.sample %logits seed %seed step %t temperature 0.8 top_k 40 top_p 0.95 : tensor<?x?xf32>, tensor<?xi32>, tensor<?xi32>
  return
}

// -----

func.func @sample_c2(%logits: tensor<2x41xf32>, %seed: tensor<3xi32>, %t: tensor<?xi32>) {
  // expected-error @+1 {{'attn.sample' op expected one seed and one step a sample, got tensor<3xi32> and tensor<?xi32> for tensor<2x41xf32>}}
  %token = attn.sample %logits seed %seed step %t temperature 0.8 top_k 40 top_p 0.95 : tensor<2x41xf32>, tensor<3xi32>, tensor<?xi32>
  return
}

// -----

func.func @sample_c3(%logits: tensor<?x41xf32>, %seed: tensor<?xi32>, %t: tensor<?xi32>) {
  // expected-error @+1 {{'attn.sample' op expected a temperature and a top_k of 0 or more and a top_p above 0 and not above 1, got 0.800000, 40 and 1.500000}}
  %token = attn.sample %logits seed %seed step %t temperature 0.8 top_k 40 top_p 1.5 : tensor<?x41xf32>, tensor<?xi32>, tensor<?xi32>
  return
}

// -----

func.func @beam_step_c1(%logits: tensor<?x1xf32>, %tokens: tensor<?x4x32xi32>, %sums: tensor<?x4xf32>, %done: tensor<?x4x32xi32>, %scores: tensor<?x4xf32>, %alive: tensor<?xi32>, %t: tensor<1xi32>) {
  // expected-error @+1 {{'attn.beam_step' op expected a static number of beams and a static vocabulary of 2 or more, got tensor<?x4x32xi32> and tensor<?x1xf32>}}
  %next:7 = attn.beam_step %logits live %tokens, %sums stored %done, %scores alive %alive step %t end 2 alpha 0.6
      : tensor<?x1xf32>, tensor<?x4x32xi32>, tensor<?x4xf32>, tensor<?x4x32xi32>, tensor<?x4xf32>, tensor<?xi32>, tensor<1xi32>
  return
}

// -----

func.func @beam_step_c2(%logits: tensor<7x41xf32>, %tokens: tensor<2x4x32xi32>, %sums: tensor<?x4xf32>, %done: tensor<2x4x32xi32>, %scores: tensor<?x4xf32>, %alive: tensor<?xi32>, %t: tensor<1xi32>) {
  // expected-error @+1 {{'attn.beam_step' op expected logits for each of 4 beams of 2 samples, got tensor<7x41xf32>}}
  %next:7 = attn.beam_step %logits live %tokens, %sums stored %done, %scores alive %alive step %t end 2 alpha 0.6
      : tensor<7x41xf32>, tensor<2x4x32xi32>, tensor<?x4xf32>, tensor<2x4x32xi32>, tensor<?x4xf32>, tensor<?xi32>, tensor<1xi32>
  return
}

// -----

func.func @beam_step_c3(%logits: tensor<?x41xf32>, %tokens: tensor<?x4x32xi32>, %sums: tensor<?x4xf32>, %done: tensor<?x4x31xi32>, %scores: tensor<?x4xf32>, %alive: tensor<?xi32>, %t: tensor<1xi32>) {
  // expected-error @+1 {{'attn.beam_step' op expected tokens [B, K, T], sums [B, K] in the type of the logits, stored ones of the same types, one number a sample that says whether it goes on, and one step, got tensor<?x4x32xi32>, tensor<?x4xf32>, tensor<?x4x31xi32>, tensor<?x4xf32>, tensor<?xi32>, and tensor<1xi32>}}
  %next:7 = attn.beam_step %logits live %tokens, %sums stored %done, %scores alive %alive step %t end 2 alpha 0.6
      : tensor<?x41xf32>, tensor<?x4x32xi32>, tensor<?x4xf32>, tensor<?x4x31xi32>, tensor<?x4xf32>, tensor<?xi32>, tensor<1xi32>
  return
}

// -----

func.func @beam_step_c4(%logits: tensor<?x41xf32>, %tokens: tensor<?x4x32xi32>, %sums: tensor<?x4xf32>, %done: tensor<?x4x32xi32>, %scores: tensor<?x4xf32>, %alive: tensor<?xi32>, %t: tensor<1xi32>) {
  // expected-error @+1 {{'attn.beam_step' op expected an end within the vocabulary of 41, got 41}}
  %next:7 = attn.beam_step %logits live %tokens, %sums stored %done, %scores alive %alive step %t end 41 alpha 0.6
      : tensor<?x41xf32>, tensor<?x4x32xi32>, tensor<?x4xf32>, tensor<?x4x32xi32>, tensor<?x4xf32>, tensor<?xi32>, tensor<1xi32>
  return
}

// -----

func.func @beam_step_c5(%logits: tensor<?x41xf32>, %tokens: tensor<?x4x32xi32>, %sums: tensor<?x4xf32>, %done: tensor<?x4x32xi32>, %scores: tensor<?x4xf32>, %alive: tensor<?xi32>, %t: tensor<1xi32>) {
  // expected-error @+1 {{'attn.beam_step' op expected a finite alpha}}
  %next:7 = attn.beam_step %logits live %tokens, %sums stored %done, %scores alive %alive step %t end 2 alpha 0x7FF0000000000000
      : tensor<?x41xf32>, tensor<?x4x32xi32>, tensor<?x4xf32>, tensor<?x4x32xi32>, tensor<?x4xf32>, tensor<?xi32>, tensor<1xi32>
  return
}

// -----

func.func @beam_finish_c1(%tokens: tensor<?x?x32xi32>, %sums: tensor<?x?xf32>, %done: tensor<?x?x32xi32>, %scores: tensor<?x?xf32>, %alive: tensor<?xi32>, %t: tensor<1xi32>) {
  // expected-error @+1 {{'attn.beam_finish' op expected a static number of beams, got tensor<?x?x32xi32>}}
  %found:2 = attn.beam_finish live %tokens, %sums stored %done, %scores alive %alive length %t alpha 0.6
      : tensor<?x?x32xi32>, tensor<?x?xf32>, tensor<?x?x32xi32>, tensor<?x?xf32>, tensor<?xi32>, tensor<1xi32>
  return
}

// -----

func.func @beam_finish_c2(%tokens: tensor<?x4x32xi32>, %sums: tensor<?x3xf32>, %done: tensor<?x4x32xi32>, %scores: tensor<?x3xf32>, %alive: tensor<?xi32>, %t: tensor<1xi32>) {
  // expected-error @+1 {{'attn.beam_finish' op expected tokens [B, K, T], sums [B, K], stored ones of the same types, one number a sample that says whether it goes on, and one length, got tensor<?x4x32xi32>, tensor<?x3xf32>, tensor<?x4x32xi32>, tensor<?x3xf32>, tensor<?xi32>, and tensor<1xi32>}}
  %found:2 = attn.beam_finish live %tokens, %sums stored %done, %scores alive %alive length %t alpha 0.6
      : tensor<?x4x32xi32>, tensor<?x3xf32>, tensor<?x4x32xi32>, tensor<?x3xf32>, tensor<?xi32>, tensor<1xi32>
  return
}

// -----

func.func @beam_finish_c3(%tokens: tensor<?x4x32xi32>, %sums: tensor<?x4xf32>, %done: tensor<?x4x32xi32>, %scores: tensor<?x4xf32>, %alive: tensor<?xi32>, %t: tensor<1xi32>) {
  // expected-error @+1 {{'attn.beam_finish' op expected a finite alpha}}
  %found:2 = attn.beam_finish live %tokens, %sums stored %done, %scores alive %alive length %t alpha 0x7FF0000000000000
      : tensor<?x4x32xi32>, tensor<?x4xf32>, tensor<?x4x32xi32>, tensor<?x4xf32>, tensor<?xi32>, tensor<1xi32>
  return
}
