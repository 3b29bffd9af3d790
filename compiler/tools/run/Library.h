// A compiled model in a shared library: found, opened and run through its own C interface.
#pragma once

#include "attn/abi.h"
#include "compiler/tools/run/Guard.h"
#include "compiler/tools/run/Signature.h"

namespace mlir::attn::run {

class Library {
public:
  struct Setting {
    std::string weights; // packed; empty: beside the library
    int threads = 0;     // 0: one for each CPU
    Guard guard = Guard::None;
    std::string variant; // empty: the best that runs here
    bool times = false;  // of each kernel
  };
  /// Loads the library, finds the model in it by the symbol that ends in `_metadata`, and opens it.
  static llvm::Expected<Library> open(const std::string &path, const Setting &setting);
  Library(Library &&other);
  ~Library();

  const attn_metadata &metadata() const { return *meta; }
  Signature signature() const;
  /// Whether that variant is the one that runs.
  bool runs(const attn_variant &variant) const { return &variant == entry.variant(model); }

  /// Binds inputs, each converted to its port's element type, and makes room for the outputs; the first time creates
  /// the context.
  llvm::Error bind(llvm::ArrayRef<Array> inputs);
  /// Runs on what is bound. A guarded run must leave what lies beside its buffers as it was.
  llvm::Error run();
  std::vector<Array> results() const;
  /// The bits of an output.
  llvm::ArrayRef<char> bits(size_t output) const {
    return {static_cast<const char *>(out[output].data), size_t(out[output].bytes)};
  }
  /// The names of the kernels in the order they run, and the nanoseconds that each took in all runs so far.
  llvm::ArrayRef<std::string> kernels() const { return kernelNames; }
  llvm::ArrayRef<int64_t> kernelNanoseconds() const { return kernelTimes; }
  uint64_t arenaBytes() const { return entry.arenaBytes && context ? entry.arenaBytes(context) : 0; }

private:
  Library() = default;
  llvm::Error start();
  attn_options runtimeOptions(char *text, size_t size) const;
  llvm::Error createContext();
  llvm::Error failure(attn_status status) const;

  /// The functions of model M, whose names begin with `M_`; `arenaBytes` may be missing.
  struct {
    attn_status (*open)(attn_model **, const char *, const attn_options *);
    void (*close)(attn_model *);
    const char *const *(*kernels)(const attn_model *);
    const attn_variant *(*variant)(const attn_model *);
    attn_status (*contextCreate)(attn_context **, const attn_model *, const attn_options *);
    void (*contextDestroy)(attn_context *);
    attn_status (*outputShapes)(attn_context *, const attn_tensor *, size_t, attn_tensor *, size_t);
    attn_status (*run)(attn_context *, const attn_tensor *, size_t, attn_tensor *, size_t);
    const char *(*lastError)(const attn_context *);
    uint64_t (*arenaBytes)(const attn_context *);
  } entry = {};

  std::string path;
  Setting setting;
  void *handle = nullptr;
  const attn_metadata *meta = nullptr;
  attn_model *model = nullptr;
  attn_context *context = nullptr;
  std::vector<attn_tensor> in, out;
  std::vector<Buffer> buffers; // of inputs, then outputs
  std::vector<std::string> kernelNames;
  std::vector<int64_t> kernelTimes; // written by the context
};

} // namespace mlir::attn::run
