// Wall time of the parts of a compilation, for -ftime-report.
#pragma once

#include "llvm/ADT/SmallVector.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/raw_ostream.h"
#include <chrono>
#include <mutex>

namespace mlir::attn {

class Timing {
public:
  /// Measures from construction to destruction. Parts may overlap: packing runs beside code generation.
  class Scope {
  public:
    Scope(Timing &timing, llvm::StringRef name)
        : timing(timing), index(timing.begin(name)), start(std::chrono::steady_clock::now()) {}
    ~Scope() { timing.end(index, std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count()); }

  private:
    Timing &timing;
    size_t index;
    std::chrono::steady_clock::time_point start;
  };

  void print(llvm::raw_ostream &os) const {
    for (const auto &[name, seconds] : parts)
      os << llvm::format("%8.3f s  ", seconds) << name << "\n";
  }

private:
  size_t begin(llvm::StringRef name) {
    std::lock_guard<std::mutex> lock(mutex);
    parts.push_back({name.str(), 0});
    return parts.size() - 1;
  }
  void end(size_t index, double seconds) {
    std::lock_guard<std::mutex> lock(mutex);
    parts[index].second = seconds;
  }

  std::mutex mutex;
  llvm::SmallVector<std::pair<std::string, double>> parts;
};

} // namespace mlir::attn
