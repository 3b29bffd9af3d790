// Fewer tokens than hypotheses: some are missing.
// RUN: cd %S/data/beam_search-tiny && attn-run %s --reference --rtol 1e-9 --atol 1e-9 \
// RUN:   --input table=table.npy --input preference=preference.npy --input tokens=tokens.npy --input sums=sums.npy \
// RUN:   --input stored=tokens.npy --input scores=scores.npy --input alive=alive.npy --input last=last.npy \
// RUN:   --expect found=expected_tokens.npy --expect found_scores=expected_scores.npy \
// RUN:   --input t0=full:0:[1] --input t1=full:1:[1] --input t2=full:2:[1] --input t3=full:3:[1] --input t4=full:4:[1] --input t5=full:5:[1]
// RUN: %run_compiled %s %t --sizes one=1 --input table=%S/data/beam_search-tiny/table.npy \
// RUN:   --input preference=%S/data/beam_search-tiny/preference.npy --input tokens=full:0:[2,4,5] \
// RUN:   --input sums=%S/data/beam_search-tiny/sums.npy --input stored=full:0:[2,4,5] \
// RUN:   --input scores=%S/data/beam_search-tiny/scores.npy --input alive=full:1:[2] --input last=full:1:[8] \
// RUN:   --input t0=full:0:[1] --input t1=full:1:[1] --input t2=full:2:[1] --input t3=full:3:[1] --input t4=full:4:[1] --input t5=full:5:[1]

func.func private @step(%tokens: tensor<2x4x5xi32>, %sums: tensor<2x4xf32>, %stored: tensor<2x4x5xi32>, %scores: tensor<2x4xf32>, %alive: tensor<2xi32>, %last: tensor<8xi32>,
                        %table: tensor<3x3xf32>, %preference: tensor<8x3xf32>, %t: tensor<1xi32>)
    -> (tensor<2x4x5xi32>, tensor<2x4xf32>, tensor<2x4x5xi32>, tensor<2x4xf32>, tensor<2xi32>, tensor<8xi32>) {
  %follows = attn.embed %table, %last : tensor<3x3xf32>, tensor<8xi32>
  %logits = attn.add %follows, %preference : tensor<8x3xf32>, tensor<8x3xf32>
  %next:7 = attn.beam_step %logits live %tokens, %sums stored %stored, %scores alive %alive step %t end 2 alpha 0.25
      : tensor<8x3xf32>, tensor<2x4x5xi32>, tensor<2x4xf32>, tensor<2x4x5xi32>, tensor<2x4xf32>, tensor<2xi32>, tensor<1xi32>
  return %next#0, %next#1, %next#2, %next#3, %next#4, %next#6 : tensor<2x4x5xi32>, tensor<2x4xf32>, tensor<2x4x5xi32>, tensor<2x4xf32>, tensor<2xi32>, tensor<8xi32>
}

