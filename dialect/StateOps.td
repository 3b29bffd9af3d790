// Models that step and remember: a loop over time or tokens, caches of the past, and the choice of the next token.
#ifndef ATTN_STATE_OPS_TD
#define ATTN_STATE_OPS_TD

include "dialect/OpTraits.td"

def Attn_LoopOp : Attn_Op<"loop", [Pure, AttrSizedOperandSegments, DeclareOpInterfaceMethods<SymbolUserOpInterface>,
                                   DeclareOpInterfaceMethods<Attn_ExtentOpInterface>]> {
  let summary = "one function, step after step, with what it carries from each step to the next";
  let description = [{
    Calls `callee` once for each step t. Its arguments are the carried tensors, as the step before left them; of each sequence
    `[B, T, ...]` the part `[B, ...]` of time t; and the tensors after `with`, the same in every step. It returns the carried
    tensors for the next step, then parts `[B, ...]`, which are collected at time t of the further results `[B, T, ...]`. T is
    that of the sequences, or `steps`. `reverse` steps from T - 1 down to 0. With `while` the callee returns one more tensor,
    of i32: the loop ends after a step that returns it with nothing but 0, and what is collected of later steps is 0.

    ```mlir
    %h, %y = attn.loop @cell carried(%h0) each(%x)
        : (tensor<?x256xf32>, tensor<?x?x128xf32>) -> (tensor<?x256xf32>, tensor<?x?x256xf32>)
    ```
  }];
  let arguments = (ins FlatSymbolRefAttr:$callee, Variadic<AnyRankedTensor>:$carried, Variadic<AnyRankedTensor>:$each,
                       Variadic<AnyRankedTensor>:$with, OptionalAttr<I64Attr>:$steps, UnitAttr:$reverse,
                       UnitAttr:$conditional);
  let results = (outs Variadic<AnyRankedTensor>:$results);
  let assemblyFormat = [{
    $callee (`carried` `(` $carried^ `)`)? (`each` `(` $each^ `)`)? (`with` `(` $with^ `)`)? (`steps` $steps^)?
    (`reverse` $reverse^)? (`while` $conditional^)? attr-dict `:` functional-type(operands, $results)
  }];
  let hasVerifier = 1;
}

def Attn_CacheAppendOp : Attn_ComputeOp<"cache_append"> {
  let summary = "rows written behind those that a cache has";
  let description = [{
    The cache, but `y[b, ..., n[b] + i, :] = rows[b, ..., i, :]`; what would fall outside is left out. Where the cache is not read
    afterwards its memory is that of the result, so that nothing else is written.

    ```mlir
    %k = attn.cache_append %past, %new at %n : tensor<?x12x?x64xf32>, tensor<?x12x?x64xf32>, tensor<?xi32>
    ```
  }];
  let arguments = (ins TensorRankOf<[AnyFloat, I32], [3, 4]>:$cache, TensorRankOf<[AnyFloat, I32], [3, 4]>:$rows,
                       TensorRankOf<[I32], [1]>:$at);
  let results = (outs TensorRankOf<[AnyFloat, I32], [3, 4]>:$result);
  let assemblyFormat = "$cache `,` $rows `at` $at attr-dict `:` type(operands)";
}

def Attn_ArgmaxOp : Attn_ComputeOp<"argmax"> {
  let summary = "where the largest number of a row stands";
  let description = [{
    The first place of the largest number of `input[..., :]`; a NaN is larger than all numbers.

    ```mlir
    %token = attn.argmax %logits : tensor<?x50257xf32>
    ```
  }];
  let arguments = (ins Attn_Tensor:$input);
  let results = (outs Attn_IndexTensor:$result);
  let assemblyFormat = "$input attr-dict `:` type($input)";
}

def Attn_SampleOp : Attn_ComputeOp<"sample"> {
  let summary = "a token drawn by its probability";
  let description = [{
    Draws from softmax(logits[b, :] / temperature): of the `top_k` most probable tokens (0: all) the fewest whose probabilities
    among these reach `top_p` (Holtzman et al. 2020). The random number is a function of `seed[b]` and `step[b]` alone.
    Temperature 0: the first of the most probable. A logit that is no number counts as -inf.

    ```mlir
    %token = attn.sample %logits seed %seed step %t temperature 0.8 top_k 40 top_p 0.95
        : tensor<?x50257xf32>, tensor<?xi32>, tensor<?xi32>
    ```
  }];
  let arguments = (ins TensorRankOf<[AnyFloat], [2]>:$logits, TensorRankOf<[I32], [1]>:$seed,
                       TensorRankOf<[I32], [1]>:$step, F64Attr:$temperature, I64Attr:$top_k, F64Attr:$top_p);
  let results = (outs TensorRankOf<[I32], [1]>:$result);
  let assemblyFormat = [{
    $logits `seed` $seed `step` $step `temperature` custom<Real>($temperature) `top_k` $top_k `top_p` custom<Real>($top_p)
    attr-dict `:` type(operands)
  }];
}

