// A compiled model in a shared library: found, opened and run through its own C interface.
#pragma once

#include "attn/abi.h"
#include "compiler/tools/run/Options.h"
#include "compiler/tools/run/Signature.h"

namespace mlir::attn::run {

class Library {
public:
  /// Loads the library, finds the model in it by the symbol that ends in `_metadata`, and opens it.
  static llvm::Expected<Library> open(const Options &options);
  Library(Library &&other);
  ~Library();

  const attn_metadata &metadata() const { return *meta; }
  Signature signature() const;

  /// Binds inputs, each converted to its port's element type, and makes room for the outputs; the first time creates
  /// the context.
  llvm::Error bind(llvm::ArrayRef<Array> inputs);
  /// Runs on what is bound.
  llvm::Error run();
  std::vector<Array> results() const;
  uint64_t arenaBytes() const { return entry.arenaBytes && context ? entry.arenaBytes(context) : 0; }

private:
  Library() = default;
  llvm::Error start(const Options &options);
  llvm::Error createContext();
  llvm::Error failure(attn_status status) const;

  /// The functions of model M, whose names begin with `M_`; `arenaBytes` may be missing.
  struct {
    attn_status (*open)(attn_model **, const char *, const attn_options *);
    void (*close)(attn_model *);
    attn_status (*contextCreate)(attn_context **, const attn_model *, const attn_options *);
    void (*contextDestroy)(attn_context *);
    attn_status (*outputShapes)(attn_context *, const attn_tensor *, size_t, attn_tensor *, size_t);
    attn_status (*run)(attn_context *, const attn_tensor *, size_t, attn_tensor *, size_t);
    const char *(*lastError)(const attn_context *);
    uint64_t (*arenaBytes)(const attn_context *);
  } entry = {};

  void *handle = nullptr;
  const attn_metadata *meta = nullptr;
  int threads = 0;
  attn_model *model = nullptr;
  attn_context *context = nullptr;
  std::vector<attn_tensor> in, out;
  std::vector<std::vector<char>> buffers;
};

} // namespace mlir::attn::run
