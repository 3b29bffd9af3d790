// --explain and --require-fused: reads kernels and schedules, decides nothing. Counts are of the formulas as written: a
// multiply and an add are 2 operations; traffic is every operand and result once.
#include "compiler/driver/Explain.h"
#include "dialect/KernelNumbers.h"
#include "dialect/SeparableScore.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/JSON.h"
#include "llvm/Support/raw_ostream.h"

namespace mlir::attn {

namespace {

struct KernelReport {
  std::string name, operations, strategy, tiles, products, flops, bytes, key;
  llvm::SmallVector<std::string> notes;
};

AffineExpr product(ArrayRef<AffineExpr> extents, MLIRContext *context) {
  AffineExpr result = getAffineConstantExpr(1, context);
  for (AffineExpr extent : extents)
    result = result * extent;
  return result;
}

bool makesScores(Operation &op) {
  return isa<ScoreOp, GivenScoreOp, PairScoreOp, RelativeScoreOp, RelativeScore2dOp, EdgeScoreOp>(op);
}

/// Whether a result of a kernel that makes scores is a map: not what combine made of one.
bool isMap(Value result) {
  Operation *producer = result.getDefiningOp();
  return producer && !isa<CombineOp, ReduceMapOp, EdgeValuesOp, MergeHeadsOp, SplitHeadsOp>(producer);
}

/// Whether scores made in the kernel go into the weights of `combine`; maps of other kernels may go into them too.
bool readsOwnScores(CombineOp combine) {
  llvm::SetVector<Value> values;
  values.insert(combine.getWeights());
  for (unsigned at = 0; at < values.size(); ++at)
    if (Operation *producer = values[at].getDefiningOp()) {
      if (makesScores(*producer))
        return true;
      values.insert_range(producer->getOperands());
    }
  return false;
}

/// What a kernel without ops does.
std::string copied(KernelOp kernel) {
  LayoutAttr layout = getLayout(kernel.getResult(0).getType());
  if (LayoutAttr from = getLayout(kernel.getInputs()[0].getType()); from && !layout)
    return "copy out of " + stringifyEnum(from.getStorage()).str();
  if (layout && layout.getKind() == LayoutKind::RowMajor)
    return "copy into " + stringifyEnum(layout.getStorage()).str();
  return layout ? "copy into " + stringifyEnum(layout.getKind()).str() : "copy";
}

class Explainer {
public:
  explicit Explainer(const FunctionExtents &extents) : extents(extents) {}

  KernelReport report(KernelOp kernel, unsigned number) {
    KernelReport result;
    result.name = "kernel " + std::to_string(number);
    llvm::SmallVector<std::string> names;
    for (Operation &op : kernel.getBody().front().without_terminator())
      names.push_back(op.getName().stripDialect().str());
    result.operations = names.empty() ? copied(kernel) : llvm::join(names, ", ");
    if (ScheduleAttr schedule = kernel.getScheduleAttr()) {
      result.strategy = stringifyEnum(schedule.getStrategy()).str();
      result.tiles = tilesText(kernel, schedule);
      if (schedule.getStrategy() == Strategy::Dense)
        result.products = productsText(kernel, schedule);
    }
    if (auto key = kernel->getAttrOfType<StringAttr>("attn.key"))
      result.key = key.str();
    result.flops = text(flops(kernel));
    result.bytes = text(bytes(kernel));
    addNotes(kernel, result);
    return result;
  }

private:
  static std::string tilesText(KernelOp kernel, ScheduleAttr schedule) {
    std::string tiles = "registers " + std::to_string(schedule.getRows()) + "x" + std::to_string(schedule.getCols()) +
                        ", lanes " + std::to_string(schedule.getLanes()) + (numberOf(kernel).isF64() ? " of f64" : "");
    if (schedule.getBlockRows())
      tiles += ", rows a task " + std::to_string(schedule.getBlockRows());
    if (schedule.getKeyBlock())
      tiles += ", keys a block " + std::to_string(schedule.getKeyBlock());
    return tiles + ", by " + stringifyEnum(schedule.getBackend()).str();
  }

