// What attn-run says: descriptions, shortened tensors, comparisons, timings. Data goes to standard output.
#pragma once

#include "compiler/tools/run/Library.h"

namespace mlir::attn::run {

void printSignature(const Signature &signature);
void printMetadata(const Library &library);

/// As numpy prints: three from each end of a long dimension.
void printArray(const std::string &name, const Array &array, attn_dtype dtype);

/// Prints the largest errors; false when some |y-e| > atol + rtol*|e|, a NaN stands on one side only, or shapes differ.
bool compare(const std::string &name, const Array &result, const Array &expected, double rtol, double atol);

/// Prints and checks max|y-y64| <= 1.5 max|naive-y64| + 2 ulp(max|y64|), the ulp being that of f32. `rounded` is what
/// the naive program of `precision` gives. A result of bf16 is rounded once more: of each of its differences counts
/// what exceeds half a unit in the last place of bf16.
bool compareWithReference(const std::string &name, attn_dtype dtype, const Array &result, const Array &f64,
                          const Array &rounded, llvm::StringRef precision);

/// Runs for about a second after a warm-up; prints the median and the spread of one run, and with `profile` how long
/// each kernel takes on average; equal kernels, as of repeated layers, together.
llvm::Error benchmark(Library &library, bool json, bool profile);

} // namespace mlir::attn::run
