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

/// Prints and checks max|y-exact| <= 1.5 max|rounded-exact| + 2 ulp(max|exact|). `rounded` is what the naive program of
/// `precision` gives, which also says what the ulp are of: f64, else f32. A result stored in narrower numbers is
/// rounded once more: of each of its differences counts what exceeds half a unit in their last place.
bool compareWithReference(const std::string &name, attn_dtype dtype, const Array &result, const Array &exact,
                          const Array &rounded, reference::Precision precision);

/// Runs for about a second after a warm-up; prints the median and the spread of one run, and with `profile` how long
/// each kernel takes on average; equal kernels, as of repeated layers, together.
llvm::Error benchmark(Library &library, bool json, bool profile);

} // namespace mlir::attn::run
