// Passes of the LLVM back end.
#ifndef ATTN_COMPILER_BACKENDS_LLVM_PASSES
#define ATTN_COMPILER_BACKENDS_LLVM_PASSES

include "mlir/Pass/PassBase.td"

defvar Attn_IsaOption = Option<"isa", "isa", "::mlir::attn::MathIsa", /*default=*/"::mlir::attn::MathIsa::Generic",
  "instruction set to shape the code for",
  [{::llvm::cl::values(
    clEnumValN(::mlir::attn::MathIsa::Generic, "generic", "x86-64 without fma and rounding instructions"),
    clEnumValN(::mlir::attn::MathIsa::Avx2, "avx2", "AVX2 with FMA"),
    clEnumValN(::mlir::attn::MathIsa::Avx512, "avx512", "AVX-512 F and DQ"))}]>;

def CallLibm : Pass<"attn-call-libm", "::mlir::ModuleOp"> {
  let summary = "call the C library for elementary functions of f64";
  let description = [{
    Before: any module; `math.*` ops on scalars and vectors of one dimension. After: those of f64 that no instruction
    computes, and `arith.remf`, are calls of libm's functions, one a lane.

    example: tests/backends/llvm/call-libm.mlir
  }];
  let options = [Attn_IsaOption];
  let dependentDialects = ["::mlir::arith::ArithDialect", "::mlir::vector::VectorDialect",
                           "::mlir::LLVM::LLVMDialect"];
}

def ExpandMath : Pass<"attn-expand-math"> {
  let summary = "rewrite elementary functions into vector arithmetic that needs no libm";
  let description = [{
    Before: any function; `math.*` ops on scalars and fixed-size vectors. After: no op is left that LLVM would turn
    into a libm call; f32 results are within 2 ULP for every input. An op without an expansion is an error that names
    it. Of f64, `attn-call-libm` has taken what needs a function; `rsqrt` and, without such an instruction, an `fma`
    that may contract become plain arithmetic.

    Example: tests/backends/llvm/expand-math.mlir
  }];
  let options = [Attn_IsaOption];
  let dependentDialects = ["::mlir::arith::ArithDialect", "::mlir::math::MathDialect",
                           "::mlir::vector::VectorDialect", "::mlir::LLVM::LLVMDialect"];
}

#endif // ATTN_COMPILER_BACKENDS_LLVM_PASSES
