// Maps that live on the edges of a graph, in compressed rows: node i receives from col[rowptr[i]] .. col[rowptr[i + 1] - 1].
#ifndef ATTN_GRAPH_OPS_TD
#define ATTN_GRAPH_OPS_TD

include "dialect/OpTraits.td"

def Attn_EdgeScoreOp : Attn_ComputeOp<"edge_score", [Attn_MakesMap]> {
  let summary = "a given number for each edge of a graph";
  let description = [{
    `s[0, h, i, col[e]] = values[h, e]` for the edges e of node i; all other places are masked. Of several edges to one node the
    sum. There are as many queries and keys as nodes.

    ```mlir
    %s = attn.edge_score %weights over %rowptr, %col : tensor<1x?xf32>, tensor<?xi32>, tensor<?xi32>
    ```
  }];
  let arguments = (ins TensorRankOf<[AnyFloat], [2]>:$values, TensorRankOf<[I32], [1]>:$rowptr,
                       TensorRankOf<[I32], [1]>:$col);
  let results = (outs Attn_Map:$result);
  let assemblyFormat = "$values `over` $rowptr `,` $col attr-dict `:` type(operands)";
}

def Attn_EdgeValuesOp : Attn_ComputeOp<"edge_values"> {
  let summary = "what a map says of each edge of a graph";
  let description = [{
    `y[b, h, e] = map[b, h, i, col[e]]` for the edges e of node i, 0 where the map is masked.

    ```mlir
    %alpha = attn.edge_values %p over %rowptr, %col : tensor<1x8x?x?xf32>, tensor<?xi32>, tensor<?xi32>
    ```
  }];
  let arguments = (ins Attn_Map:$map, TensorRankOf<[I32], [1]>:$rowptr, TensorRankOf<[I32], [1]>:$col);
  let results = (outs TensorRankOf<[AnyFloat], [3]>:$result);
  let assemblyFormat = "$map `over` $rowptr `,` $col attr-dict `:` type(operands)";
}

def Attn_SegmentPoolOp : Attn_ComputeOp<"segment_pool"> {
  let summary = "one row for each group of rows";
  let description = [{
    The mean, sum or maximum, number by number, of the rows n with `ids[n] = g`, for each g below `groups`; 0 for a group without
    rows.

    ```mlir
    %y = attn.segment_pool mean %nodes ids %graph groups 16 : tensor<?x64xf32>, tensor<?xi32>
    ```
  }];
  let arguments = (ins Attn_PoolKindAttr:$kind, TensorRankOf<[AnyFloat], [2]>:$input,
                       TensorRankOf<[I32], [1]>:$ids, I64Attr:$groups);
  let results = (outs TensorRankOf<[AnyFloat], [2]>:$result);
  let assemblyFormat = "`` $kind $input `ids` $ids `groups` $groups attr-dict `:` type(operands)";
}

#endif
