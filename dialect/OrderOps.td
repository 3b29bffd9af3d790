// Attention whose order follows from content: buckets, sorting, rows chosen by index, parts merged; and rows by blocks.
#ifndef ATTN_ORDER_OPS_TD
#define ATTN_ORDER_OPS_TD

include "dialect/OpTraits.td"

def Attn_Indices : TensorRankOf<[I32], [3]>;

def Attn_BucketOp : Attn_ComputeOp<"bucket"> {
  let summary = "buckets of similar rows, by random rotations";
  let description = [{
    `y[b, h R + r, n]` is the first place of the largest number in `[t, -t]`, `t[f] = sum_d x[b, h, n, d] rotations[h, d, r, f]`
    (locality-sensitive hashing: Andoni et al. 2015; Kitaev et al. 2020). With lengths, rows at and beyond `lengths[b]` are
    not read and get bucket 2F.

    ```mlir
    %y = attn.bucket %x, %rotations lengths %n : tensor<?x8x?x64xf32>, tensor<8x64x4x16xf32>, tensor<?xi32>
    ```
  }];
  let arguments = (ins TensorRankOf<[AnyFloat], [4]>:$input, TensorRankOf<[AnyFloat], [4]>:$rotations,
                       Optional<TensorRankOf<[I32], [1]>>:$lengths);
  let results = (outs Attn_Indices:$result);
  let assemblyFormat = "$input `,` $rotations (`lengths` $lengths^)? attr-dict `:` type(operands)";
}

def Attn_SortOp : Attn_ComputeOp<"sort"> {
  let summary = "the order in which numbers rise, equal ones as they stand";
  let description = [{
    `ids[b, h, y[b, h, p]]` rises with p; where equal, y does.

    ```mlir
    %order = attn.sort %ids : tensor<?x32x?xi32>
    ```
  }];
  let arguments = (ins Attn_Indices:$ids);
  let results = (outs Attn_Indices:$order);
  let assemblyFormat = "$ids attr-dict `:` type($ids)";
}

def Attn_InvertOp : Attn_ComputeOp<"invert"> {
  let summary = "where each token stands in an order";
  let description = [{
    `y[b, h, order[b, h, p]] = p`: the largest p, and -1 for a token that the order does not have.

    ```mlir
    %places = attn.invert %order : tensor<?x32x?xi32>
    ```
  }];
  let arguments = (ins Attn_Indices:$order);
  let results = (outs Attn_Indices:$places);
  let assemblyFormat = "$order attr-dict `:` type($order)";
}

def Attn_WrapOp : Attn_ComputeOp<"wrap"> {
  let summary = "lists with the chunks around them, in a ring of lists";
  let description = [{
    The `rounds` lists of a head are one ring of `rounds * N` numbers. Each list gets the `before * chunk` numbers that precede it
    there in front and the `after * chunk` that follow it at the end, so that a chunk of the list sees its neighbours without a
    gap (Kitaev et al. 2020). N is a multiple of the chunk in every call.

    ```mlir
    %keys = attn.wrap %order rounds 4 chunk 64 before 1 after 0 : tensor<?x32x?xi32>
    ```
  }];
  let arguments = (ins Attn_Indices:$lists, I64Attr:$rounds, I64Attr:$chunk, I64Attr:$before, I64Attr:$after);
  let results = (outs Attn_Indices:$result);
  let assemblyFormat = "$lists `rounds` $rounds `chunk` $chunk `before` $before `after` $after attr-dict `:` type($lists)";
}

def Attn_GatherOp : Attn_ComputeOp<"gather"> {
  let summary = "rows, or numbers, by index";
  let description = [{
    `y[b, g, p, ...] = input[b, g / (G / H), index[b, g, p], ...]`; 0 where the index is -1.

    ```mlir
    %y = attn.gather %x, %order : tensor<?x8x?x64xf32>, tensor<?x32x?xi32>
    ```
  }];
  let arguments = (ins TensorRankOf<[AnyFloat, I32], [3, 4]>:$input, Attn_Indices:$index);
  let results = (outs TensorRankOf<[AnyFloat, I32], [3, 4]>:$result);
  let assemblyFormat = "$input `,` $index attr-dict `:` type(operands)";
}

