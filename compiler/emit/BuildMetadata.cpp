// The constants that describe a model to the runtime, member by member as attn/abi.h lays them out.
#include "compiler/emit/Constants.h"

namespace mlir::attn {

namespace {

constexpr const char *kCompiler = "attnc " ATTN_VERSION;

std::string buildPorts(ConstantBuilder &c, const Twine &suffix, ArrayRef<Port> ports) {
  Type dims = LLVM::LLVMArrayType::get(c.entry.i64(), ATTN_MAX_RANK);
  Type i32 = c.entry.i32(), more = LLVM::LLVMArrayType::get(i32, ATTN_MAX_RANK);
  Type port = c.structType({c.entry.pointer(), i32, i32, dims, more, i32, i32, i32, i32, c.entry.i64(), c.entry.i64()});
  SmallVector<std::string> names = llvm::map_to_vector(ports, [&](const Port &p) { return c.text(p.name); });
  Type array = LLVM::LLVMArrayType::get(port, ports.size());
  return c.global(suffix, array, [&] {
    SmallVector<Value> values;
    for (auto [p, name] : llvm::zip_equal(ports, names)) {
      SmallVector<Value> extents, offsets;
      for (unsigned d = 0; d < ATTN_MAX_RANK; ++d) {
        extents.push_back(c.entry.constant(d < p.dims.size() ? p.dims[d] : 0));
        offsets.push_back(c.i32(d < p.more.size() ? p.more[d] : 0));
      }
      values.push_back(
          c.aggregate(port, {c.addressOf(name), c.i32(p.dtype), c.i32(p.dims.size()), c.aggregate(dims, extents),
                             c.aggregate(more, offsets), c.i32(p.checked), c.i32(p.below), c.i32(p.rising), c.i32(0),
                             c.entry.constant(p.lower), c.entry.constant(p.upper)}));
    }
    return c.aggregate(array, values);
  });
}

std::string buildStates(ConstantBuilder &c, ArrayRef<State> states) {
  Type state = c.structType({c.entry.i32(), c.entry.i32(), c.entry.i32(), c.entry.i32()});
  Type array = LLVM::LLVMArrayType::get(state, states.size());
  return c.global("states", array, [&] {
    SmallVector<Value> values;
    for (const State &s : states)
      values.push_back(c.aggregate(state, {c.i32(s.input), c.i32(s.output), c.i32(s.inPlace), c.i32(0)}));
    return c.aggregate(array, values);
  });
}

std::string buildCaches(ConstantBuilder &c, ArrayRef<Cache> caches) {
  Type cache = c.structType({c.entry.i32(), c.entry.i32(), c.entry.i64(), c.entry.i64()});
  Type array = LLVM::LLVMArrayType::get(cache, caches.size());
  return c.global("caches", array, [&] {
    SmallVector<Value> values;
    for (const Cache &k : caches)
      values.push_back(
          c.aggregate(cache, {c.i32(k.length), c.i32(0), c.entry.constant(k.capacity), c.entry.constant(k.appended)}));
    return c.aggregate(array, values);
  });
}

std::string buildWeightChecks(ConstantBuilder &c, ArrayRef<GraphWeight> checks) {
  Type i64 = c.entry.i64(), check = c.structType({c.entry.pointer(), i64, i64, i64, i64, c.entry.i32(), c.entry.i32()});
  SmallVector<std::string> names =
      llvm::map_to_vector(checks, [&](const GraphWeight &w) { return c.text(weightText(w.weight)); });
  Type array = LLVM::LLVMArrayType::get(check, checks.size());
  return c.global("weight_checks", array, [&] {
    SmallVector<Value> values;
    for (auto [w, name] : llvm::zip_equal(checks, names)) {
      WeightOp weight = w.weight;
      values.push_back(c.aggregate(check, {c.addressOf(name), c.entry.constant(weightOffset(weight)),
                                           c.entry.constant(cast<RankedTensorType>(weight.getType()).getNumElements()),
                                           c.entry.constant(0), c.entry.constant(w.upper), c.i32(w.rising), c.i32(0)}));
    }
    return c.aggregate(array, values);
  });
}

std::string buildSymbols(ConstantBuilder &c, ArrayRef<Symbol> symbols) {
  Type symbol = c.structType({c.entry.pointer(), c.entry.i64(), c.entry.i64(), c.entry.i64()});
  SmallVector<std::string> names = llvm::map_to_vector(symbols, [&](const Symbol &s) { return c.text(s.name); });
  Type array = LLVM::LLVMArrayType::get(symbol, symbols.size());
  return c.global("symbols", array, [&] {
    SmallVector<Value> values;
    for (auto [s, name] : llvm::zip_equal(symbols, names))
      values.push_back(c.aggregate(symbol, {c.addressOf(name), c.entry.constant(s.minimum), c.entry.constant(s.maximum),
                                            c.entry.constant(s.multiple)}));
    return c.aggregate(array, values);
  });
}

std::string buildVariants(ConstantBuilder &c, const Binary &binary) {
  Type variant = c.structType({c.entry.pointer(), c.entry.i64()});
  SmallVector<std::string> names =
      llvm::map_to_vector(binary.targets, [&](const std::string &target) { return c.text(target); });
  Type array = LLVM::LLVMArrayType::get(variant, names.size());
  return c.global("variants", array, [&] {
    SmallVector<Value> values;
    for (auto [name, features] : llvm::zip_equal(names, binary.cpuFeatures))
      values.push_back(c.aggregate(variant, {c.addressOf(name), c.entry.constant(features)}));
    return c.aggregate(array, values);
  });
}

/// Declares what other objects hold.
void declare(Entry &entry, StringRef name, Type result, ArrayRef<Type> arguments) {
  if (entry.defines(name))
    return;
  auto type = LLVM::LLVMFunctionType::get(result, arguments);
  auto op = LLVM::LLVMFuncOp::create(entry.builder, name, type, LLVM::Linkage::External, /*dsoLocal=*/true);
  op.setVisibility_(LLVM::Visibility::Hidden);
}

std::string buildVariantCode(ConstantBuilder &c, const Binary &binary) {
  Entry &entry = c.entry;
  Type p = entry.pointer(), variant = c.structType({p, p, p});
  Type array = LLVM::LLVMArrayType::get(variant, binary.targets.size());
  for (const std::string &target : binary.targets) {
    declare(entry, entry.arenaBytesName(target), entry.i64(), {p, entry.i64()});
    declare(entry, entry.mainName(target), LLVM::LLVMVoidType::get(entry.builder.getContext()), {p});
    if (!entry.defines(entry.kernelsName(target)))
      c.external("kernels." + target);
  }
  return c.global("variant_code", array, [&] {
    SmallVector<Value> values;
    for (const std::string &target : binary.targets)
      values.push_back(
          c.aggregate(variant, {c.addressOf(entry.arenaBytesName(target)), c.addressOf(entry.mainName(target)),
                                c.addressOf(entry.kernelsName(target))}));
    return c.aggregate(array, values);
  });
}

std::string buildDescription(ConstantBuilder &c, const Binary &binary) {
  Entry &entry = c.entry;
  const Interface &interface = binary.interface;
  std::string inputs = buildPorts(c, "inputs", interface.inputs);
  std::string outputs = buildPorts(c, "outputs", interface.outputs);
  std::string symbols = buildSymbols(c, interface.symbols);
  std::string states = buildStates(c, interface.states), caches = buildCaches(c, interface.caches);
  std::string weightChecks = buildWeightChecks(c, binary.graphWeights);
  std::string name = c.text(entry.prefix), compiler = c.text(kCompiler), variants = buildVariants(c, binary);
  uint64_t weightsBytes = packedBytes(entry.model);
  std::string id = weightsBytes ? c.external("weights_id") : "";
  Type p = entry.pointer(), i32 = entry.i32(), i64 = entry.i64();
  Type type =
      c.structType({i32, i32, p, p, p, p, p, p, i32, i32, i32, i32, i64, p, i32, i32, p, p, i32, i32, p, i32, i32});
  return c.global("metadata_value", type, [&] {
    return c.aggregate(type, {c.i32(sizeof(attn_metadata)),
                              c.i32(ATTN_ABI_VERSION),
                              c.addressOf(name),
                              c.addressOf(compiler),
                              c.addressOf(variants),
                              c.addressOf(inputs),
                              c.addressOf(outputs),
                              c.addressOf(symbols),
                              c.i32(interface.inputs.size()),
                              c.i32(interface.outputs.size()),
                              c.i32(interface.symbols.size()),
                              c.i32(binary.targets.size()),
                              entry.constant(weightsBytes),
                              weightsBytes ? c.addressOf(id) : c.null(),
                              c.i32(weightsBytes && binary.embedWeights),
                              c.i32(0),
                              c.addressOf(states),
                              c.addressOf(caches),
                              c.i32(interface.states.size()),
                              c.i32(interface.caches.size()),
                              c.addressOf(weightChecks),
                              c.i32(binary.graphWeights.size()),
                              c.i32(0)});
  });
}

} // namespace

void buildMetadata(Entry &entry, const Binary &binary) {
  static_assert(sizeof(attn_metadata) == 136 && sizeof(attn_variant) == 16 && sizeof(attn_variant_code) == 24 &&
                    sizeof(attn_port) == 144 && sizeof(attn_symbol) == 32 && sizeof(attn_code) == 32 &&
                    sizeof(attn_state) == 16 && sizeof(attn_cache) == 24 && sizeof(attn_weight_check) == 48,
                "the constants of this file follow attn/abi.h member by member");
  ConstantBuilder c(entry, "text");
  std::string description = buildDescription(c, binary), variants = buildVariantCode(c, binary);
  bool embedded = binary.embedWeights && packedBytes(entry.model);
  std::string weights = embedded ? c.external("weights") : "";
  Type p = entry.pointer();
  Type type = c.structType({entry.i32(), entry.i32(), p, p, p});
  std::string code = c.global("code", type, [&] {
    return c.aggregate(type, {c.i32(sizeof(attn_code)), c.i32(ATTN_ABI_VERSION), c.addressOf(description),
                              c.addressOf(variants), embedded ? c.addressOf(weights) : c.null()});
  });
  if (!binary.program)
    return;
  auto alias = LLVM::AliasOp::create(entry.builder, type, LLVM::Linkage::External, "attn_program_code");
  alias.setVisibility_(LLVM::Visibility::Hidden);
  OpBuilder::InsertionGuard guard(entry.builder);
  entry.builder.createBlock(&alias.getInitializerRegion());
  LLVM::ReturnOp::create(entry.builder, c.addressOf(code));
}

} // namespace mlir::attn
