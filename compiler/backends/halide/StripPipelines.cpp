// Pipelines, their arguments and their calls; see the header.
#include <Halide.h>

#include "compiler/backends/halide/Bitcode.h"
#include "compiler/backends/halide/StripPipelines.h"
#include "mlir/Dialect/Arith/IR/Arith.h"

namespace mlir::attn {

using Halide::Expr;

static void bind(Halide::OutputImageParam buffer, const Memory &memory) {
  for (auto [d, known] : llvm::enumerate(memory.dimensions)) {
    if (known.min.defined())
      buffer.dim(d).set_min(known.min);
    if (known.extent.defined())
      buffer.dim(d).set_extent(known.extent);
    if (known.stride.defined())
      buffer.dim(d).set_stride(known.stride);
  }
}

Expr StripPipelines::number(const char *name, Number value) {
  Halide::Param<int> param(name + std::to_string(formals.size())); // no two of one name
  formals.push_back(param);
  actuals.push_back([value](CodeBuilder &c, const StripCall &strip) -> Value { return c.narrow(value(c, strip)); });
  return param;
}

Halide::ImageParam StripPipelines::input(const char *name, const Memory &memory) {
  Halide::ImageParam param(memory.element, memory.dimensions.size(), name + std::to_string(formals.size()));
  formals.push_back(param);
  actuals.push_back(
      [buffer = memory.buffer](CodeBuilder &c, const StripCall &strip) { return makeBuffer(c, buffer(c, strip)); });
  bind(param, memory);
  return param;
}

Kept StripPipelines::keep(Halide::Func func, const Memory &memory) {
  bind(func.output_buffer(), memory);
  pipelines.back().outputs.push_back(func);
  pipelines.back().buffers.push_back(memory.buffer);
  auto later = std::make_shared<Halide::ImageParam>();
  return [this, func, memory, later, own = pipelines.size()](const std::vector<Expr> &at) -> Expr {
    if (pipelines.size() == own)
      return func(at);
    if (!later->defined())
      *later = input("kept", memory);
    return (*later)(at);
  };
}

void StripPipelines::begin(Turns turns) { pipelines.push_back({std::move(turns), {}, {}}); }

llvm::Expected<std::vector<StripPipelines::Bitcode>> StripPipelines::compile(const std::string &name,
                                                                             llvm::StringRef isa) {
  std::vector<Bitcode> all;
  for (auto [index, pipeline] : llvm::enumerate(pipelines)) {
    std::string own = index ? name + std::to_string(index + 1) : name;
    Halide::Pipeline made(pipeline.outputs);
    llvm::Expected<std::string> bytes = compileToBitcode(made, formals, own, isa);
    if (!bytes)
      return bytes.takeError();
    all.push_back({own, *bytes});
  }
  return all;
}

SmallVector<Value> StripPipelines::arguments(CodeBuilder &code, const StripCall &strip,
                                             const Pipeline &pipeline) const {
  SmallVector<Value> values;
  for (const Number &actual : actuals)
    values.push_back(actual(code, strip));
  for (const auto &buffer : pipeline.buffers)
    values.push_back(makeBuffer(code, buffer(code, strip)));
  return values;
}

void StripPipelines::run(CodeBuilder &code, const StripCall &strip, Call call) const {
  for (auto [index, pipeline] : llvm::enumerate(pipelines)) {
    auto turn = [&, index = index, &pipeline = pipeline](Value number) {
      StripCall own = strip;
      own.turn = number;
      call(index, arguments(code, own, pipeline));
      return own;
    };
    Value first = code.constant(0);
    if (pipeline.turns.going) {
      code.repeat(first, [&, &pipeline = pipeline](ValueRange state) {
        Value flag = code.load(code.number(), pipeline.turns.going(code, turn(state[0])).pointer);
        Value again = arith::CmpFOp::create(code.b, arith::CmpFPredicate::UNE, flag, code.real(0));
        return std::pair(again, SmallVector<Value>{code.add(state[0], 1)});
      });
    } else if (pipeline.turns.count > 1) {
      code.loop(first, code.constant(pipeline.turns.count), 1, [&](Value number) { turn(number); });
    } else {
      turn(first);
    }
  }
}

Memory byTurn(const Memory &even, const Memory &odd) {
  Memory memory = even;
  memory.buffer = [even = even.buffer, odd = odd.buffer](CodeBuilder &c, const StripCall &strip) {
    BufferArgument first = even(c, strip);
    Value isEven = c.less(c.rem(strip.turn, c.constant(2)), c.constant(1));
    first.pointer = c.select(isEven, first.pointer, odd(c, strip).pointer);
    return first;
  };
  return memory;
}

} // namespace mlir::attn
