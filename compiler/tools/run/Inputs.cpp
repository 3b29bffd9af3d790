// Inputs from the command line: files, and tensors made on the spot.
#include "compiler/tools/run/Signature.h"
#include "dialect/Extents.h"
#include "llvm/ADT/StringExtras.h"
#include <algorithm>
#include <cmath>
#include <numeric>

namespace mlir::attn::run {

using reference::error;

namespace {

/// splitmix64: one 64-bit state, the same numbers on every machine.
struct Generator {
  uint64_t state;

  uint64_t next() {
    uint64_t z = state += 0x9e3779b97f4a7c15;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
  }
  double uniform() { return (double(next() >> 11) + 0.5) * 0x1p-53; } // in (0, 1)
  double normal() {
    double radius = std::sqrt(-2 * std::log(uniform()));
    return radius * std::cos(2 * M_PI * uniform());
  }
};

using Extents = std::map<std::string, int64_t>;

llvm::Expected<reference::Shape> parseShape(llvm::StringRef text) {
  reference::Shape shape;
  if (!text.consume_front("[") || !text.consume_back("]"))
    return error("expected a shape such as [2,7], got '" + text + "'");
  llvm::SmallVector<llvm::StringRef> parts;
  text.split(parts, ',', -1, false);
  for (llvm::StringRef part : parts)
    if (part.trim().getAsInteger(10, shape.emplace_back()) || shape.back() < 0 || shape.size() > ATTN_MAX_RANK)
      return error("expected a shape such as [2,7], got '[" + text + "]'");
  return shape;
}

/// The numbers of a made input; `extents` are the dimensions known so far.
llvm::Expected<Array> make(const Port &port, llvm::StringRef kind, llvm::StringRef argument, reference::Shape shape,
                           const Extents &extents) {
  llvm::Expected<Array> array = reference::makeTensor<double>(shape);
  if (!array)
    return array;
  if (isInteger(port.dtype)) {
    array->integers.assign(array->reals.size(), 0);
    array->reals.clear();
  }
  double value = 0;
  uint64_t seed = 0;
  if (kind == "full" && argument.getAsDouble(value))
    return error("expected full:VALUE:SHAPE, got 'full:" + argument + "'");
  if (kind == "random" && argument.getAsInteger(10, seed))
    return error("expected random:SEED:SHAPE, got 'random:" + argument + "'");
  std::optional<int64_t> upper = port.dtype == ATTN_BOOL ? 1 : port.upper;
  if (auto bound = extents.find(port.upperDim); bound != extents.end())
    upper = bound->second - (port.below ? 1 : 0);
  if (kind == "random" && isInteger(port.dtype) && !upper)
    return error("the range of these integers is not known; give a file, full:VALUE:SHAPE or iota:SHAPE");
  uint64_t range = upper ? std::max<int64_t>(*upper - port.lower + 1, 1) : 1;
  Generator generator{seed};
  for (auto [i, real] : llvm::enumerate(array->reals))
    real = kind == "random" ? generator.normal() : kind == "iota" ? double(i) : value;
  for (auto [i, integer] : llvm::enumerate(array->integers))
    integer = kind == "random" ? port.lower + int64_t(generator.next() % range) : kind == "iota" ? i : value;
  if (kind == "random" && port.rising && !array->integers.empty()) {
    llvm::sort(array->integers);
    array->integers.back() = *upper;
    array->integers.front() = port.lower;
  }
  return array;
}

/// Whether a source is made up rather than a file; its shape comes last.
bool isMade(llvm::StringRef source) {
  llvm::StringRef kind = source.split(':').first;
  return kind == "random" || kind == "full" || kind == "zeros" || kind == "iota";
}

void addExtents(const Port &port, llvm::ArrayRef<int64_t> shape, Extents &extents) {
  for (auto [dim, extent] : llvm::zip(port.dims, shape)) {
    auto [symbol, more] = splitDimension(dim);
    extents.try_emplace(symbol.str(), extent - more);
  }
}

llvm::Expected<Array> fromSource(const Port &port, llvm::StringRef source, const Extents &extents) {
  llvm::SmallVector<llvm::StringRef> parts;
  source.split(parts, ':');
  llvm::StringRef kind = parts[0];
  if (!isMade(source))
    return readArray(source.str());
  bool hasArgument = kind == "random" || kind == "full";
  if (parts.size() != (hasArgument ? 3u : 2u))
    return error("expected " + kind + (hasArgument ? ":VALUE" : "") + ":SHAPE, got '" + source + "'");
  llvm::Expected<reference::Shape> shape = parseShape(parts.back());
  if (!shape)
    return shape.takeError();
  return make(port, kind, hasArgument ? parts[1] : "", *shape, extents);
}

} // namespace

llvm::Expected<std::vector<Array>> makeInputs(const Signature &signature,
                                              llvm::ArrayRef<std::pair<std::string, std::string>> sources) {
  std::vector<Array> inputs(signature.inputs.size());
  std::string missing;
  Extents extents;
  for (const auto &[name, source] : sources)
    if (llvm::none_of(signature.inputs, [&, n = name](const Port &port) { return port.name == n; }))
      return error("the model has no input \"" + name + "\"; it has " +
                   llvm::join(llvm::map_range(signature.inputs, [](const Port &port) { return port.name; }), ", "));
  auto sourceOf = [&](const Port &port) {
    return llvm::find_if(sources, [&](const auto &pair) { return pair.first == port.name; });
  };
  // Numbers bounded by a dimension come last: a file may have it. What is made says its shape beforehand.
  std::vector<size_t> order(inputs.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_partition(order.begin(), order.end(), [&](size_t i) {
    const Port &port = signature.inputs[i];
    auto source = sourceOf(port);
    return port.upperDim.empty() || (source != sources.end() && !isMade(source->second));
  });
  for (const Port &port : signature.inputs)
    if (auto source = sourceOf(port); source != sources.end() && isMade(source->second)) {
      if (llvm::Expected<reference::Shape> shape = parseShape(llvm::StringRef(source->second).rsplit(':').second))
        addExtents(port, *shape, extents);
      else // told when it is made
        llvm::consumeError(shape.takeError());
    }
  for (size_t i : order) {
    const Port &port = signature.inputs[i];
    auto source = sourceOf(port);
    if (source == sources.end()) {
      missing += (missing.empty() ? "\"" : ", \"") + port.name + "\"";
      continue;
    }
    llvm::Expected<Array> input = fromSource(port, source->second, extents);
    if (!input)
      return error("input \"" + port.name + "\": " + llvm::toString(input.takeError()));
    addExtents(port, input->shape, extents);
    if (!isInteger(port.dtype) && !input->integers.empty()) // whole numbers are reals too
      input->reals.assign(input->integers.begin(), input->integers.end()), input->integers.clear();
    inputs[i] = port.dtype == ATTN_BF16 ? roundedTo(ATTN_BF16, *input) : std::move(*input);
  }
  if (!missing.empty())
    return error("no --input for " + missing);
  return inputs;
}

static attn_dtype dtypeOf(Type type) {
  if (type.isF64())
    return ATTN_F64;
  if (isa<FloatType>(type))
    return type.isBF16() ? ATTN_BF16 : type.isF16() ? ATTN_F16 : ATTN_F32;
  return type.isInteger(1) ? ATTN_BOOL : type.isInteger(8) ? ATTN_I8 : type.isInteger(32) ? ATTN_I32 : ATTN_I64;
}

static std::vector<Port> portsOf(llvm::ArrayRef<reference::Port> ports) {
  std::vector<Port> result;
  for (const reference::Port &port : ports) {
    Port &out = result.emplace_back();
    out.name = port.name;
    out.dtype = dtypeOf(port.type.getElementType());
    for (int64_t d = 0; d < port.type.getRank(); ++d)
      out.dims.push_back(!port.type.isDynamicDim(d) ? std::to_string(port.type.getDimSize(d))
                         : port.dims[d].empty()     ? "?"
                                                    : port.dims[d]);
  }
  return result;
}

llvm::Expected<Signature> signatureOf(func::FuncOp function) {
  llvm::Expected<std::vector<reference::Port>> inputs = reference::inputPorts(function);
  llvm::Expected<std::vector<reference::Port>> outputs = reference::outputPorts(function);
  if (!inputs || !outputs)
    return llvm::joinErrors(inputs.takeError(), outputs.takeError());
  Signature signature{function.getName().str(), portsOf(*inputs), portsOf(*outputs)};
  for (auto [port, argument] : llvm::zip(signature.inputs, function.getArguments()))
    port.upper = reference::indexLimit(argument);
  return signature;
}

} // namespace mlir::attn::run
