// Passes of the LLVM back end.
#ifndef ATTN_COMPILER_BACKENDS_LLVM_PASSES
#define ATTN_COMPILER_BACKENDS_LLVM_PASSES

include "mlir/Pass/PassBase.td"

def ExpandMath : Pass<"attn-expand-math"> {
  let summary = "rewrite elementary functions into vector arithmetic that needs no libm";
  let description = [{
    Before: any function; `math.*` ops on scalars and fixed-size vectors. After: no op is left that LLVM would turn
    into a libm call; f32 results are within 2 ULP for every input. An op without an expansion (for instance on f64)
    is an error that names it.

    Example: tests/backends/llvm/expand-math.mlir
  }];
  let options = [
    Option<"isa", "isa", "::mlir::attn::MathIsa", /*default=*/"::mlir::attn::MathIsa::Generic",
           "instruction set to shape the code for",
           [{::llvm::cl::values(
             clEnumValN(::mlir::attn::MathIsa::Generic, "generic", "x86-64 without fma and rounding instructions"),
             clEnumValN(::mlir::attn::MathIsa::Avx2, "avx2", "AVX2 with FMA"),
             clEnumValN(::mlir::attn::MathIsa::Avx512, "avx512", "AVX-512 F and DQ"))}]>
  ];
  let dependentDialects = ["::mlir::arith::ArithDialect", "::mlir::math::MathDialect",
                           "::mlir::vector::VectorDialect", "::mlir::LLVM::LLVMDialect"];
}

#endif // ATTN_COMPILER_BACKENDS_LLVM_PASSES
