// The C header of a compiled model: its signature in words, the shared types (the text of attn/runtime.h, under its own
// guard, so that the headers of several models go together), constants, functions.
#include "compiler/emit/EmitHeader.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/raw_ostream.h"

namespace mlir::attn {

static constexpr llvm::StringLiteral kRuntimeHeader =
#include "compiler/emit/RuntimeHeader.inc"
    ;

namespace {

class HeaderWriter {
public:
  HeaderWriter(const Interface &interface, const HeaderOptions &options)
      : interface(interface), options(options), p(options.prefix), upper(StringRef(options.prefix).upper()), os(text) {}

  std::string write() {
    writeSummary();
    os << "#ifndef " << upper << "_ATTN_H\n#define " << upper << "_ATTN_H\n\n";
    writeSharedTypes();
    os << "#ifdef __cplusplus\nextern \"C\" {\n#endif\n\n";
    writeConstants();
    writeFunctions();
    os << "\n#ifdef __cplusplus\n}\n#endif\n#endif\n";
    return std::move(text);
  }

private:
  void writePorts(ArrayRef<Port> ports) {
    os << "(";
    llvm::interleaveComma(ports, os, [&](const Port &port) {
      os << port.name << ": " << typeName(port.dtype) << "[";
      for (auto [d, dim, more] : llvm::enumerate(port.dims, port.more)) {
        os << (d ? "," : "");
        writeExtent(dim);
        if (more)
          os << (more < 0 ? " - " : " + ") << std::abs(more);
      }
      os << "]";
    });
    os << ")";
  }

  void writeExtent(attn_extent extent) {
    if (extent >= 0)
      os << extent;
    else
      os << interface.symbols[-1 - extent].name;
  }

  static StringRef typeName(attn_dtype type) { return attn_dtype_name(type); }

  void writeSummary() {
    os << "/* " << p << ", compiled by attnc " ATTN_VERSION " from " << options.source << " for ";
    llvm::interleaveComma(options.variants, os, [&](const auto &variant) { os << variant.first; });
    os << ".\n *\n *   ";
    writePorts(interface.inputs);
    os << " -> ";
    writePorts(interface.outputs);
    os << "\n";
    for (const Symbol &symbol : interface.symbols) {
      os << " *   " << symbol.minimum << " <= " << symbol.name;
      if (symbol.maximum)
        os << " <= " << symbol.maximum;
      if (symbol.multiple > 1)
        os << ", a multiple of " << symbol.multiple;
      os << "\n";
    }
    for (const Port &port : interface.inputs) {
      if (!port.checked)
        continue;
      os << " *   " << (port.rising ? "" : "every element of ") << port.name
         << (port.rising ? " rises from " : " lies in [") << port.lower << (port.rising ? " to " : ", ");
      writeExtent(port.upper);
      os << (port.rising ? "\n" : port.below ? ")\n" : "]\n");
    }
    for (const State &state : interface.states)
      os << " *   state " << interface.inputs[state.input].name << " becomes " << interface.outputs[state.output].name
         << (state.inPlace ? ", which may be the same memory\n" : "\n");
    os << " *\n * needs: ";
    llvm::interleave(options.variants, os, [&](const auto &variant) { os << "x86-64 " << variant.second; }, " or ");
    if (options.weightsBytes)
      os << "; weights " << llvm::format("%.1f", options.weightsBytes / 1e6) << " MB"
         << (options.embedded ? ", included" : " in a file of their own");
    os << "; libc" << (options.callsLibm ? " and libm (-lm)" : "") << "\n */\n";
  }

  void writeSharedTypes() { os << StringRef(kRuntimeHeader).trim('\n') << "\n\n"; }

  void writeConstants() {
    writePortConstants("INPUT", interface.inputs);
    writePortConstants("OUTPUT", interface.outputs);
    for (auto [index, state] : llvm::enumerate(interface.states))
      os << "#define " << upper << "_STATE_" << StringRef(interface.inputs[state.input].name).upper() << " " << index
         << "\n";
    for (auto [index, symbol] : llvm::enumerate(interface.symbols)) {
      os << "#define " << upper << "_SYMBOL_" << StringRef(symbol.name).upper() << " " << index << "\n";
      if (symbol.maximum)
        os << "#define " << upper << "_MAX_" << StringRef(symbol.name).upper() << " " << symbol.maximum << "\n";
    }
    os << "#define " << upper << "_SYMBOL_COUNT " << interface.symbols.size() << "\n\n";
  }

