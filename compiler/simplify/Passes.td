// The passes of the simplify stage.
#ifndef ATTN_SIMPLIFY_PASSES_TD
#define ATTN_SIMPLIFY_PASSES_TD

include "mlir/Pass/PassBase.td"

def ExpandRepeat : Pass<"attn-expand-repeat", "::mlir::ModuleOp"> {
  let summary = "put the body of every called function in place of the call, layer after layer";
  let description = [{
    Before: public functions that use `attn.repeat` and `func.call`. After: public functions without calls; private
    functions are gone; the weights of the t-th call of a repeat have its prefix, with `#` replaced by t, before their
    names.

    ```mlir
    func.func private @layer(%x) {                        func.func @model(%x) {
      %w = attn.weight "w"                                  %w0 = attn.weight "layer.0.w"
      %y = attn.linear %x, %w                       ==>     %x1 = attn.linear %x, %w0
      return %y                                             %w1 = attn.weight "layer.1.w"
    }                                                       %x2 = attn.linear %x1, %w1
    %y = attn.repeat 2 @layer(%x) prefix "layer.#."       }
    ```
    example: tests/simplify/expand-repeat.mlir
  }];
  let options = [Option<"maxOps", "max-ops", "int64_t", "200000",
                        "the most ops the whole program may unroll to; more is an error">];
}

def CheckInterface : Pass<"attn-check-interface", "::mlir::ModuleOp"> {
  let summary = "check what the model promises in C, and name what has no name";
  let description = [{
    Before: any module without calls. After: exactly one function, whose name, argument names and result names are C
    identifiers that differ; arguments and results without `attn.name` are called `arg0`, `result0` and so on; each
    name in `attn.dims` has one size; every tensor is f32, f64, bf16, i32 or i1, has no layout, no dimension of size 0 and
    less than 2^47 bytes.

    ```mlir
    func.func @model(%x: tensor<4xf32>)  ==>  func.func @model(%x: tensor<4xf32> {attn.name = "arg0"})
    ```
    example: tests/simplify/check-interface.mlir
  }];
}

def CheckExtents : Pass<"attn-check-extents", "::mlir::func::FuncOp"> {
  let summary = "check that every op can state its extents, and that those that must be equal are";
  let description = [{
    Before: a function of any ops. After: the same function, of ops whose extents are known as expressions of the
    names in `attn.dims`. Two dynamic dimensions that an op needs to be equal must have one name.

    ```mlir
    %s = attn.score dot %q, %k  ==>  error: 'attn.score' op batch of query and key are not known to be equal
    ```
    example: tests/simplify/check-extents.mlir
  }];
}

def WidenBf16 : Pass<"attn-widen-bf16", "::mlir::func::FuncOp"> {
  let summary = "compute in f32 what is bf16, and remember which arguments and results are stored so";
  let description = [{
    Before: a function of tensors and formulas of any element type. After: none is bf16. An argument or result that was
    is f32 with `attn.storage = "bf16"`: it is read as it is, and written rounded to the nearest, ties to even.
    `arith.extf` and `arith.truncf` between the two types are gone: bf16 is computed in f32.

    ```mlir
    func.func @model(%x: tensor<4xbf16>)  ==>  func.func @model(%x: tensor<4xf32> {attn.storage = "bf16"})
    ```
    example: tests/simplify/widen-bf16.mlir
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect"];
}

def WidenF32 : Pass<"attn-widen-f32", "::mlir::func::FuncOp"> {
  let summary = "compute in f64 what is f32, and remember which arguments and results are stored so";
  let description = [{
    Before: a function without bf16, nor arguments or results stored in it. After: none of its tensors and formulas is
    f32. An argument or result that was is f64 with `attn.storage = "f32"`: it is read as it is, and written rounded to
    the nearest, ties to even. `arith.extf` and `arith.truncf` between the two types are gone.

    ```mlir
    func.func @model(%x: tensor<4xf32>)  ==>  func.func @model(%x: tensor<4xf64> {attn.storage = "f32"})
    ```
    example: tests/simplify/widen-f32.mlir
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect"];
}

def ExpandShorthands : Pass<"attn-expand-shorthands", "::mlir::func::FuncOp"> {
  let summary = "write shorthands as the ops they stand for";
  let description = [{
    Before: `attention`, `activation`, `add`. After: `score`, `modify`, `mask`, `normalize`, `combine` and `pointwise`
    with the formula as `arith` and `math` ops.

    ```mlir
    %o = attn.attention %q, %k, %v             %s = attn.score dot %q, %k scale 0.125
           scale 0.125 where lengths(%n)  ==>  %t = attn.mask %s where lengths(%n)
                                               %p = attn.normalize softmax %t
                                               %o = attn.combine %p, %v
    ```
    example: tests/simplify/expand-shorthands.mlir
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect", "::mlir::math::MathDialect",
                           "::mlir::tensor::TensorDialect"];
}

def FoldIdentities : Pass<"attn-fold-identities", "::mlir::func::FuncOp"> {
  let summary = "remove ops that do nothing and join ops that can be one";
  let description = [{
    A pointwise op that yields an operand of its own type, `merge_heads` of `split_heads` and the reverse are removed;
    a mask of a mask becomes one mask with `and`; a formula that multiplies scores by a constant goes into their
    scale. The last two only where the first op has no other user.

    ```mlir
    %t = attn.mask %s where causal(top_left)  ==>  %u = attn.mask %s where causal(top_left) and lengths(%n)
    %u = attn.mask %t where lengths(%n)
    ```
    example: tests/simplify/fold-identities.mlir
  }];
}

def FindLinear : Pass<"attn-find-linear", "::mlir::func::FuncOp"> {
  let summary = "compute attention whose weights are sums over features without a map";
  let description = [{
    Scores that are products of queries and keys, times a sum of products of a number of the query's place and one of the key's
    (cos(a (i - j)) is one, by Ptolemy's identity), divided by their sum or by nothing, under a causal mask, lengths or none: their sum with
    values is reassociated, and takes time that grows with N and not with N M. A map that is known to be so small that it costs less
    stays one.

    ```mlir
    %s = attn.score dot %q, %k             %f = attn.features %q terms 2 {..}
    %t = attn.modify %s {s * cos(i - j)}   %g = attn.features %k terms 2 {..}
    %p = attn.normalize sum %t        ==>  %o = attn.linear_attention %f, %g, %v divided clamp
    %o = attn.combine %p, %v
    ```
    example: tests/simplify/find-linear.mlir
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect", "::mlir::math::MathDialect"];
}

#endif
