// Each kernel gets the schedule that `attn.schedules` has for its key, else the one that the rules give.
#include "compiler/tile/Passes.h"
#include "compiler/tile/ScheduleRules.h"
#include "dialect/KernelNumbers.h"
#include "llvm/ADT/StringSwitch.h"

namespace mlir::attn {
#define GEN_PASS_DEF_CHOOSESCHEDULES
#include "compiler/tile/Passes.h.inc"

namespace {

/// What linears of f32 weights multiply; none for a word that says nothing.
std::optional<Precision> precisionOf(StringRef word) {
  return llvm::StringSwitch<std::optional<Precision>>(word)
      .Case("f32", Precision::Own)
      .Case("bf16", Precision::Bf16)
      .Case("int8", Precision::Int8)
      .Default(std::nullopt);
}

struct ChooseSchedules : impl::ChooseSchedulesBase<ChooseSchedules> {
  using ChooseSchedulesBase::ChooseSchedulesBase;

  void runOnOperation() override {
    if (vectorBits != 128 && vectorBits != 256 && vectorBits != 512) {
      getOperation().emitError("expected vector-bits of 128, 256 or 512, got ") << vectorBits.getValue();
      return signalPassFailure();
    }
    if (backend != "auto" && backend != "llvm" && backend != "halide") {
      getOperation().emitError("expected backend of auto, llvm or halide, got ") << backend.getValue();
      return signalPassFailure();
    }
    if (!precisionOf(precision)) {
      getOperation().emitError("expected precision of f32, bf16 or int8, got ") << precision.getValue();
      return signalPassFailure();
    }
    QueryLimits limits(getOperation());
    given = getOperation()->getAttrOfType<DictionaryAttr>("attn.schedules");
    for (KernelOp kernel : getOperation().getOps<KernelOp>())
      if (failed(choose(kernel, limits.of(kernel))))
        signalPassFailure();
    getOperation()->removeAttr("attn.schedules");
  }

  LogicalResult choose(KernelOp kernel, int64_t mostQueries) {
    ScheduleContext context{vectorBits, *precisionOf(precision), mostQueries};
    if (context.products != Precision::Own && numberBits(kernel) == 64 && !kernel.getBody().getOps<LinearOp>().empty())
      return kernel.emitError("expected linears of f32 for precision ")
             << precision.getValue() << ", got linears of f64";
    std::string key = scheduleKey(kernel, context);
    kernel->setAttr("attn.key", StringAttr::get(&getContext(), key));
    auto schedule = given ? given.getAs<ScheduleAttr>(key) : ScheduleAttr();
    if (!kernel.getSchedule() && failed(schedule ? takeGiven(kernel, schedule, context) : takeBest(kernel, context)))
      return failure();
    if (!listAlternatives)
      return success();
    SmallVector<ScheduleAttr> others = alternativesOf(kernel, context);
    kernel->setAttr("attn.alternatives",
                    ArrayAttr::get(&getContext(), SmallVector<Attribute>(others.begin(), others.end())));
    return success();
  }

  LogicalResult takeGiven(KernelOp kernel, ScheduleAttr schedule, const ScheduleContext &context) {
    std::string why;
    if (!llvm::is_contained(strategiesOf(kernel, schedule.getBackend(), context.mostQueries), schedule.getStrategy()))
      why = "the strategy " + stringifyEnum(schedule.getStrategy()).str() + " is not for such kernels";
    else if (succeeded(take(kernel, schedule, why)))
      return success();
    return kernel.emitError("the schedule given for ")
           << kernel->getAttr("attn.key") << " can not be kept: " << stringifyEnum(schedule.getBackend()) << ": "
           << why;
  }

  LogicalResult takeBest(KernelOp kernel, const ScheduleContext &context) {
    std::string why;
    auto takeFirst = [&](BackendKind kind) {
      return llvm::any_of(strategiesOf(kernel, kind, context.mostQueries), [&](Strategy strategy) {
        return succeeded(take(kernel, scheduleFor(kernel, kind, strategy, context), why));
      });
    };
    if (backend == "halide") {
      if (takeFirst(BackendKind::Halide))
        return success();
      kernel->setAttr("attn.declined", StringAttr::get(&getContext(), "halide: " + why));
    }
    if (takeFirst(BackendKind::LLVM))
      return success();
    return kernel.emitError("no back end can compile this: llvm: ") << why;
  }

  /// Writes a schedule on the kernel, if the back end can keep it.
  LogicalResult take(KernelOp kernel, ScheduleAttr schedule, std::string &why) {
    kernel.setScheduleAttr(schedule);
    why.clear();
    return backendFor(schedule.getBackend()).supports(kernel, why);
  }

  DictionaryAttr given; // by key; null if none
};

} // namespace
} // namespace mlir::attn