func.func @search(
    %table: tensor<3x3xf32> {attn.name = "table"}, %preference: tensor<8x3xf32> {attn.name = "preference"},
    %tokens: tensor<2x4x5xi32> {attn.name = "tokens"}, %sums: tensor<2x4xf32> {attn.name = "sums"}, %stored: tensor<2x4x5xi32> {attn.name = "stored"},
    %scores: tensor<2x4xf32> {attn.name = "scores"}, %alive: tensor<2xi32> {attn.name = "alive"}, %last: tensor<8xi32> {attn.name = "last"},
    %t0: tensor<1xi32> {attn.name = "t0"}, %t1: tensor<1xi32> {attn.name = "t1"}, %t2: tensor<1xi32> {attn.name = "t2"}, %t3: tensor<1xi32> {attn.name = "t3"}, %t4: tensor<1xi32> {attn.name = "t4"}, %t5: tensor<1xi32> {attn.name = "t5"})
    -> (tensor<2x4x5xi32> {attn.name = "found"}, tensor<2x4xf32> {attn.name = "found_scores"}, tensor<2x4x5xi32> {attn.name = "live"},
        tensor<2x4xf32> {attn.name = "live_sums"}, tensor<2xi32> {attn.name = "goes_on"}) {
  %s0:6 = call @step(%tokens, %sums, %stored, %scores, %alive, %last, %table, %preference, %t0)
      : (tensor<2x4x5xi32>, tensor<2x4xf32>, tensor<2x4x5xi32>, tensor<2x4xf32>, tensor<2xi32>, tensor<8xi32>, tensor<3x3xf32>, tensor<8x3xf32>, tensor<1xi32>) -> (tensor<2x4x5xi32>, tensor<2x4xf32>, tensor<2x4x5xi32>, tensor<2x4xf32>, tensor<2xi32>, tensor<8xi32>)
  %s1:6 = call @step(%s0#0, %s0#1, %s0#2, %s0#3, %s0#4, %s0#5, %table, %preference, %t1)
      : (tensor<2x4x5xi32>, tensor<2x4xf32>, tensor<2x4x5xi32>, tensor<2x4xf32>, tensor<2xi32>, tensor<8xi32>, tensor<3x3xf32>, tensor<8x3xf32>, tensor<1xi32>) -> (tensor<2x4x5xi32>, tensor<2x4xf32>, tensor<2x4x5xi32>, tensor<2x4xf32>, tensor<2xi32>, tensor<8xi32>)
  %s2:6 = call @step(%s1#0, %s1#1, %s1#2, %s1#3, %s1#4, %s1#5, %table, %preference, %t2)
      : (tensor<2x4x5xi32>, tensor<2x4xf32>, tensor<2x4x5xi32>, tensor<2x4xf32>, tensor<2xi32>, tensor<8xi32>, tensor<3x3xf32>, tensor<8x3xf32>, tensor<1xi32>) -> (tensor<2x4x5xi32>, tensor<2x4xf32>, tensor<2x4x5xi32>, tensor<2x4xf32>, tensor<2xi32>, tensor<8xi32>)
  %s3:6 = call @step(%s2#0, %s2#1, %s2#2, %s2#3, %s2#4, %s2#5, %table, %preference, %t3)
      : (tensor<2x4x5xi32>, tensor<2x4xf32>, tensor<2x4x5xi32>, tensor<2x4xf32>, tensor<2xi32>, tensor<8xi32>, tensor<3x3xf32>, tensor<8x3xf32>, tensor<1xi32>) -> (tensor<2x4x5xi32>, tensor<2x4xf32>, tensor<2x4x5xi32>, tensor<2x4xf32>, tensor<2xi32>, tensor<8xi32>)
  %s4:6 = call @step(%s3#0, %s3#1, %s3#2, %s3#3, %s3#4, %s3#5, %table, %preference, %t4)
      : (tensor<2x4x5xi32>, tensor<2x4xf32>, tensor<2x4x5xi32>, tensor<2x4xf32>, tensor<2xi32>, tensor<8xi32>, tensor<3x3xf32>, tensor<8x3xf32>, tensor<1xi32>) -> (tensor<2x4x5xi32>, tensor<2x4xf32>, tensor<2x4x5xi32>, tensor<2x4xf32>, tensor<2xi32>, tensor<8xi32>)
  %found:2 = attn.beam_finish live %s4#0, %s4#1 stored %s4#2, %s4#3 alive %s4#4 length %t5 alpha 0.25
      : tensor<2x4x5xi32>, tensor<2x4xf32>, tensor<2x4x5xi32>, tensor<2x4xf32>, tensor<2xi32>, tensor<1xi32>
  return %found#0, %found#1, %s4#0, %s4#1, %s4#4 : tensor<2x4x5xi32>, tensor<2x4xf32>, tensor<2x4x5xi32>, tensor<2x4xf32>, tensor<2xi32>
}