def Attn_ScatterOp : Attn_ComputeOp<"scatter"> {
  let summary = "rows put in the place of others, by index";
  let description = [{
    The base, but `y[b, h, index[b, h / (H / G), p], :] = rows[b, h, p, :]`; the last p where several have one index, none where
    it is -1.

    ```mlir
    %y = attn.scatter %base, %index, %rows : tensor<?x8x?x64xf32>, tensor<?x1x?xi32>, tensor<?x8x?x64xf32>
    ```
  }];
  let arguments = (ins TensorRankOf<[AnyFloat], [4]>:$base, Attn_Indices:$index,
                       TensorRankOf<[AnyFloat], [4]>:$rows);
  let results = (outs TensorRankOf<[AnyFloat], [4]>:$result);
  let assemblyFormat = "$base `,` $index `,` $rows attr-dict `:` type(operands)";
}

def Attn_MergePartsOp : Attn_ComputeOp<"merge_parts"> {
  let summary = "one attention of several over parts of the keys";
  let description = [{
    `y[b, h, n, :] = sum_r w_r outputs[b, h P + r, n, :]`, w the softmax of `logarithms[b, h P + r, n]` over the P parts r; 0
    where all of these are -inf.

    ```mlir
    %y = attn.merge_parts %o, %l parts 4 : tensor<?x32x?x64xf32>, tensor<?x32x?xf32>
    ```
  }];
  let arguments = (ins TensorRankOf<[AnyFloat], [4]>:$outputs, TensorRankOf<[AnyFloat], [3]>:$logarithms,
                       I64Attr:$parts);
  let results = (outs TensorRankOf<[AnyFloat], [4]>:$result);
  let assemblyFormat = "$outputs `,` $logarithms `parts` $parts attr-dict `:` type(operands)";
}

def Attn_GroupRowsOp : Attn_ComputeOp<"group_rows"> {
  let summary = "[..., N, D] to [..., N / size, size * D]: each block of rows becomes one";
  let description = [{
    The numbers stay in their order. N is a multiple of the size in every call.

    ```mlir
    %blocks = attn.group_rows %k by 64 : tensor<?x8x?x64xf32>
    ```
  }];
  let arguments = (ins TensorRankOf<[AnyFloat], [2, 3, 4]>:$input, I64Attr:$size);
  let results = (outs TensorRankOf<[AnyFloat], [2, 3, 4]>:$result);
  let assemblyFormat = "$input `by` $size attr-dict `:` type($input)";
}

def Attn_UngroupRowsOp : Attn_ComputeOp<"ungroup_rows"> {
  let summary = "[..., N, D] to [..., N * size, D / size]: each row becomes a block; the inverse of group_rows";
  let description = [{
    ```mlir
    %k = attn.ungroup_rows %blocks by 64 : tensor<?x8x?x4096xf32>
    ```
  }];
  let arguments = (ins TensorRankOf<[AnyFloat], [2, 3, 4]>:$input, I64Attr:$size);
  let results = (outs TensorRankOf<[AnyFloat], [2, 3, 4]>:$result);
  let assemblyFormat = "$input `by` $size attr-dict `:` type($input)";
}

def Attn_BlockSumOp : Attn_ComputeOp<"block_sum"> {
  let summary = "one row for each block of rows: their sum, or that of all rows so far";
  let description = [{
    `y[..., k, c] = sum_n input[..., n, c]` over the rows n of block k; with `running` over all rows up to and with the first of
    the block (Tay et al. 2020). N is a multiple of the size in every call.

    ```mlir
    %y = attn.block_sum %x by 64 : tensor<?x?x512xf32>
    %z = attn.block_sum %x by 64 running : tensor<?x?x512xf32>
    ```
  }];
  let arguments = (ins TensorRankOf<[AnyFloat], [2, 3, 4]>:$input, I64Attr:$size, UnitAttr:$running);
  let results = (outs TensorRankOf<[AnyFloat], [2, 3, 4]>:$result);
  let assemblyFormat = "$input `by` $size (`running` $running^)? attr-dict `:` type($input)";
}

def Attn_ConcatOp : Attn_ComputeOp<"concat"> {
  let summary = "rows side by side";
  let description = [{
    `y[..., c] = lhs[..., c]` for c < C, then `rhs[..., c - C]`.

    ```mlir
    %pairs = attn.concat %sorted, %own : tensor<?x8x?x4096xf32>, tensor<?x8x?x4096xf32>
    ```
  }];
  let arguments = (ins Attn_Tensor:$lhs, Attn_Tensor:$rhs);
  let results = (outs Attn_Tensor:$result);
  let assemblyFormat = "$lhs `,` $rhs attr-dict `:` type(operands)";
}

#endif
