// All 2^32 inputs of expanded functions: prints the largest error of each in ULP and where it is, and fails above 2.
//
//     MathExhaustive (generic|avx2|avx512) function...
#include "MathKernel.h"

#include <cstdio>
#include <thread>
#include <vector>

using namespace mlir;
using namespace mlir::attn;

namespace {
struct Worst {
  double error = 0;
  float at = 0, value = 0;
};
} // namespace

static void scan(const MathKernel &kernel, StringRef op, uint64_t begin, uint64_t end, Worst &worst) {
  float x[kernelLanes], y[kernelLanes];
  for (uint64_t bits = begin; bits < end; bits += kernelLanes) {
    for (int i = 0; i < kernelLanes; ++i) {
      uint32_t pattern = static_cast<uint32_t>(bits + i);
      std::memcpy(x + i, &pattern, sizeof pattern);
    }
    kernel(x, y);
    for (int i = 0; i < kernelLanes; ++i)
      if (double error = ulpError(op, x[i], y[i]); error > worst.error)
        worst = {error, x[i], y[i]};
  }
}

int main(int argc, char **argv) {
  StringRef isaName = argc > 1 ? argv[1] : "";
  MathIsa isa = isaName == "avx512" ? MathIsa::Avx512 : isaName == "avx2" ? MathIsa::Avx2 : MathIsa::Generic;
  bool passed = argc > 2 && canRun(isa);
  for (int i = 2; i < argc && passed; ++i) {
    StringRef op = argv[i];
    std::unique_ptr<MathKernel> kernel = MathKernel::compile(op, isa, "vector<16xf32>");
    if (!kernel)
      return 1;
    unsigned count = std::max(1u, std::thread::hardware_concurrency());
    std::vector<Worst> parts(count);
    std::vector<std::thread> threads;
    uint64_t share = (uint64_t(1) << 32) / kernelLanes / count * kernelLanes;
    for (unsigned t = 0; t < count; ++t)
      threads.emplace_back(
          [&, t] { scan(*kernel, op, t * share, t + 1 == count ? uint64_t(1) << 32 : (t + 1) * share, parts[t]); });
    Worst worst;
    for (unsigned t = 0; t < count; ++t) {
      threads[t].join();
      worst = parts[t].error > worst.error ? parts[t] : worst;
    }
    std::printf("%s %s: %.4f ULP at %a (= %a)\n", isaName.data(), argv[i], worst.error, worst.at, worst.value);
    std::fflush(stdout);
    passed = worst.error <= 2;
  }
  return passed ? 0 : 1;
}