  static std::string numberText(KernelOp kernel) { return numberOf(kernel).isF64() ? "f64" : "f32"; }

  /// What a dense kernel multiplies, and the memory that its weights take.
  std::string productsText(KernelOp kernel, ScheduleAttr schedule) const {
    llvm::SetVector<Value> weights;
    for (auto linear : kernel.getBody().getOps<LinearOp>())
      weights.insert(linear.getWeight());
    AffineExpr total = getAffineConstantExpr(0, kernel.getContext());
    for (Value weight : weights)
      total = total + storedBytes(cast<RankedTensorType>(weight.getType()), extents.of(weight));
    bool own = schedule.getPrecision() == Precision::Own;
    return (own ? numberText(kernel) : stringifyEnum(schedule.getPrecision()).str()) + ", weights of " + text(total) +
           " bytes";
  }

  std::string text(AffineExpr expr) const { return extentText(expr, extents.symbols()); }

  AffineExpr size(Value value) const { return product(extents.of(value), value.getContext()); }

  AffineExpr flops(KernelOp kernel) const {
    AffineExpr total = getAffineConstantExpr(0, kernel.getContext());
    for (Operation &op : kernel.getBody().front().without_terminator())
      total = total + flops(op);
    return total;
  }

  AffineExpr flops(Operation &op) const {
    if (auto linear = dyn_cast<LinearOp>(op))
      return size(linear.getResult()) * extents.of(linear.getWeight())[1] * 2;
    if (auto score = dyn_cast<ScoreOp>(op))
      return size(score.getScores()) * extents.of(score.getQuery())[3] * 2;
    if (auto combine = dyn_cast<CombineOp>(op))
      return size(combine.getWeights()) * extents.of(combine.getValue()).back() * 2;
    if (auto mix = dyn_cast<MixHeadsOp>(op))
      return size(mix.getResult()) * extents.of(mix.getWeight())[1] * 2;
    if (auto conv = dyn_cast<MapConvOp>(op)) {
      ArrayRef<AffineExpr> weight = extents.of(conv.getWeight());
      return size(conv.getResult()) * weight[1] * weight[2] * weight[3] * 2;
    }
    if (auto score = dyn_cast<PairScoreOp>(op)) // a term and its addition for each channel
      return size(score.getScores()) * extents.of(score.getQuery())[3] *
             static_cast<int64_t>(score.getFormula().front().getOperations().size());
    if (isa<RelativeScoreOp, RelativeScore2dOp>(op)) // each query with each row of a table, once
      return size(op.getOperand(0)) * extents.of(op.getOperand(1))[0] * (isa<RelativeScore2dOp>(op) ? 4 : 2);
    if (auto attention = dyn_cast<LinearAttentionOp>(op)) // keys into the state, queries with it
      return (size(attention.getQuery()) + size(attention.getKey())) * extents.of(attention.getValue()).back() * 2;
    if (auto random = dyn_cast<RandomFeaturesOp>(op))
      return size(random.getResult()) * extents.of(random.getInput()).back() * 2;
    if (isa<SplitHeadsOp, MergeHeadsOp, EmbedOp, PositionsOp, GivenScoreOp, MaskOp, FillOp, SortOp, InvertOp, WrapOp,
            GatherOp, ScatterOp, GroupRowsOp, UngroupRowsOp, ConcatOp, EdgeScoreOp, EdgeValuesOp>(op))
      return getAffineConstantExpr(0, op.getContext());
    if (auto bucket = dyn_cast<BucketOp>(op))
      return size(bucket.getResult()) * extents.of(bucket.getInput())[3] * extents.of(bucket.getRotations())[3] * 2;
    if (op.getNumRegions() && !op.getRegion(0).empty()) // a formula: its operations at each element
      return size(op.getResult(0)) * (static_cast<int64_t>(op.getRegion(0).front().getOperations().size()) - 1);
    int64_t perElement = isa<LayerNormOp>(op)                ? 8
                         : isa<NormalizeOp>(op)              ? 5
                         : isa<RmsNormOp, L2NormalizeOp>(op) ? 4
                                                             : 1;
    return size(isa<PoolOp, ReduceMapOp, MergePartsOp, BlockSumOp, SegmentPoolOp>(op) ? op.getOperand(0)
                                                                                      : op.getResult(0)) *
           perElement;
  }