def Attn_BeamStepOp : Attn_ComputeOp<"beam_step"> {
  let summary = "one step of beam search";
  let description = [{
    Each sample has K live hypotheses: their tokens, the sum of log-probabilities of each, and the logits of what may follow. All
    continuations are ranked by their sum (of equal ones that of the first hypothesis, then of the first token) and the best 2 K are read in
    order: one that ends in `end` and has a rank below K is stored with the score sum / t^alpha, t = step[0] + 1 its length; the
    others become live until there are K. Of the stored ones the best K are kept. A sample stops when K are stored and (`early`, or
    the best live sum / t^alpha is not above the worst that is stored), or when none is live. A stopped sample stays as it is.
    A sum of -inf stands for no hypothesis: a search begins with the sums [0, -inf, ...] and the scores [-inf, ...].

    Results: live and stored as after the step; for each sample 1 as long as it goes on; `rows[b K + r]`, the hypothesis that
    live r continues, for the order of caches; and the token that each live one ends in.

    ```mlir
    %next:7 = attn.beam_step %logits live %tokens, %sums stored %done, %scores alive %alive step %t end 2 alpha 0.6
        : tensor<?xVxf32>, tensor<?x4x32xi32>, tensor<?x4xf32>, tensor<?x4x32xi32>, tensor<?x4xf32>, tensor<?xi32>, tensor<1xi32>
    ```
  }];
  let arguments = (ins TensorRankOf<[AnyFloat], [2]>:$logits, TensorRankOf<[I32], [3]>:$tokens,
                       TensorRankOf<[AnyFloat], [2]>:$sums, TensorRankOf<[I32], [3]>:$stored,
                       TensorRankOf<[AnyFloat], [2]>:$scores, TensorRankOf<[I32], [1]>:$alive,
                       TensorRankOf<[I32], [1]>:$step, I64Attr:$end, F64Attr:$alpha, UnitAttr:$early);
  let results = (outs TensorRankOf<[I32], [3]>:$live_tokens, TensorRankOf<[AnyFloat], [2]>:$live_sums,
                      TensorRankOf<[I32], [3]>:$stored_tokens, TensorRankOf<[AnyFloat], [2]>:$stored_scores,
                      TensorRankOf<[I32], [1]>:$goes_on, TensorRankOf<[I32], [1]>:$rows,
                      TensorRankOf<[I32], [1]>:$last);
  let assemblyFormat = [{
    $logits `live` $tokens `,` $sums `stored` $stored `,` $scores `alive` $alive `step` $step `end` $end
    `alpha` custom<Real>($alpha) (`early` $early^)? attr-dict `:` type(operands)
  }];
}

def Attn_BeamFinishOp : Attn_ComputeOp<"beam_finish"> {
  let summary = "what a beam search has found when it may go no further";
  let description = [{
    Adds to the stored hypotheses of each sample that still goes on its live ones, of `length[0]` tokens, with the score
    sum / length^alpha, and keeps the best K: the best first, of equal ones those that were stored.

    ```mlir
    %found:2 = attn.beam_finish live %tokens, %sums stored %done, %scores alive %alive length %t alpha 0.6
        : tensor<?x4x32xi32>, tensor<?x4xf32>, tensor<?x4x32xi32>, tensor<?x4xf32>, tensor<?xi32>, tensor<1xi32>
    ```
  }];
  let arguments = (ins TensorRankOf<[I32], [3]>:$tokens, TensorRankOf<[AnyFloat], [2]>:$sums,
                       TensorRankOf<[I32], [3]>:$stored, TensorRankOf<[AnyFloat], [2]>:$scores,
                       TensorRankOf<[I32], [1]>:$alive, TensorRankOf<[I32], [1]>:$length, F64Attr:$alpha);
  let results = (outs TensorRankOf<[I32], [3]>:$found_tokens, TensorRankOf<[AnyFloat], [2]>:$found_scores);
  let assemblyFormat = [{
    `live` $tokens `,` $sums `stored` $stored `,` $scores `alive` $alive `length` $length `alpha` custom<Real>($alpha)
    attr-dict `:` type(operands)
  }];
}

#endif