  void writePortConstants(StringRef kind, ArrayRef<Port> ports) {
    for (auto [index, port] : llvm::enumerate(ports))
      os << "#define " << upper << "_" << kind << "_" << StringRef(port.name).upper() << " " << index << "\n";
    os << "#define " << upper << "_" << kind << "_COUNT " << ports.size() << "\n";
  }

  void writeFunctions() {
    os << "typedef struct attn_model " << p << "_model;\ntypedef struct attn_context " << p << "_context;\n\n"
       << "/* What the model says of itself; static and constant. */\n"
       << "const attn_metadata *" << p << "_metadata(void);\n"
       << "/* Loads the weights"
       << (options.weightsBytes && !options.embedded ? " from a file" : "; the path may be null")
       << ". The model may be shared by threads and must outlive its contexts. */\n"
       << "attn_status " << p << "_open(" << p << "_model **, const char *weights_path, const attn_options *);\n"
       << "void " << p << "_close(" << p << "_model *);\n"
       << "/* The variant that a model runs; of null, the one that an open would take here, null if there is none. */\n"
       << "const attn_variant *" << p << "_variant(const " << p << "_model *);\n"
       << "/* The names of the kernels that a model runs, in their order; null at the end. attn_options can time them. "
          "*/\n"
       << "const char *const *" << p << "_kernels(const " << p << "_model *);\n"
       << "/* All memory and threads that runs need. A context belongs to one thread at a time. */\n"
       << "attn_status " << p << "_context_create(" << p << "_context **, const " << p
       << "_model *, const attn_options *);\n"
       << "void " << p << "_context_destroy(" << p << "_context *);\n"
       << "/* Fills dtype, rank, shape and bytes of each output from the inputs' shapes; reads no data. */\n"
       << "attn_status " << p << "_output_shapes(" << p
       << "_context *, const attn_tensor *in, size_t in_count, attn_tensor *out,\n    size_t out_count);\n"
       << "/* Checks everything, then computes; allocates nothing. */\n"
       << "attn_status " << p << "_run(" << p
       << "_context *, const attn_tensor *in, size_t in_count, attn_tensor *out, size_t out_count);\n";
    if (!interface.states.empty())
      writeStepFunctions();
    os << "/* The reason why the last call with this context failed. */\n"
       << "const char *" << p << "_last_error(const " << p << "_context *);\n"
       << "/* Bytes of scratch memory that the context holds. */\n"
       << "uint64_t " << p << "_arena_bytes_planned(const " << p << "_context *);\n";
  }

  void writeStepFunctions() {
    os << "/* As a run, of the ports that are no states: those the context holds, as large as its capacities, at first "
          "0. A\n"
       << " * step that fails changes none. */\n"
       << "attn_status " << p << "_step(" << p
       << "_context *, const attn_tensor *in, size_t in_count, attn_tensor *out, size_t out_count);\n"
       << "/* Sets the states of one sample, or with -1 of all, to 0. */\n"
       << "attn_status " << p << "_reset(" << p << "_context *, int64_t sample);\n"
       << "/* State i as it is until the next step, to be read or written. */\n"
       << "attn_status " << p << "_state(" << p << "_context *, uint32_t i, attn_tensor *view);\n"
       << "/* Rows that the caches hold of a sample; -1 where there is no such sample or no cache. */\n"
       << "int64_t " << p << "_cache_length(const " << p << "_context *, int64_t sample);\n"
       << "/* Keeps the first `length` rows of a sample's caches. */\n"
       << "attn_status " << p << "_truncate(" << p << "_context *, int64_t sample, int64_t length);\n"
       << "/* Steps through the prompt, i32 [B, N], then chooses tokens by the first output, logits [B, V] or [B, N, "
          "V],\n"
       << " * and steps on, until each sample is complete or has max_tokens. The last token chosen is not stepped. */\n"
       << "attn_status " << p << "_generate(" << p << "_context *, const attn_tensor *prompt,\n"
       << "    const attn_generate_options *, attn_token_callback, void *user);\n";
  }

  const Interface &interface;
  const HeaderOptions &options;
  const std::string p, upper;
  std::string text;
  llvm::raw_string_ostream os;
};

} // namespace

std::string emitHeader(const Interface &interface, const HeaderOptions &options) {
  return HeaderWriter(interface, options).write();
}

} // namespace mlir::attn
