// How a model repeats itself, and the terminator of every region.
#ifndef ATTN_STRUCTURE_OPS_TD
#define ATTN_STRUCTURE_OPS_TD

include "dialect/OpTraits.td"

def Attn_RepeatOp : Attn_Op<"repeat", [DeclareOpInterfaceMethods<SymbolUserOpInterface>]> {
  let summary = "the same function, layer after layer";
  let description = [{
    Calls `callee` `count` times; the results of one call are the first operands of the next, the other operands stay; one call
    is a call with a prefix. In the t-th every weight name of the callee gets the prefix with `#` replaced by t.

    ```mlir
    %y = attn.repeat 6 @layer(%x, %n) prefix "encoder.layer.#."
        : (tensor<?x?x384xf32>, tensor<?xi32>) -> tensor<?x?x384xf32>
    ```
  }];
  let arguments = (ins I64Attr:$count, FlatSymbolRefAttr:$callee, Variadic<AnyType>:$inputs, StrAttr:$prefix);
  let results = (outs Variadic<AnyType>:$results);
  let assemblyFormat = [{
    $count $callee `(` $inputs `)` `prefix` $prefix attr-dict `:` functional-type($inputs, $results)
  }];
  let hasVerifier = 1;
}

def Attn_YieldOp : Attn_Op<"yield", [Pure, Terminator, ReturnLike]> {
  let summary = "the result of a formula or a kernel";
  let arguments = (ins Variadic<AnyType>:$values);
  let builders = [OpBuilder<(ins), [{ /* an empty terminator */ }]>];
  let assemblyFormat = "attr-dict ($values^ `:` type($values))?";
}

#endif
