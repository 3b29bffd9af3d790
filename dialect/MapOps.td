// Map to map, map and values to output, and the shorthand for the usual chain.
#ifndef ATTN_MAP_OPS_TD
#define ATTN_MAP_OPS_TD

include "dialect/OpTraits.td"

def Attn_ModifyOp : Attn_ComputeOp<"modify", [SingleBlockImplicitTerminator<"YieldOp">]> {
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

def Attn_MaskOp : Attn_ComputeOp<"mask"> {
  let summary = "forgets the scores of keys that a query may not see";
  let description = [{
    A masked place has no score: normalisers give it weight 0 and `combine` does not read its value. A row with no visible key
    has weights 0. See `#attn.mask` for the expressions.

    ```mlir
    %t = attn.mask %s where causal(bottom_right) and lengths(%n) : tensor<?x8x?x?xf32>, tensor<?xi32>
    ```
  }];
  let arguments = (ins Attn_Map:$scores, Variadic<TensorRankOf<[I32], [1]>>:$mask_operands, Attn_MaskAttr:$mask);
  let results = (outs Attn_Map:$result);
  let assemblyFormat = "$scores `where` custom<Mask>($mask, $mask_operands) attr-dict `:` type(operands)";
}

def Attn_NormalizeOp : Attn_ComputeOp<"normalize"> {
  let summary = "scores to weights, over the keys of each query";
  let description = [{
    `softmax`: `exp(s_ij - max_j s_ij) / sum_j exp(s_ij - max_j s_ij)` over visible keys.

    ```mlir
    %p = attn.normalize softmax %s : tensor<?x8x?x?xf32>
    ```
  }];
  let arguments = (ins Attn_NormalizerAttr:$kind, Attn_Map:$scores);
  let results = (outs Attn_Map:$weights);
  let assemblyFormat = "`` $kind $scores attr-dict `:` type($scores)";
}

def Attn_CombineOp : Attn_ComputeOp<"combine"> {
  let summary = "weighted sum of the values";
  let description = [{
    `o[b, h, i, e] = sum_j weights[b, h, i, j] * value[b, h / (H / Hk), j, e]` over visible keys.

    ```mlir
    %o = attn.combine %p, %v : tensor<?x8x?x?xf32>, tensor<?x8x?x64xf32>
    ```
  }];
  let arguments = (ins Attn_Map:$weights, TensorRankOf<[AnyFloat], [4]>:$value);
  let results = (outs TensorRankOf<[AnyFloat], [4]>:$result);
  let assemblyFormat = "$weights `,` $value attr-dict `:` type(operands)";
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
                       TensorRankOf<[AnyFloat], [4]>:$value, Variadic<TensorRankOf<[I32], [1]>>:$mask_operands,
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