  AffineExpr bytes(KernelOp kernel) const {
    AffineExpr total = getAffineConstantExpr(0, kernel.getContext());
    auto add = [&](Value value) {
      total = total + storedBytes(cast<RankedTensorType>(value.getType()), extents.of(value));
    };
    for (Operation &op : kernel.getBody().front().without_terminator())
      if (auto embed = dyn_cast<EmbedOp>(op)) // the rows taken, not the table
        total = total + size(embed.getResult()) * 4;
    for (auto [input, argument] : llvm::zip_equal(kernel.getInputs(), kernel.getBody().getArguments())) {
      bool table = llvm::any_of(argument.getUsers(), [&, argument = argument](Operation *user) {
        auto embed = dyn_cast<EmbedOp>(user);
        return embed && embed.getTable() == argument;
      });
      if (!table)
        add(input);
    }
    for (Value result : kernel.getResults())
      add(result);
    return total;
  }

  void addNotes(KernelOp kernel, KernelReport &report) const {
    if (auto declined = kernel->getAttrOfType<StringAttr>("attn.declined"))
      report.notes.push_back("declined by " + declined.str());
    unsigned linears = llvm::range_size(kernel.getBody().getOps<LinearOp>());
    if (linears > 1)
      report.notes.push_back(std::to_string(linears) + " projections of one input merged");
    Block &body = kernel.getBody().front();
    if (auto score = llvm::find_if(body, makesScores); score != body.end()) {
      bool stays = llvm::none_of(body.getTerminator()->getOperands(), isMap);
      ArrayRef<AffineExpr> map = extents.of(score->getResult(0));
      report.notes.push_back("attention: " + std::string(stays ? "the " : "WRITES the ") + text(map[2]) + " x " +
                             text(map[3]) + " map of each head" + (stays ? " is never in memory" : " to memory"));
    }
    for (auto attention : body.getOps<LinearAttentionOp>())
      report.notes.push_back("linear: a state of " + text(extents.of(attention.getKey())[3]) + " x " +
                             text(extents.of(attention.getValue())[3]) + " for each head of keys, no map");
    for (Operation &op : body)
      if (needsWholeMap(op))
        report.notes.push_back(columnsText(op));
    for (auto mask : kernel.getBody().getOps<MaskOp>())
      report.notes.push_back("mask: " + maskText(mask.getMask(), kernel.getScheduleAttr()));
    for (auto combine : body.getOps<CombineOp>())
      if (std::string why; !separate(combine, why) && !seesFewKeys(combine))
        report.notes.push_back("not linear: " + why);
  }

  static std::string columnsText(Operation &op) {
    std::string what;
    if (auto normalize = dyn_cast<NormalizeOp>(op)) {
      what = stringifyEnum(normalize.getKind());
      if (normalize.getAxis() == MapAxis::Queries)
        what += " over queries";
    } else {
      what = stringifyEnum(cast<ReduceMapOp>(op).getKind()).str() + " over queries";
    }
    return what + " needs whole columns: the map of a head is held";
  }

  static std::string maskText(MaskAttr mask, ScheduleAttr schedule) {
    std::string text;
    llvm::raw_string_ostream os(text);
    printMask(os, mask, [&](int64_t index) { os << "input " << index; });
    if (schedule && llvm::is_contained({Strategy::Stream, Strategy::Decode}, schedule.getStrategy()))
      text += "; keys that no query of a tile can see are skipped";
    return text;
  }

