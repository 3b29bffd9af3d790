// Map to map, map and values to output, and the shorthand for the usual chain.
#ifndef ATTN_MAP_OPS_TD
#define ATTN_MAP_OPS_TD

include "dialect/OpTraits.td"

def Attn_ModifyOp : Attn_ComputeOp<"modify", [Attn_MakesMap, SingleBlockImplicitTerminator<"YieldOp">]> {
  let summary = "a formula of the score and its place in the map";
  let description = [{
    The region sees the score, then batch, head, query and key as `index`, then the captured tensors, which it reads with
    `tensor.extract`.

    ```mlir
    %t = attn.modify %s captures(%bias) : tensor<?x8x?x?xf32>, tensor<8xf32> {
    ^bb0(%x: f32, %b: index, %h: index, %i: index, %j: index, %table: tensor<8xf32>):
      %v = tensor.extract %table[%h] : tensor<8xf32>
      %r = arith.addf %x, %v : f32
      attn.yield %r : f32
    }
    ```
  }];
  let arguments = (ins Attn_Map:$scores, Variadic<AnyRankedTensor>:$captures);
  let results = (outs Attn_Map:$result);
  let regions = (region SizedRegion<1>:$formula);
  let assemblyFormat = [{
    $scores (`captures` `(` $captures^ `)`)? attr-dict `:` type(operands) $formula
  }];
  let hasRegionVerifier = 1;
}

def Attn_MaskOp : Attn_ComputeOp<"mask", [Attn_MakesMap]> {
  let summary = "forgets the scores of keys that a query may not see";
  let description = [{
    A masked place has no score: normalisers give it weight 0 and `combine` does not read its value. A row with no visible key
    has weights 0. See `#attn.mask` for the expressions. A `predicate` is the op's region: it sees batch, head, query and
    key as `index`, then the tensors that the predicate captures, and yields whether the key is visible.

    ```mlir
    %t = attn.mask %s where causal(bottom_right) and lengths(%n) : tensor<?x8x?x?xf32>, tensor<?xi32>
    %u = attn.mask %s where causal(top_left) and predicate(%limit) : tensor<?x8x?x?xf32>, tensor<8xi32> {
    ^bb0(%b: index, %h: index, %i: index, %j: index, %limits: tensor<8xi32>):
      %distance = arith.subi %i, %j : index
      %most = tensor.extract %limits[%h] : tensor<8xi32>
      %limit_of_head = arith.index_cast %most : i32 to index
      %near = arith.cmpi sle, %distance, %limit_of_head : index
      attn.yield %near : i1
    }
    ```
  }];
  let arguments = (ins Attn_Map:$scores, Variadic<AnyRankedTensor>:$mask_operands, Attn_MaskAttr:$mask);
  let results = (outs Attn_Map:$result);
  let regions = (region MaxSizedRegion<1>:$predicate);
  let assemblyFormat = [{
    $scores `where` custom<Mask>($mask, $mask_operands) attr-dict `:` type(operands) ($predicate^)?
  }];
  let hasRegionVerifier = 1;
}

def Attn_NormalizeOp : Attn_ComputeOp<"normalize", [Attn_MakesMap]> {
  let summary = "scores to weights";
  let description = [{
    With x the visible scores that share a normalisation: those of one query (`over keys`, the default), of one key
    (`over queries`), or of one place in all heads (`over heads`). A masked place gets weight 0.

    | kind | weight |
    |---|---|
    | `softmax` | exp(x_j) / sum exp(x) |
    | `softmax_one` | exp(x_j) / (exp(sink_h) + sum exp(x)); without a sink 1 stands for exp(sink_h) |
    | `sum` | x_j / max(sum x, eps), for x that are not negative |
    | `relu_sum` | relu(x_j) / max(sum relu(x), eps) |
    | `relu_mean`, `relu2_mean` | relu(x_j), relu(x_j)^2, divided by the number of visible places |
    | `sigmoid` | 1 / (1 + exp(-x_j)) |
    | `none` | x_j |
    | `sparsemax` | max(x_j - t, 0) with the t for which they sum to 1 (Martins and Astudillo 2016) |
    | `sinkhorn` | exp(x) with its rows, then its columns divided by their sums, `iterations` times (Tay et al. 2020) |

    ```mlir
    %p = attn.normalize softmax %s : tensor<?x8x?x?xf32>
    %r = attn.normalize relu_sum %s over queries eps 1.0e-6 : tensor<?x8x?x?xf32>
    %t = attn.normalize softmax_one %s sink %sinks : tensor<?x8x?x?xf32>, tensor<8xf32>
    ```
  }];
  let arguments = (ins Attn_NormalizerAttr:$kind, Attn_Map:$scores, Optional<TensorRankOf<[AnyFloat], [1]>>:$sink,
                       DefaultValuedAttr<Attn_MapAxisAttr, "::mlir::attn::MapAxis::Keys">:$axis,
                       DefaultValuedAttr<F64Attr, "1.0e-6">:$eps, OptionalAttr<I64Attr>:$iterations);
  let results = (outs Attn_Map:$weights);
  let assemblyFormat = [{
    `` $kind $scores (`sink` $sink^)? (`over` $axis^)? (`eps` custom<Real>($eps)^)? (`iterations` $iterations^)? attr-dict
    `:` type(operands)
  }];
}

