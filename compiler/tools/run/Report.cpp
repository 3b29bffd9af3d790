// Texts and verdicts.
#include "compiler/tools/run/Report.h"
#include "compiler/tools/run/Options.h"
#include "dialect/ReducedNumbers.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/JSON.h"
#include "llvm/Support/raw_ostream.h"
#include <chrono>
#include <cmath>
#include <limits>

namespace mlir::attn::run {

using llvm::format;
using llvm::outs;

static void printPorts(llvm::StringRef kind, llvm::ArrayRef<Port> ports) {
  for (const Port &port : ports) {
    outs() << kind << " " << port.name << ": " << attn_dtype_name(port.dtype) << " [" << llvm::join(port.dims, ",")
           << "]";
    if (port.upper || !port.upperDim.empty())
      outs() << " in [" << port.lower << ", " << (port.upper ? std::to_string(*port.upper) : port.upperDim)
             << (port.below ? ")" : "]");
    outs() << "\n";
  }
}

void printSignature(const Signature &signature) {
  outs() << "model " << signature.name << "\n";
  printPorts("input", signature.inputs);
  printPorts("output", signature.outputs);
}

void printMetadata(const Library &library) {
  const attn_metadata &metadata = library.metadata();
  for (const attn_symbol &symbol : llvm::ArrayRef(metadata.symbols, metadata.symbol_count))
    outs() << "dimension " << symbol.name << ": from " << symbol.minimum
           << (symbol.maximum ? " to " + std::to_string(symbol.maximum) : std::string(", no upper bound"))
           << (symbol.multiple > 1 ? ", a multiple of " + std::to_string(symbol.multiple) : "") << "\n";
  for (const attn_variant &variant : llvm::ArrayRef(metadata.variants, metadata.variant_count))
    outs() << "variant " << variant.target << (library.runs(variant) ? ", runs here" : "") << "\n";
  outs() << "compiled by " << metadata.compiler << "\n"
         << "weights " << metadata.weights_bytes << " bytes" << (metadata.weights_embedded ? ", embedded" : "") << "\n";
}

/// The part of an array from element `at` in dimension `d` on.
static void printPart(const Array &array, size_t d, int64_t at) {
  if (d == array.shape.size()) {
    if (array.reals.empty())
      outs() << array.integers[at];
    else if (std::isnan(array.reals[at]))
      outs() << "nan"; // printf shows the sign bit
    else
      outs() << format("%.6g", array.reals[at]);
    return;
  }
  int64_t stride = 1, extent = array.shape[d];
  for (size_t rest = d + 1; rest < array.shape.size(); ++rest)
    stride *= array.shape[rest];
  outs() << "[";
  for (int64_t i = 0; i < extent; ++i) {
    if (i)
      outs() << (d + 1 == array.shape.size() ? ", " : ",\n" + std::string(d + 1, ' '));
    if (extent > 8 && i == 3) {
      outs() << "...";
      i = extent - 4;
      continue;
    }
    printPart(array, d + 1, at + i * stride);
  }
  outs() << "]";
}

void printArray(const std::string &name, const Array &array, attn_dtype dtype) {
  outs() << name << ": " << attn_dtype_name(dtype) << " " << reference::shapeText(array.shape) << "\n";
  printPart(array, 0, 0);
  outs() << "\n";
}

static std::vector<double> numbers(const Array &array) {
  return array.integers.empty() ? array.reals : std::vector<double>(array.integers.begin(), array.integers.end());
}

/// |a-b|; 0 for the same infinity or two NaNs, infinite for a NaN on one side.
static double distance(double a, double b) {
  if (std::isnan(a) || std::isnan(b))
    return std::isnan(a) && std::isnan(b) ? 0 : INFINITY;
  return a == b ? 0 : std::abs(a - b);
}

static double largestDistance(const Array &a, const Array &b) {
  double largest = 0;
  for (auto [x, y] : llvm::zip(numbers(a), numbers(b)))
    largest = std::max(largest, distance(x, y));
  return largest;
}

static bool sameShape(const std::string &name, const Array &result, const Array &expected) {
  if (result.shape == expected.shape)
    return true;
  outs() << name << ": shape " << reference::shapeText(result.shape) << ", expected "
         << reference::shapeText(expected.shape) << "\n";
  return false;
}

bool compare(const std::string &name, const Array &result, const Array &expected, double rtol, double atol) {
  if (!sameShape(name, result, expected))
    return false;
  double absolute = 0, relative = 0;
  int64_t wrong = 0, first = -1, at = 0;
  for (auto [y, e] : llvm::zip(numbers(result), numbers(expected))) {
    double d = distance(y, e);
    absolute = std::max(absolute, d);
    relative = std::max(relative, d == 0 ? 0 : d / std::abs(e));
    if (!(d <= atol + rtol * std::abs(e)) && d != 0 && !wrong++)
      first = at;
    ++at;
  }
  outs() << name << ": max abs error " << format("%.3g", absolute) << ", max rel error " << format("%.3g", relative);
  if (wrong)
    outs() << "; " << wrong << " of " << at << " elements differ, the first at " << first << ": "
           << format("%.9g", numbers(result)[first]) << ", expected " << format("%.9g", numbers(expected)[first]);
  outs() << "\n";
  return !wrong;
}

namespace {

/// Numbers that a result is rounded to when it is stored, which is computed in wider ones.
struct Storage {
  llvm::StringRef name;
  int digits; // after the point
  double (*round)(double);