  const FunctionExtents &extents;
};

/// What is told of a kernel, without its number.
std::string body(const KernelReport &report) {
  std::string text = report.operations + "\n";
  llvm::raw_string_ostream os(text);
  if (!report.strategy.empty())
    os << "  strategy: " << report.strategy << " (" << report.tiles << ")\n";
  if (!report.products.empty())
    os << "  products: " << report.products << "\n";
  os << "  operations: " << report.flops << "\n  bytes: " << report.bytes << "\n";
  if (!report.key.empty())
    os << "  key in a file of schedules: " << report.key << "\n";
  for (const std::string &note : report.notes)
    os << "  " << note << "\n";
  return text;
}

/// Equal kernels, such as those of repeated layers, are told once.
std::string asText(ArrayRef<KernelReport> reports, const TargetInfo &target) {
  std::vector<std::pair<std::string, SmallVector<std::string>>> kernels;
  for (auto [number, report] : llvm::enumerate(reports)) {
    std::string told = body(report);
    auto equal = llvm::find_if(kernels, [&](const auto &entry) { return entry.first == told; });
    if (equal == kernels.end())
      equal = kernels.insert(equal, {told, {}});
    equal->second.push_back(std::to_string(number));
  }
  std::string text;
  llvm::raw_string_ostream os(text);
  os << "target " << target.name << " (" << target.vectorBits << "-bit vectors)\n";
  for (const auto &[told, numbers] : kernels)
    os << (numbers.size() == 1 ? "kernel " : "kernels ") << llvm::join(numbers, ", ") << ": " << told;
  return text;
}

llvm::json::Value asJson(ArrayRef<KernelReport> reports, const TargetInfo &target) {
  llvm::json::Array kernels;
  for (const KernelReport &report : reports)
    kernels.push_back(llvm::json::Object{{"name", report.name},
                                         {"operations", report.operations},
                                         {"strategy", report.strategy},
                                         {"tiles", report.tiles},
                                         {"products", report.products},
                                         {"flops", report.flops},
                                         {"bytes", report.bytes},
                                         {"key", report.key},
                                         {"notes", llvm::json::Array(report.notes)}});
  return llvm::json::Object{
      {"target", target.name}, {"vector_bits", target.vectorBits}, {"kernels", std::move(kernels)}};
}

FailureOr<std::vector<KernelReport>> reportsOf(ModuleOp module) {
  FailureOr<func::FuncOp> model = findModel(module);
  if (failed(model))
    return failure();
  std::vector<KernelReport> reports;
  for (func::FuncOp function : functionsOf(*model)) {
    FailureOr<FunctionExtents> extents = FunctionExtents::compute(function);
    if (failed(extents))
      return failure();
    Explainer explainer(*extents);
    for (auto kernel : function.getOps<KernelOp>())
      reports.push_back(explainer.report(kernel, reports.size()));
  }
  return reports;
}

} // namespace

FailureOr<std::string> explain(ArrayRef<Variant> variants, bool json) {
  std::string text;
  llvm::json::Array values;
  for (const Variant &variant : variants) {
    FailureOr<std::vector<KernelReport>> reports = reportsOf(*variant.module);
    if (failed(reports))
      return failure();
    if (json)
      values.push_back(asJson(*reports, variant.target));
    else
      text += asText(*reports, variant.target);
  }
  if (!json)
    return text;
  llvm::json::Value told = values.size() == 1 ? values.front() : llvm::json::Value(std::move(values));
  return llvm::formatv("{0:2}\n", told).str();
}

LogicalResult requireLinear(ModuleOp module) {
  bool linear = true;
  module.walk([&](CombineOp combine) {
    std::string why;
    if (seesFewKeys(combine) || separate(combine, why))
      return;
    linear = false;
    combine.emitOpError("takes time that grows with queries times keys (--require-linear): ") << why;
  });
  return success(linear);
}

LogicalResult requireFused(ModuleOp module) {
  bool fused = true;
  module.walk([&](CombineOp combine) {
    if (combine->getParentOfType<KernelOp>() && readsOwnScores(combine))
      return;
    fused = false;
    combine.emitOpError("is not computed in one pass with its scores (--require-fused): the scores are made by another "
                        "kernel or given");
  });
  return success(fused);
}

} // namespace mlir::attn
