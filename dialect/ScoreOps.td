// Queries and keys to a score map.
#ifndef ATTN_SCORE_OPS_TD
#define ATTN_SCORE_OPS_TD

include "dialect/OpTraits.td"

def Attn_ScoreOp : Attn_ComputeOp<"score", [Attn_MakesMap]> {
  let summary = "a score for every query and key";
  let description = [{
    `s[b, h, i, j] = scale * score(query[b, h, i, :], key[b, h / (H / Hk), j, :])` with query `[B, H, N, D]` and key
    `[B, Hk, M, D]`: grouped heads when Hk < H. Keys `[Hk, M, D]` are shared by all samples, `[M, D]` by all heads too.

    | kind | score of q and k |
    |---|---|
    | `dot` | q . k |
    | `additive` | v . tanh(q + k), `with` v `[D]` or `[H, D]` (Bahdanau et al. 2015) |
    | `bilinear` | q W k, `with` W `[Dq, Dk]` or `[H, Dq, Dk]` (Luong et al. 2015) |
    | `cosine` | q . k / (max(abs(q), 1e-8) max(abs(k), 1e-8)) |
    | `distance` | -abs(q - k)^2 |
    | `rank1` | leaky_relu(q . aq + k . ak), `with` aq and ak `[D]` or `[H, D]` (Velickovic et al. 2018) |

    ```mlir
    %s = attn.score dot %q, %k scale 1.25e-1 : tensor<?x8x?x64xf32>, tensor<?x8x?x64xf32>
    %t = attn.score additive %q, %k with %v : tensor<?x8x?x64xf32>, tensor<?x8x?x64xf32>, tensor<64xf32>
    ```
  }];
  let arguments = (ins Attn_ScoreKindAttr:$kind, TensorRankOf<[AnyFloat], [4]>:$query, Attn_Keys:$key,
                       Variadic<TensorRankOf<[AnyFloat], [1, 2, 3]>>:$parameters,
                       DefaultValuedAttr<F64Attr, "1.0">:$scale);
  let results = (outs Attn_Map:$scores);
  let assemblyFormat = [{
    `` $kind $query `,` $key (`with` $parameters^)? (`scale` custom<Real>($scale)^)? attr-dict `:` type(operands)
  }];
}

def Attn_GivenScoreOp : Attn_ComputeOp<"given_score", [Attn_MakesMap]> {
  let summary = "scores that are read from a tensor";
  let description = [{
    `s[b, h, i, j] = table[b, h, i, j]` for i < N and j < M, the lengths of `query` and `key`, whose elements are not read.
    The table is `[.., P, Q]` with P >= N and Q >= M; dimensions that are missing in front repeat, and so does a static 1
    for B or H. With a learned table these are the scores of the random Synthesizer (Tay et al. 2021). Without a query
    there is one for each row of the table: `over` keys alone, the map that Linformer projects them with (Wang et al. 2020).

    ```mlir
    %s = attn.given_score %table like %q, %k : tensor<8x512x512xf32>, tensor<?x8x?x64xf32>, tensor<?x8x?x64xf32>
    %t = attn.given_score %rows over %k : tensor<256x4096xf32>, tensor<?x8x?x64xf32>      // tensor<?x8x256x?xf32>
    ```
  }];
  let arguments = (ins Attn_Keys:$table, Optional<TensorRankOf<[AnyFloat], [4]>>:$query, Attn_Keys:$key);
  let results = (outs Attn_Map:$scores);
  let assemblyFormat = "$table (`like` $query^ `,`) : (`over`)? $key attr-dict `:` type(operands)";
}

