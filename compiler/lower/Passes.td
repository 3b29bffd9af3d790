// The passes of the lower stage.
#ifndef ATTN_LOWER_PASSES_TD
#define ATTN_LOWER_PASSES_TD

include "mlir/Pass/PassBase.td"

def LowerKernels : Pass<"attn-lower-kernels", "::mlir::ModuleOp"> {
  let summary = "hand each kernel to the back end its schedule names";
  let description = [{
    Afterwards every `attn.kernel` names its `code`, functions beside the model. Its region stays: it is the meaning of that code.
    Kernels with equal regions, schedules and extents share one function.

    ```mlir
    attn.kernel (...) schedule(..) { .. }  ==>  attn.kernel (...) schedule(..) code(@model_k0) { .. }
                                                func.func private @model_k0(..) attributes {attn.code} { scf.for .. }
    ```
    example: tests/lower/lower-kernels.mlir
  }];
  let options = [
    Option<"isa", "isa", "std::string", "\"generic\"", "instruction set of the target: generic, avx2 or avx512">,
    Option<"extensions", "extensions", "std::string", "\"\"", "of them the target has: avx512_vnni,avx512_bf16">
  ];
}

#endif
