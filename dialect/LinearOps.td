// Attention as a product of features: rows to features, and features with values to output without a map.
#ifndef ATTN_LINEAR_OPS_TD
#define ATTN_LINEAR_OPS_TD

include "dialect/OpTraits.td"

def Attn_FeaturesOp : Attn_ComputeOp<"features", [SingleBlockImplicitTerminator<"YieldOp">]> {
  let summary = "features of queries or keys: a formula of each number and its place";
  let description = [{
    `y[b, h, n, t * D + d] = f_t(input[b, h, n, d], b, h, n, d, captures)` for t < `terms`. The region sees the number, then
    batch, head, position and channel as `index`, then the captured tensors, and yields `terms` numbers.

    What a score times cos(a (i - j)) asks for, by Ptolemy's identity (Qin et al. 2022, cosFormer):
    ```mlir
    %f = attn.features %q terms 2 : tensor<?x8x?x64xf32> {
    ^bb0(%x: f32, %b: index, %h: index, %n: index, %d: index):
      %position = arith.index_cast %n : index to i32
      %real = arith.sitofp %position : i32 to f32
      %a = arith.constant 1.53398e-3 : f32
      %angle = arith.mulf %real, %a : f32
      %cos = math.cos %angle : f32
      %sin = math.sin %angle : f32
      %u = arith.mulf %x, %cos : f32
      %v = arith.mulf %x, %sin : f32
      attn.yield %u, %v : f32, f32
    }
    ```
  }];
  let arguments = (ins TensorRankOf<[AnyFloat], [4]>:$input, Variadic<AnyRankedTensor>:$captures,
                       DefaultValuedAttr<I64Attr, "1">:$terms);
  let results = (outs TensorRankOf<[AnyFloat], [4]>:$result);
  let regions = (region SizedRegion<1>:$formula);
  let assemblyFormat = [{
    $input (`terms` $terms^)? (`captures` `(` $captures^ `)`)? attr-dict `:` type(operands) $formula
  }];
  let hasRegionVerifier = 1;
}

def Attn_RandomFeaturesOp : Attn_ComputeOp<"random_features"> {
  let summary = "positive random features of the softmax kernel";
  let description = [{
    `y[b, h, n, r] = (exp(u_r - abs(z)^2 / 2 - c) + eps) / sqrt(R)` with z = input[b, h, n, :] / D^(1/4) and
    u_r = z . projection[r, :] (Choromanski et al. 2021, Performer). c is the largest u `of row` over r (for queries), `of head`
    over r and n (for keys), or 0 `of none`. Rows at and beyond lengths[b] are not read, and are 0.

    ```mlir
    %q = attn.random_features %x, %w of row eps 1.0e-4 : tensor<?x8x?x64xf32>, tensor<256x64xf32>
    %k = attn.random_features %y, %w of head lengths %n eps 1.0e-4 : tensor<?x8x?x64xf32>, tensor<256x64xf32>, tensor<?xi32>
    ```
  }];
  let arguments = (ins TensorRankOf<[AnyFloat], [4]>:$input, TensorRankOf<[AnyFloat], [2]>:$projection,
                       Attn_StabilizerAttr:$stabilizer, Optional<TensorRankOf<[I32], [1]>>:$lengths, F64Attr:$eps);
  let results = (outs TensorRankOf<[AnyFloat], [4]>:$result);
  let assemblyFormat = [{
    $input `,` $projection `of` `` $stabilizer (`lengths` $lengths^)? `eps` custom<Real>($eps) attr-dict `:` type(operands)
  }];
}

def Attn_LinearAttentionOp : Attn_ComputeOp<"linear_attention", [AttrSizedOperandSegments]> {
  let summary = "attention through a state that sums up keys and values";
  let description = [{
    With f a query and k, v the keys and values of its head (grouped heads share them): the state S `[R, E]` and the sum of
    keys z `[R]` take in one key after the other,

    | update | S | needs |
    |---|---|---|
    | `additive` | S + k v^T | |
    | `gated` | exp(g) S + k v^T, and exp(g) z + k | `decay` |
    | `delta` | S + r k (v - S^T k)^T | `rate` |
    | `gated_delta` | exp(g) S + r k (v - exp(g) S^T k)^T | `decay`, `rate` |

    with g = decay[b, h, j] or, for each feature, decay[b, h, j, :], and r = rate[b, h, j] (Katharopoulos et al. 2020; Yang et al.
    2023, 2024). The output is f^T S divided by a denominator of d = f . z: `none` 1, `add` d + eps, `clamp` max(d, eps), `signed`
    d moved away from 0 to a size of eps. A denominator of 0 gives 0.

    A query sees the state after all keys, or `causal` after the last j <= i + off, off as in `#attn.mask`. Keys at and beyond
    lengths[b] are not read. `from` gives S and z before the first key, 0 without it. Results: the output, and S and z after the
    last key, so that a sequence can go on where another ended.

    ```mlir
    %o, %s, %z = attn.linear_attention %q, %k, %v causal top_left divided clamp eps 1.0e-6
        : tensor<?x8x?x128xf32>, tensor<?x8x?x128xf32>, tensor<?x8x?x64xf32>
    ```
  }];
  let arguments = (ins TensorRankOf<[AnyFloat], [4]>:$query, TensorRankOf<[AnyFloat], [4]>:$key,
                       TensorRankOf<[AnyFloat], [4]>:$value, Optional<TensorRankOf<[I32], [1]>>:$lengths,
                       Optional<TensorRankOf<[AnyFloat], [3, 4]>>:$decay,
                       Optional<TensorRankOf<[AnyFloat], [3]>>:$rate,
                       Optional<TensorRankOf<[AnyFloat], [4]>>:$state,
                       Optional<TensorRankOf<[AnyFloat], [3]>>:$sum, OptionalAttr<Attn_AlignmentAttr>:$causal,
                       DefaultValuedAttr<Attn_StateUpdateAttr, "::mlir::attn::StateUpdate::Additive">:$update,
                       DefaultValuedAttr<Attn_DenominatorAttr, "::mlir::attn::Denominator::None">:$denominator,
                       DefaultValuedAttr<F64Attr, "0.0">:$eps);
  let results = (outs TensorRankOf<[AnyFloat], [4]>:$result, TensorRankOf<[AnyFloat], [4]>:$last_state,
                      TensorRankOf<[AnyFloat], [3]>:$last_sum);
  let assemblyFormat = [{
    $query `,` $key `,` $value (`causal` $causal^)? (`lengths` $lengths^)? (`update` $update^)? (`decay` $decay^)?
    (`rate` $rate^)? (`from` $state^ (`,` $sum^)?)? (`divided` $denominator^)? (`eps` custom<Real>($eps)^)? attr-dict
    `:` type(operands)
  }];
}

#endif