def Attn_FillOp : Attn_ComputeOp<"fill", [Attn_MakesMap]> {
  let summary = "gives masked places a number";
  let description = [{
    Every place of the result is visible. A map that leaves the model or goes to another layer should be filled.

    ```mlir
    %t = attn.fill %masked value 0.0 : tensor<?x8x?x?xf32>
    ```
  }];
  let arguments = (ins Attn_Map:$scores, F64Attr:$value);
  let results = (outs Attn_Map:$result);
  let assemblyFormat = "$scores `value` custom<Real>($value) attr-dict `:` type($scores)";
}

def Attn_TopKOp : Attn_ComputeOp<"top_k", [Attn_MakesMap]> {
  let summary = "hides all but the largest scores of each query";
  let description = [{
    The `count` largest visible scores of a query stay visible, of equal ones those of the first keys; all, where there are no
    more. NaN is larger than all numbers.

    ```mlir
    %t = attn.top_k %s count 32 : tensor<?x8x?x?xf32>
    ```
  }];
  let arguments = (ins Attn_Map:$scores, I64Attr:$count);
  let results = (outs Attn_Map:$result);
  let assemblyFormat = "$scores `count` $count attr-dict `:` type($scores)";
}

def Attn_MixHeadsOp : Attn_ComputeOp<"mix_heads", [Attn_MakesMap]> {
  let summary = "each head becomes a weighted sum of all heads, at each place";
  let description = [{
    `t[b, g, i, j] = sum_h weight[g, h] * s[b, h, i, j]` (Shazeer et al. 2020, talking heads). A place is visible when it
    is in every head.

    ```mlir
    %t = attn.mix_heads %s, %w : tensor<?x8x?x?xf32>, tensor<6x8xf32>
    ```
  }];
  let arguments = (ins Attn_Map:$scores, TensorRankOf<[AnyFloat], [2]>:$weight);
  let results = (outs Attn_Map:$result);
  let assemblyFormat = "$scores `,` $weight attr-dict `:` type(operands)";
}

def Attn_MapConvOp : Attn_ComputeOp<"map_conv", [Attn_MakesMap]> {
  let summary = "convolution of the map as an image whose channels are the heads";
  let description = [{
    `c[b, g, i, j] = bias[g] + sum_{h,u,t} weight[g, h, u, t] * s[b, h, i + u - kh/2, j + t - kw/2]` with masked places and
    those outside the map as 0 (Wang et al. 2021, Evolving Attention); then moved `shift` = [down, right] places, with 0 in
    the rows and columns left free. With a 3x3 kernel, [1, 1] keeps a causal map causal. Every place of the result is
    visible.

    ```mlir
    %c = attn.map_conv %s, %w, %b shift [1, 1] : tensor<?x8x?x?xf32>, tensor<8x8x3x3xf32>, tensor<8xf32>
    ```
  }];
  let arguments = (ins Attn_Map:$scores, TensorRankOf<[AnyFloat], [4]>:$weight,
                       Optional<TensorRankOf<[AnyFloat], [1]>>:$bias,
                       DefaultValuedAttr<DenseI64ArrayAttr, "{}">:$shift);
  let results = (outs Attn_Map:$result);
  let assemblyFormat = [{
    $scores `,` $weight (`,` $bias^)? (`shift` $shift^)? attr-dict `:` type(operands)
  }];
}

