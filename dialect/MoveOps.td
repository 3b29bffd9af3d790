// Numbers that change their places: by a formula of the place, by index, one tensor behind the other.
#ifndef ATTN_MOVE_OPS_TD
#define ATTN_MOVE_OPS_TD

include "dialect/OpTraits.td"

def Attn_Elements : RankedTensorOf<[AnyFloat, I32]>;

def Attn_RearrangeOp : Attn_ComputeOp<"rearrange"> {
  let summary = "the same numbers in other places, by affine maps; 0 where there is none";
  let description = [{
    `y[r] = input[from(r)]`, and 0 where `from(r)` lies outside of the input. `sizes` makes the extents of the result from those of
    the input. Slices, transpositions, patches of images, neighbours side by side (a convolution is a linear of them), windows
    and rolls are such maps.

    ```mlir
    // three neighbours in one row, 0 beyond the ends
    %y = attn.rearrange %x sizes affine_map<(b, n, c) -> (b, n, c * 3)>
        from affine_map<(b, n, c) -> (b, n + c floordiv 64 - 1, c mod 64)> : tensor<?x?x64xf32>
    ```
  }];
  let arguments = (ins Attn_Elements:$input, AffineMapAttr:$sizes, AffineMapAttr:$from);
  let results = (outs Attn_Elements:$result);
  let assemblyFormat = "$input `sizes` $sizes `from` $from attr-dict `:` type($input)";
}

def Attn_TakeOp : Attn_ComputeOp<"take"> {
  let summary = "slices of a tensor along its first dimension, by index";
  let description = [{
    `y[i..., x...] = input[index[i...], x...]`; 0 where the index names none.

    ```mlir
    %h = attn.take %nodes, %pairs : tensor<?x64xf32>, tensor<?x2xi32>     // tensor<?x2x64xf32>
    ```
  }];
  let arguments = (ins Attn_Elements:$input, Attn_IndexTensor:$index);
  let results = (outs Attn_Elements:$result);
  let assemblyFormat = "$input `,` $index attr-dict `:` type(operands)";
}

def Attn_AppendRowsOp : Attn_ComputeOp<"append_rows"> {
  let summary = "rows of one tensor, then those of another";
  let description = [{
    `y[..., n, c] = head[..., n, c]` for n < N, then `tail[..., n - N, c]`. An operand of rank 2 has the same rows for all that stands
    in front.

    ```mlir
    %x = attn.append_rows %class, %patches : tensor<1x768xf32>, tensor<?x196x768xf32>
    ```
  }];
  let arguments = (ins Attn_Elements:$head, Attn_Elements:$tail);
  let results = (outs Attn_Elements:$result);
  let assemblyFormat = "$head `,` $tail attr-dict `:` type(operands)";
}

def Attn_ScatterAddOp : Attn_ComputeOp<"scatter_add"> {
  let summary = "numbers added to those of a row, by index";
  let description = [{
    The base, but each `rows[b, n]` is added to `y[b, index[b, n]]`, in the order of n (copying: See et al. 2017).

    ```mlir
    %p = attn.scatter_add %vocabulary, %source, %weights : tensor<?x50000xf32>, tensor<?x?xi32>, tensor<?x?xf32>
    ```
  }];
  let arguments = (ins TensorRankOf<[AnyFloat], [2]>:$base, TensorRankOf<[I32], [2]>:$index,
                       TensorRankOf<[AnyFloat], [2]>:$rows);
  let results = (outs TensorRankOf<[AnyFloat], [2]>:$result);
  let assemblyFormat = "$base `,` $index `,` $rows attr-dict `:` type(operands)";
}

#endif
