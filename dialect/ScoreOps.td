// Queries and keys to a score map.
#ifndef ATTN_SCORE_OPS_TD
#define ATTN_SCORE_OPS_TD

include "dialect/OpTraits.td"

def Attn_ScoreOp : Attn_ComputeOp<"score"> {
  let summary = "a score for every query and key";
  let description = [{
    `dot`: `s[b, h, i, j] = scale * sum_d query[b, h, i, d] * key[b, h / (H / Hk), j, d]` with query `[B, H, N, D]`
    and key `[B, Hk, M, D]`: grouped heads when Hk < H.

    ```mlir
    %s = attn.score dot %q, %k scale 1.25e-1 : tensor<?x8x?x64xf32>, tensor<?x8x?x64xf32>
    ```
  }];
  let arguments = (ins Attn_ScoreKindAttr:$kind, TensorRankOf<[AnyFloat], [4]>:$query,
                       TensorRankOf<[AnyFloat], [4]>:$key, DefaultValuedAttr<F64Attr, "1.0">:$scale);
  let results = (outs Attn_Map:$scores);
  let assemblyFormat = "`` $kind $query `,` $key (`scale` custom<Real>($scale)^)? attr-dict `:` type(operands)";
}

#endif
