// The pipelines that compute one strip, one after the other, and what they are called with. What is kept lies in memory
// of ours: it is an output of the pipeline that computes it and an input of those after it. A pipeline that takes turns
// is how a loop is said whose turns read what the last one made. Needs Halide.h before it.
#pragma once

#include "compiler/backends/code/StripTasks.h"
#include "compiler/backends/code/VisibleKeys.h"
#include "compiler/backends/halide/Buffers.h"
#include "llvm/Support/Error.h"
#include <functional>
#include <vector>

namespace mlir::attn {

/// Where a strip is computed.
struct StripCall : StripTask {
  SmallVector<KeyRange> spans; // StripMemory's, by number
  Value turn;                  // i64, of a pipeline that takes turns; else 0
};

/// What Halide knows of a dimension of a buffer; undefined: only its running code does.
struct KnownDimension {
  Halide::Expr min, extent, stride;
};

/// Where the values of a function lie.
struct Memory {
  std::vector<KnownDimension> dimensions;
  std::function<BufferArgument(CodeBuilder &, const StripCall &)> buffer;
  Halide::Type element = Halide::Float(32);
};

/// Reads what is kept, by coordinates, in the pipeline that is being defined.
using Kept = std::function<Halide::Expr(const std::vector<Halide::Expr> &)>;

/// How often a pipeline runs: `count` times or, if there is one, until the f32 at `going` is 0.
struct Turns {
  int64_t count = 1;
  std::function<BufferArgument(CodeBuilder &, const StripCall &)> going;
};

class StripPipelines {
public:
  using Number = std::function<Value(CodeBuilder &, const StripCall &)>;

  /// Arguments of all pipelines. A number is below 2^31.
  Halide::Expr number(const char *name, Number value);
  Halide::ImageParam input(const char *name, const Memory &memory);

  /// Makes `func` an output of the pipeline that is being defined.
  Kept keep(Halide::Func func, const Memory &memory);

  /// Ends the pipeline that is being defined and begins the next.
  void begin(Turns turns = {});

  struct Bitcode {
    std::string name, bytes;
  };
  llvm::Expected<std::vector<Bitcode>> compile(const std::string &name, llvm::StringRef isa);

  /// Runs all of them for one strip, by calls of the names that `compile` gave.
  using Call = llvm::function_ref<void(unsigned number, ValueRange arguments)>;
  void run(CodeBuilder &code, const StripCall &strip, Call call) const;

private:
  struct Pipeline {
    Turns turns;
    std::vector<Halide::Func> outputs;
    std::vector<decltype(Memory::buffer)> buffers;
  };

  SmallVector<Value> arguments(CodeBuilder &code, const StripCall &strip, const Pipeline &pipeline) const;

  std::vector<Halide::Argument> formals;
  std::vector<Number> actuals; // a scalar i32, or the address of a buffer
  std::vector<Pipeline> pipelines{1};
};

/// `even` in turns 0, 2, 4, ..., else `odd`: two memories of one shape.
Memory byTurn(const Memory &even, const Memory &odd);

} // namespace mlir::attn
