// Each constraint of the ops that step, violated once.
// RUN: attn-opt %s --split-input-file --verify-diagnostics

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
