// Bookkeeping over what the tile stage wrote down; the decisions worth trying are its own.
#include "compiler/tools/tune/Candidates.h"
#include "dialect/AttnOps.h"

namespace mlir::attn::tune {

DictionaryAttr asAttribute(const Schedules &schedules, MLIRContext *context) {
  SmallVector<NamedAttribute> entries;
  for (const auto &[key, schedule] : schedules)
    entries.emplace_back(StringAttr::get(context, key), schedule);
  return DictionaryAttr::get(context, entries);
}

void Candidates::read(ModuleOp tiled) {
  own.clear();
  untried.clear();
  tiled.walk([&](KernelOp kernel) {
    auto key = kernel->getAttrOfType<StringAttr>("attn.key");
    auto alternatives = kernel->getAttrOfType<ArrayAttr>("attn.alternatives");
    if (!key || !alternatives || !own.insert({key.str(), *kernel.getSchedule()}).second)
      return; // a copy made for another kernel, or an equal kernel
    tried.insert({key, *kernel.getSchedule()});
    for (auto schedule : alternatives.getAsRange<ScheduleAttr>())
      if (tried.insert({key, schedule}).second)
        untried[key.str()].push_back(schedule);
  });
}

size_t Candidates::rounds() const {
  size_t most = 0;
  for (const auto &[key, schedules] : untried)
    most = std::max(most, schedules.size());
  return most;
}

Schedules Candidates::round(size_t number) const {
  Schedules result = own;
  for (const auto &[key, schedules] : untried)
    if (number < schedules.size())
      result[key] = schedules[number];
  return result;
}

} // namespace mlir::attn::tune
