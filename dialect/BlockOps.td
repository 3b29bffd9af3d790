// Token-local computation and pooling: pointwise, activation, add, layer_norm, rms_norm, l2_normalize, pool.
#ifndef ATTN_BLOCK_OPS_TD
#define ATTN_BLOCK_OPS_TD

include "dialect/OpTraits.td"

def Attn_PointwiseOp : Attn_ComputeOp<"pointwise", [AttrSizedOperandSegments,
                                                    SingleBlockImplicitTerminator<"YieldOp">]> {
  let summary = "a formula of scalars, at every element";
  let description = [{
    The operands are broadcast to one shape from the last dimension backwards: a missing dimension or a static 1 repeats.
    The region of `arith` and `math` ops sees one scalar of each operand; then, if the op is `indexed`, the index of the place in
    each dimension of the result; then the captured tensors, which it reads with `tensor.extract`. The result has the elements of
    the first operand, or those named after `to`.

    ```mlir
    %y = attn.pointwise %x, %gate : tensor<?x?x384xf32>, tensor<384xf32> {
    ^bb0(%s: f32, %g: f32):
      %t = math.tanh %s : f32
      %r = arith.mulf %t, %g : f32
      attn.yield %r : f32
    }
    %z = attn.pointwise %x indexed captures(%n) : tensor<?x?x384xf32>, tensor<?xi32> {  // 0 beyond the length
    ^bb0(%s: f32, %b: index, %t: index, %c: index, %lengths: tensor<?xi32>):
      %length = tensor.extract %lengths[%b] : tensor<?xi32>
      %end = arith.index_cast %length : i32 to index
      %real = arith.cmpi slt, %t, %end : index
      %zero = arith.constant 0.0 : f32
      %r = arith.select %real, %s, %zero : f32
      attn.yield %r : f32
    }
    ```
  }];
  let arguments = (ins Variadic<RankedTensorOf<[AnyFloat, I32]>>:$inputs, Variadic<AnyRankedTensor>:$captures,
                       UnitAttr:$indexed, OptionalAttr<TypeAttr>:$element);
  let results = (outs RankedTensorOf<[AnyFloat, I32]>:$result);
  let regions = (region SizedRegion<1>:$formula);
  let assemblyFormat = [{
    $inputs (`indexed` $indexed^)? (`captures` `(` $captures^ `)`)? (`to` $element^)? attr-dict `:` type(operands) $formula
  }];
  let hasRegionVerifier = 1;
}

def Attn_ActivationOp : Attn_ComputeOp<"activation"> {
  let summary = "a named pointwise function; shorthand for pointwise";
  let description = [{
    relu, gelu (exact: x/2 (1 + erf(x/sqrt 2))), gelu_tanh, tanh, sigmoid, silu (x sigmoid(x)).

    ```mlir
    %y = attn.activation gelu %x : tensor<?x?x1536xf32>
    ```
  }];
  let arguments = (ins Attn_ActivationAttr:$kind, Attn_Tensor:$input);
  let results = (outs Attn_Tensor:$result);
  let assemblyFormat = "`` $kind $input attr-dict `:` type($input)";
}

def Attn_AddOp : Attn_ComputeOp<"add"> {
  let summary = "sum with broadcasting; shorthand for pointwise";
  let description = [{
    ```mlir
    %y = attn.add %x, %residual : tensor<?x?x384xf32>, tensor<?x?x384xf32>
    ```
  }];
  let arguments = (ins Attn_Tensor:$lhs, Attn_Tensor:$rhs);
  let results = (outs Attn_Tensor:$result);
  let assemblyFormat = "$lhs `,` $rhs attr-dict `:` type(operands)";
}

def Attn_BlendOp : Attn_ComputeOp<"blend"> {
  let summary = "weighted sum of two tensors; shorthand for pointwise";
  let description = [{
    `alpha * a + (1 - alpha) * b`, with broadcasting (Wang et al. 2021).

    ```mlir
    %mix = attn.blend %previous, %scores alpha 0.5 : tensor<?x8x?x?xf32>, tensor<?x8x?x?xf32>
    ```
  }];
  let arguments = (ins Attn_Tensor:$lhs, Attn_Tensor:$rhs, F64Attr:$alpha);
  let results = (outs Attn_Tensor:$result);
  let assemblyFormat = "$lhs `,` $rhs `alpha` custom<Real>($alpha) attr-dict `:` type(operands)";
}

def Attn_LayerNormOp : Attn_ComputeOp<"layer_norm"> {
  let summary = "layer normalisation over the last dimension";
  let description = [{
    `(x - mean) / sqrt(var + eps) * gamma + beta` with the population variance (Ba et al. 2016).

    ```mlir
    %y = attn.layer_norm %x, %gamma, %beta eps 1.0e-12 : tensor<?x?x384xf32>, tensor<384xf32>, tensor<384xf32>
    ```
  }];
  let arguments = (ins Attn_Tensor:$input, TensorRankOf<[AnyFloat], [1]>:$gamma,
                       TensorRankOf<[AnyFloat], [1]>:$beta, F64Attr:$eps);
  let results = (outs Attn_Tensor:$result);
  let assemblyFormat = "$input `,` $gamma `,` $beta `eps` custom<Real>($eps) attr-dict `:` type(operands)";
}

def Attn_RmsNormOp : Attn_ComputeOp<"rms_norm"> {
  let summary = "root-mean-square normalisation over the last dimension";
  let description = [{
    `x / sqrt(mean(x^2) + eps) * gamma` (Zhang and Sennrich 2019).

    ```mlir
    %y = attn.rms_norm %x, %gamma eps 1.0e-6 : tensor<?x?x384xf32>, tensor<384xf32>
    ```
  }];
  let arguments = (ins Attn_Tensor:$input, TensorRankOf<[AnyFloat], [1]>:$gamma, F64Attr:$eps);
  let results = (outs Attn_Tensor:$result);
  let assemblyFormat = "$input `,` $gamma `eps` custom<Real>($eps) attr-dict `:` type(operands)";
}

def Attn_L2NormalizeOp : Attn_ComputeOp<"l2_normalize"> {
  let summary = "rows of length one";
  let description = [{
    `x / max(sqrt(sum x^2), eps)` over the last dimension.

    ```mlir
    %y = attn.l2_normalize %x eps 1.0e-12 : tensor<?x384xf32>
    ```
  }];
  let arguments = (ins Attn_Tensor:$input, F64Attr:$eps);
  let results = (outs Attn_Tensor:$result);
  let assemblyFormat = "$input `eps` custom<Real>($eps) attr-dict `:` type($input)";
}

def Attn_PoolOp : Attn_ComputeOp<"pool"> {
  let summary = "one row for the real tokens of each sample";
  let description = [{
    The mean, sum or maximum, number by number, of `x[b, t, :]` for t < n_b; 0 when n_b = 0. Tokens at and beyond `lengths[b]` are not
    read; without lengths all are real.

    ```mlir
    %y = attn.pool mean %x lengths %n : tensor<?x?x384xf32>, tensor<?xi32>
    ```
  }];
  let arguments = (ins Attn_PoolKindAttr:$kind, TensorRankOf<[AnyFloat], [3]>:$input,
                       Optional<TensorRankOf<[I32], [1]>>:$lengths);
  let results = (outs TensorRankOf<[AnyFloat], [2]>:$result);
  let assemblyFormat = "`` $kind $input (`lengths` $lengths^)? attr-dict `:` type(operands)";
}

#endif
