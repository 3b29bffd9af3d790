// The unit that fuse makes, tile decides on, and lower gives code.
#ifndef ATTN_KERNEL_OPS_TD
#define ATTN_KERNEL_OPS_TD

include "dialect/OpTraits.td"

def Attn_KernelOp : Attn_Op<"kernel", [Pure, IsolatedFromAbove, SingleBlockImplicitTerminator<"YieldOp">,
                                       DeclareOpInterfaceMethods<Attn_ExtentOpInterface>]> {
  let summary = "ops that are computed together";
  let description = [{
    The region is the kernel's meaning; `schedule` is what was decided about its code, and `code` the function that computes it.
    `scratch` is the scratch memory of one worker in bytes, the least of some expressions of the model's dimension symbols.
    A result may be stored in another layout than the value yielded: its type then has an encoding.

    ```mlir
    %y = attn.kernel (%a = %x : tensor<?x?x384xf32>, %w = %wt : tensor<384x384xf32>) -> tensor<?x?x384xf32> {
      %r = attn.linear %a, %w : tensor<?x?x384xf32>, tensor<384x384xf32>
      attn.yield %r : tensor<?x?x384xf32>
    }
    ```
  }];
  let arguments = (ins Variadic<AnyRankedTensor>:$inputs, OptionalAttr<Attn_ScheduleAttr>:$schedule,
                       OptionalAttr<FlatSymbolRefAttr>:$code, OptionalAttr<AffineMapAttr>:$scratch);
  let results = (outs Variadic<AnyRankedTensor>:$results);
  let regions = (region SizedRegion<1>:$body);
  let hasCustomAssemblyFormat = 1;
  let hasRegionVerifier = 1;
}

def Attn_BitcodeOp : Attn_Op<"bitcode", []> {
  let summary = "code that a back end made as LLVM bitcode";
  let description = [{
    The bitcode of a module that defines function `name`. Kernel code calls it; emit links it with the rest.

    ```mlir
    attn.bitcode "model_k0_halide" "BC..."
    ```
  }];
  let arguments = (ins StrAttr:$name, StrAttr:$bitcode);
  let assemblyFormat = "$name $bitcode attr-dict";
}

#endif