def Attn_CombineOp : Attn_ComputeOp<"combine"> {
  let summary = "weighted sum of the values";
  let description = [{
    `o[b, h, i, e] = sum_j weights[b, h, i, j] * value[b, h / (H / Hk), j, e]` over visible keys. Values `[Hk, M, E]` are
    shared by all samples, `[M, E]` by all heads too. With `relative`, a table [2c+1, E], each value is
    `value[..., j, e] + table[clamp(j - i - off, -c, c) + c, e]`, as `relative_score` reads its own (Shaw et al. 2018).

    ```mlir
    %o = attn.combine %p, %v : tensor<?x8x?x?xf32>, tensor<?x8x?x64xf32>
    %r = attn.combine %p, %v relative %table aligned top_left
        : tensor<?x8x?x?xf32>, tensor<?x8x?x64xf32>, tensor<33x64xf32>
    ```
  }];
  let arguments = (ins Attn_Map:$weights, Attn_Keys:$value, Optional<TensorRankOf<[AnyFloat], [2]>>:$relative,
                       OptionalAttr<Attn_AlignmentAttr>:$alignment);
  let results = (outs TensorRankOf<[AnyFloat], [4]>:$result);
  let assemblyFormat = [{
    $weights `,` $value (`relative` $relative^ `aligned` $alignment)? attr-dict `:` type(operands)
  }];
}

def Attn_ReduceMapOp : Attn_ComputeOp<"reduce_map"> {
  let summary = "one number for the keys of a query, the queries of a key, or the heads of a place";
  let description = [{
    With x the visible places of the map that share all but one dimension, which the result does not have:

    | kind | result | without a visible place |
    |---|---|---|
    | `sum` | sum x | 0 |
    | `max` | the largest x | -inf |
    | `mean` | sum x / number of visible places | 0 |
    | `logsumexp` | log sum exp(x) | -inf |

    ```mlir
    %l = attn.reduce_map logsumexp %s over keys : tensor<?x8x?x?xf32>      // tensor<?x8x?xf32>, a number for each query
    %m = attn.reduce_map mean %p over heads : tensor<?x8x?x?xf32>          // tensor<?x?x?xf32>
    ```
  }];
  let arguments = (ins Attn_MapReductionAttr:$kind, Attn_Map:$map, Attn_MapAxisAttr:$axis);
  let results = (outs TensorRankOf<[AnyFloat], [3]>:$result);
  let assemblyFormat = "`` $kind $map `over` $axis attr-dict `:` type($map)";
}

def Attn_AttentionOp : Attn_ComputeOp<"attention"> {
  let summary = "score, modify, mask, softmax and combine in one";
  let description = [{
    Shorthand for `score dot` with `scale`, the optional formula, the optional mask, `normalize softmax`, `combine`, in this order.
    The formula sees what the one of `attn.modify` sees, without captures.

    ```mlir
    %o = attn.attention %q, %k, %v scale 1.25e-1 where causal(top_left)
        : tensor<?x8x?x64xf32>, tensor<?x8x?x64xf32>, tensor<?x8x?x64xf32>
    ```
  }];
  let arguments = (ins TensorRankOf<[AnyFloat], [4]>:$query, TensorRankOf<[AnyFloat], [4]>:$key,
                       TensorRankOf<[AnyFloat], [4]>:$value, Variadic<AnyRankedTensor>:$mask_operands,
                       DefaultValuedAttr<F64Attr, "1.0">:$scale, OptionalAttr<Attn_MaskAttr>:$mask);
  let results = (outs TensorRankOf<[AnyFloat], [4]>:$result);
  let regions = (region MaxSizedRegion<1>:$formula);
  let assemblyFormat = [{
    $query `,` $key `,` $value (`scale` custom<Real>($scale)^)? (`where` custom<Mask>($mask, $mask_operands)^)? attr-dict
    `:` type(operands) ($formula^)?
  }];
  let hasRegionVerifier = 1;
}

#endif
