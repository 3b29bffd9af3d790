// Least times, not means: what disturbs a run makes it slower, never faster.
#include "compiler/tools/tune/Measure.h"
#include "compiler/driver/Compile.h"
#include "compiler/driver/Schedules.h"
#include "compiler/reference/Tensor.h"
#include "mlir/IR/Builders.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/raw_ostream.h"
#include <chrono>
#include <cmath>

namespace mlir::attn::tune {

using reference::error;

Folder::~Folder() {
  if (!path.empty())
    llvm::sys::fs::remove_directories(path);
}

llvm::Error Folder::create() {
  llvm::SmallString<128> made;
  if (std::error_code code = llvm::sys::fs::createUniqueDirectory("attnc-tune", made))
    return error("cannot make a temporary folder: " + code.message());
  path = made.str().str();
  return llvm::Error::success();
}

std::string Folder::file(const llvm::Twine &name) const {
  llvm::SmallString<128> whole(path);
  llvm::sys::path::append(whole, name);
  return whole.str().str();
}

llvm::Expected<std::string> Measure::write(const Schedules &schedules, MLIRContext *context) {
  std::string path = folder.file("schedules" + llvm::Twine(made) + ".mlir");
  std::error_code code;
  llvm::raw_fd_ostream os(path, code);
  os << schedulesText("tried", asAttribute(schedules, context));
  os.close();
  return os.has_error() ? llvm::Expected<std::string>(error(path + ": " + os.error().message())) : path;
}

llvm::Expected<Compiled> Measure::compile(const Schedules &schedules, MLIRContext *context) {
  llvm::Expected<std::string> file = write(schedules, context);
  if (!file)
    return file.takeError();
  CompileOptions wanted = options.compile;
  wanted.schedules = *file;
  wanted.output = folder.file("model" + llvm::Twine(made++) + ".so");
  wanted.kind = OutputKind::Shared;
  wanted.prefix = "model";
  if (int code = attn::compile(wanted))
    return error("it can not be compiled (exit code " + llvm::Twine(code) + ", see above)");
  run::Library::Setting setting;
  setting.threads = options.threads;
  setting.times = true;
  llvm::Expected<run::Library> library = run::Library::open(wanted.output, setting);
  for (llvm::StringRef suffix : {"", ".weights"}) // mapped: the files may go
    llvm::sys::fs::remove(wanted.output + suffix);
  if (!library)
    return library.takeError();
  auto inputs = run::makeInputs(library->signature(), options.inputs);
  if (!inputs)
    return inputs.takeError();
  if (llvm::Error failed = library->bind(*inputs))
    return failed;
  if (llvm::Error failed = library->run())
    return failed;
  return Compiled{schedules, std::move(*library), {}, 0};
}

/// One run: the least times so far are lowered to its own.
static llvm::Error timeOnce(Compiled &compiled) {
  using Clock = std::chrono::steady_clock;
  std::vector<int64_t> before = compiled.library.kernelNanoseconds();
  auto begin = Clock::now();
  if (llvm::Error failed = compiled.library.run())
    return failed;
  double total = std::chrono::duration<double, std::micro>(Clock::now() - begin).count();
  compiled.total = compiled.total > 0 ? std::min(compiled.total, total) : total;
  llvm::StringMap<double> times;
  for (auto [name, from, to] :
       llvm::zip_equal(compiled.library.kernels(), before, compiled.library.kernelNanoseconds()))
    times[llvm::StringRef(name).split(':').first] += (to - from) / 1e3;
  for (const auto &time : times) {
    auto [least, fresh] = compiled.microseconds.try_emplace(time.getKey(), time.getValue());
    if (!fresh)
      least->second = std::min(least->second, time.getValue());
  }
  return llvm::Error::success();
}

llvm::Error Measure::time(llvm::MutableArrayRef<Compiled> libraries, unsigned rounds) {
  constexpr double turnMicroseconds = 20000;
  for (unsigned round = 0; round <= rounds; ++round)
    for (Compiled &compiled : libraries) {
      int runs = round ? std::clamp<int>(turnMicroseconds / std::max(compiled.total, 1.0), 1, 1000) : 1;
      for (int run = 0; run < runs; ++run)
        if (llvm::Error failed = timeOnce(compiled))
          return failed;
    }
  return llvm::Error::success();
}

bool Measure::agree(const Compiled &a, const Compiled &b) {
  constexpr double tolerance = 1e-2; // of the largest number: a wrong tile is off by far more, rounding by far less
  for (auto [x, y] : llvm::zip_equal(a.library.results(), b.library.results())) {
    if (x.shape != y.shape || x.integers != y.integers)
      return false;
    double largest = 0;
    for (double value : x.reals)
      if (std::isfinite(value))
        largest = std::max(largest, std::abs(value));
    for (auto [left, right] : llvm::zip_equal(x.reals, y.reals))
      if (left != right && !(std::isnan(left) && std::isnan(right)) && !(std::abs(left - right) <= tolerance * largest))
        return false;
  }
  return true;
}

} // namespace mlir::attn::tune
