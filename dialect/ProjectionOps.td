// Weights, and what turns tokens into queries, keys and values: weight, linear, split_heads, merge_heads, embed, positions.
#ifndef ATTN_PROJECTION_OPS_TD
#define ATTN_PROJECTION_OPS_TD

include "dialect/OpTraits.td"

def Attn_WeightOp : Attn_Op<"weight", [Pure, DeclareOpInterfaceMethods<Attn_ExtentOpInterface>]> {
  let summary = "a named tensor of the weights file";
  let description = [{
    Bound at compile time to the tensor `name` of the safetensors file given by `--weights`. With `[i, ...]` it is the
    slice at these leading indices. The type must be static and equal to what the file holds.

    ```mlir
    %w = attn.weight "encoder.layer.0.attention.self.query.weight" : tensor<384x384xf32>
    %t = attn.weight "embeddings.token_type_embeddings.weight"[0] : tensor<384xf32>
    ```
  }];
  let arguments = (ins StrAttr:$name, DefaultValuedAttr<DenseI64ArrayAttr, "{}">:$slice);
  let results = (outs RankedTensorOf<[AnyFloat, I32]>:$result);
  let assemblyFormat = "$name `` custom<Slice>($slice) attr-dict `:` type($result)";
  let hasVerifier = 1;
}

def Attn_LinearOp : Attn_ComputeOp<"linear"> {
  let summary = "y = x W^T + b, weight stored [out, in] as checkpoints do";
  let description = [{
    `y[..., o] = sum_i x[..., i] * weight[o, i] + bias[o]`; bias is optional.

    ```mlir
    %y = attn.linear %x, %w, %b : tensor<?x?x384xf32>, tensor<1536x384xf32>, tensor<1536xf32>
    ```
  }];
  let arguments = (ins Attn_Tensor:$input, TensorRankOf<[AnyFloat], [2]>:$weight,
                       Optional<TensorRankOf<[AnyFloat], [1]>>:$bias);
  let results = (outs Attn_Tensor:$result);
  let assemblyFormat = "$input `,` $weight (`,` $bias^)? attr-dict `:` type(operands)";
}

def Attn_SplitHeadsOp : Attn_ComputeOp<"split_heads"> {
  let summary = "[B, N, H*D] to [B, H, N, D]";
  let description = [{
    Channel c belongs to head c / D.

    ```mlir
    %q = attn.split_heads %x into 12 : tensor<?x?x384xf32>
    ```
  }];
  let arguments = (ins TensorRankOf<[AnyFloat], [3]>:$input, I64Attr:$heads);
  let results = (outs TensorRankOf<[AnyFloat], [4]>:$result);
  let assemblyFormat = "$input `into` $heads attr-dict `:` type($input)";
}

def Attn_MergeHeadsOp : Attn_ComputeOp<"merge_heads"> {
  let summary = "[B, H, N, D] to [B, N, H*D]; the inverse of split_heads";
  let description = [{
    ```mlir
    %y = attn.merge_heads %o : tensor<?x12x?x32xf32>
    ```
  }];
  let arguments = (ins TensorRankOf<[AnyFloat], [4]>:$input);
  let results = (outs TensorRankOf<[AnyFloat], [3]>:$result);
  let assemblyFormat = "$input attr-dict `:` type($input)";
}

def Attn_EmbedOp : Attn_ComputeOp<"embed"> {
  let summary = "rows of a table, looked up by token";
  let description = [{
    `y[..., c] = table[ids[...], c]`. Tokens outside the table are a run-time error that names the input, the position, the
    value and the limit, found before anything is computed; so `ids` must be an argument of the model.

    ```mlir
    %x = attn.embed %table, %ids : tensor<30522x384xf32>, tensor<?x?xi32>
    ```
  }];
  let arguments = (ins TensorRankOf<[AnyFloat], [2]>:$table, Attn_IndexTensor:$ids);
  let results = (outs Attn_Tensor:$result);
  let assemblyFormat = "$table `,` $ids attr-dict `:` type(operands)";
}

def Attn_PositionsOp : Attn_ComputeOp<"positions"> {
  let summary = "learned absolute positions: the first N rows of a table";
  let description = [{
    `y[n, c] = table[n, c]` for the N tokens of `tokens`, whose second dimension is the sequence. N can not exceed the rows
    of the table, which bounds that dimension of the compiled model.

    ```mlir
    %p = attn.positions %table, %ids : tensor<512x384xf32>, tensor<?x?xi32>
    ```
  }];
  let arguments = (ins TensorRankOf<[AnyFloat], [2]>:$table, AnyRankedTensor:$tokens);
  let results = (outs TensorRankOf<[AnyFloat], [2]>:$result);
  let assemblyFormat = "$table `,` $tokens attr-dict `:` type(operands)";
}

#endif