def Attn_PairScoreOp
    : Attn_ComputeOp<"pair_score", [Attn_MakesMap, SingleBlockImplicitTerminator<"YieldOp">]> {
  let summary = "a score that is a sum over the head width of a formula of one's own";
  let description = [{
    `s[b, h, i, j] = scale * sum_d f(query[b, h, i, d], key[b, h / (H / Hk), j, d], h, d, captures)`. The region sees the two
    scalars, then head and channel as `index`, then the captured tensors. Keys are shared as those of `score` are.

    What `score additive` stands for:
    ```mlir
    %s = attn.pair_score %q, %k captures(%v) : tensor<?x1x?x512xf32>, tensor<?x1x?x512xf32>, tensor<512xf32> {
    ^bb0(%x: f32, %y: f32, %h: index, %d: index, %weights: tensor<512xf32>):
      %sum = arith.addf %x, %y : f32
      %t = math.tanh %sum : f32
      %w = tensor.extract %weights[%d] : tensor<512xf32>
      %r = arith.mulf %t, %w : f32
      attn.yield %r : f32
    }
    ```
  }];
  let arguments = (ins TensorRankOf<[AnyFloat], [4]>:$query, Attn_Keys:$key, Variadic<AnyRankedTensor>:$captures,
                       DefaultValuedAttr<F64Attr, "1.0">:$scale);
  let results = (outs Attn_Map:$scores);
  let regions = (region SizedRegion<1>:$formula);
  let assemblyFormat = [{
    $query `,` $key (`captures` `(` $captures^ `)`)? (`scale` custom<Real>($scale)^)? attr-dict `:` type(operands) $formula
  }];
  let hasRegionVerifier = 1;
}

def Attn_RelativeScoreOp : Attn_ComputeOp<"relative_score", [Attn_MakesMap]> {
  let summary = "scores of a query with a table row for each distance to a key";
  let description = [{
    `s[b, h, i, j] = scale * sum_d query[b, h, i, d] * table[clamp(j - i - off, -c, c) + c, d]` with c = (rows - 1) / 2
    (Shaw et al. 2018); `off` as in `#attn.mask`: 0 for `top_left`, M - N for `bottom_right`. M is the length of `like`, a
    tensor [B, Hk, M, D] of keys. The table is `[2c+1, D]`, shared by the heads.

    ```mlir
    %r = attn.relative_score %q, %table like %k aligned top_left
        : tensor<?x8x?x64xf32>, tensor<33x64xf32>, tensor<?x8x?x64xf32>
    ```
  }];
  let arguments = (ins TensorRankOf<[AnyFloat], [4]>:$query, TensorRankOf<[AnyFloat], [2]>:$table,
                       TensorRankOf<[AnyFloat], [4]>:$like, Attn_AlignmentAttr:$alignment,
                       DefaultValuedAttr<F64Attr, "1.0">:$scale);
  let results = (outs Attn_Map:$scores);
  let assemblyFormat = [{
    $query `,` $table `like` $like `aligned` $alignment (`scale` custom<Real>($scale)^)? attr-dict `:` type(operands)
  }];
}

def Attn_RelativeScore2dOp : Attn_ComputeOp<"relative_score_2d", [Attn_MakesMap]> {
  let summary = "scores of a pixel with table rows for the distance in height and in width";
  let description = [{
    Tokens are the pixels of a `height` x `width` image, row by row: i = yi * width + xi.
    `s[b, h, i, j] = scale * (query_i . rows[yj - yi + height - 1] + query_i . cols[xj - xi + width - 1])` with tables
    `[2 height - 1, D]` and `[2 width - 1, D]`, shared by the heads (Bello et al. 2019). N = M = height * width.

    ```mlir
    %r = attn.relative_score_2d %q, %rows, %cols
        : tensor<?x8x1024x32xf32>, tensor<63x32xf32>, tensor<63x32xf32>
    ```
  }];
  let arguments = (ins TensorRankOf<[AnyFloat], [4]>:$query, TensorRankOf<[AnyFloat], [2]>:$rows,
                       TensorRankOf<[AnyFloat], [2]>:$cols, DefaultValuedAttr<F64Attr, "1.0">:$scale);
  let results = (outs Attn_Map:$scores);
  let assemblyFormat = [{
    $query `,` $rows `,` $cols (`scale` custom<Real>($scale)^)? attr-dict `:` type(operands)
  }];
}

#endif