  /// Half a unit in the last place of what a number not larger than `size` is rounded to.
  double halfUlp(double size) const {
    int exponent = std::ilogb(std::max<double>(size, std::numeric_limits<float>::min()));
    return std::ldexp(0.5, exponent - digits);
  }

  /// The largest distance from `exact` beyond what one rounding of a number no further than `bound` from it may add.
  double distanceBeyond(const Array &result, const Array &exact, double bound) const {
    double largest = 0;
    for (auto [y, e] : llvm::zip(result.reals, exact.reals))
      if (y != round(e)) // else it is as near as it can be, or the same infinity
        largest = std::max(largest, distance(y, e) - halfUlp(std::abs(e) + bound));
    return largest;
  }
};

/// How a result of `dtype` is stored, if not as it is computed.
std::optional<Storage> storageOf(attn_dtype dtype, bool inF64) {
  if (dtype == ATTN_BF16)
    return Storage{"bf16", 7, [](double x) -> double { return widenBf16(roundToBf16(static_cast<float>(x))); }};
  if (dtype == ATTN_F32 && inF64)
    return Storage{"f32", 23, [](double x) -> double { return static_cast<float>(x); }};
  return std::nullopt;
}

} // namespace

/// From the largest of these numbers to the next above it, in what was computed in.
static double ulpOfLargest(const Array &numbers, bool inF64) {
  double largest = 0;
  for (double value : numbers.reals)
    if (std::isfinite(value)) // an infinity must be met as it is
      largest = std::max(largest, std::abs(value));
  if (inF64)
    return std::nextafter(largest, INFINITY) - largest;
  float rounded = largest;
  return std::nextafter(rounded, INFINITY) - rounded;
}

bool compareWithReference(const std::string &name, attn_dtype dtype, const Array &result, const Array &exact,
                          const Array &rounded, reference::Precision precision) {
  if (!sameShape(name, result, exact))
    return false;
  bool inF64 = precision == reference::Precision::F64;
  double naive = largestDistance(rounded, exact), bound = 1.5 * naive + 2 * ulpOfLargest(exact, inF64);
  std::optional<Storage> storage = storageOf(dtype, inF64);
  double own = storage ? storage->distanceBeyond(result, exact, bound) : largestDistance(result, exact);
  outs() << name << (storage ? " beyond its rounding to " : "") << (storage ? storage->name : "") << ": error "
         << format("%.3g", own) << ", naive " << wordOf(precision) << " " << format("%.3g", naive) << ", bound "
         << format("%.3g", bound) << (own <= bound ? "\n" : ": too large\n");
  return own <= bound;
}

namespace {

/// What equal kernels of a run take together.
struct KernelTime {
  llvm::StringRef name;
  unsigned count = 0;
  double microseconds = 0; // of a run
};

} // namespace

static std::vector<KernelTime> kernelTimes(const Library &library, llvm::ArrayRef<int64_t> before, size_t runs) {
  std::vector<KernelTime> times;
  for (auto [name, from, to] : llvm::zip_equal(library.kernels(), before, library.kernelNanoseconds())) {
    auto time = llvm::find_if(times, [&, &name = name](const KernelTime &known) { return known.name == name; });
    if (time == times.end())
      time = times.insert(time, {name});
    ++time->count;
    time->microseconds += (to - from) / 1e3 / runs;
  }
  return times;
}

static void printProfile(llvm::ArrayRef<KernelTime> times) {
  double total = 0;
  for (const KernelTime &time : times)
    total += time.microseconds;
  outs() << "      us of a run  share  kernels\n";
  for (const KernelTime &time : times)
    outs() << format("%17.3f %5.1f%%  ", time.microseconds, 100 * time.microseconds / total) << time.count << " x "
           << time.name << "\n";
}

static llvm::json::Array asJson(llvm::ArrayRef<KernelTime> times) {
  llvm::json::Array kernels;
  for (const KernelTime &time : times)
    kernels.push_back(llvm::json::Object{{"name", time.name}, {"count", time.count}, {"us", time.microseconds}});
  return kernels;
}

llvm::Error benchmark(Library &library, bool json, bool profile) {
  using Clock = std::chrono::steady_clock;
  constexpr int warmUp = 3;
  std::vector<double> microseconds;
  std::vector<int64_t> before;
  auto start = Clock::now();
  for (int i = 0; i < 10 || (Clock::now() - start < std::chrono::seconds(1) && i < 100000); ++i) {
    if (i == warmUp)
      before = library.kernelNanoseconds();
    auto begin = Clock::now();
    if (llvm::Error failed = library.run())
      return failed;
    if (i >= warmUp)
      microseconds.push_back(std::chrono::duration<double, std::micro>(Clock::now() - begin).count());
  }
  std::vector<KernelTime> kernels = kernelTimes(library, before, microseconds.size());
  llvm::sort(microseconds);
  auto quantile = [&](double q) { return microseconds[size_t(q * (microseconds.size() - 1))]; };
  if (json) {
    llvm::json::Object numbers{{"runs", microseconds.size()},
                               {"median_us", quantile(0.5)},
                               {"p10_us", quantile(0.1)},
                               {"p90_us", quantile(0.9)}};
    if (profile)
      numbers["kernels"] = asJson(kernels);
    outs() << llvm::json::Value(std::move(numbers)) << "\n";
    return llvm::Error::success();
  }
  outs() << format("%zu runs: median %.3f us, 10%% below %.3f us, 90%% below %.3f us\n", microseconds.size(),
                   quantile(0.5), quantile(0.1), quantile(0.9));
  if (profile)
    printProfile(kernels);
  return llvm::Error::success();
}

} // namespace mlir::attn::run
