// The passes of the emit stage.
#ifndef ATTN_EMIT_PASSES_TD
#define ATTN_EMIT_PASSES_TD

include "mlir/Pass/PassBase.td"

def PlanMemory : Pass<"attn-plan-memory", "::mlir::ModuleOp"> {
  let summary = "give every weight an offset and every kernel result a place";
  let description = [{
    Before: the public function holds weights, kernels and the return. After: each `attn.weight` has `attn.offset`, its byte in
    the packed weights; each `attn.kernel` has `attn.slots`, one number for each result: slot k >= 0 of the arena, or
    -1 - o for output o. The function has `attn.slots`, for each slot the sizes of the buffers that share it, in bytes as
    expressions of the dimension symbols, and `attn.scratch`, the scratch sizes of its kernels, each the least of some. A slot is as large as its
    largest buffer, which is only known at run time. Weights that have their places, together with those of the same model's
    code for other processors, keep them; `attn.packed_bytes` on the function is the size of all.
  }];
}

def BuildEntry : Pass<"attn-build-entry", "::mlir::ModuleOp"> {
  let summary = "add the entry point and the size of the arena";
  let description = [{
    Before: the memory is planned. After: beside the public function stand `<prefix>_main.<target>`, which calls the code of
    each kernel in order, and `<prefix>_arena_bytes.<target>`. They are hidden, not internal: a binary for several processors
    has these of each, in objects of their own, and one interface that names all.
  }];
  let dependentDialects = ["::mlir::LLVM::LLVMDialect", "::mlir::func::FuncDialect"];
  let options = [
    Option<"prefix", "prefix", "std::string", "\"model\"", "what the names of all functions begin with">,
    Option<"target", "target", "std::string", "\"x86-64\"", "name of the processor">];
}

def BuildInterface : Pass<"attn-build-interface", "::mlir::ModuleOp"> {
  let summary = "add the metadata and the C interface";
  let description = [{
    Before: `<prefix>_main.<target>` and `<prefix>_arena_bytes.<target>` are here or, for other targets, in other objects.
    After: the constants of `attn/abi.h` with a variant for each target, in the order given, and the exported functions of
    the C interface.
  }];
  let dependentDialects = ["::mlir::LLVM::LLVMDialect"];
  let options = [
    Option<"prefix", "prefix", "std::string", "\"model\"", "what the names of all functions begin with">,
    ListOption<"targets", "targets", "std::string", "names of the processors, the most demanding first">,
    ListOption<"cpuFeatures", "cpu-features", "uint64_t", "for each target the ATTN_CPU_* bits that its code needs">,
    Option<"embedWeights", "embed-weights", "bool", "false", "the packed weights are linked in as <prefix>_weights">,
    Option<"program", "program", "bool", "false", "also name the code attn_program_code, for an executable">];
}

#endif
