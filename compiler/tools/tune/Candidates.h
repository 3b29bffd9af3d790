// The schedules that a search may try. A round changes one decision of every kernel at once, since each kernel is timed
// by itself:
//   round 0: linear-..: alternative 0, combine-..: alternative 0     round 1: linear-..: alternative 1, ...
#pragma once

#include "dialect/AttnAttrs.h"
#include "mlir/IR/BuiltinOps.h"
#include "llvm/ADT/DenseSet.h"
#include <map>
#include <string>
#include <vector>

namespace mlir::attn::tune {

/// A schedule for each key of a kernel.
using Schedules = std::map<std::string, ScheduleAttr>;

/// As a file of schedules has them.
DictionaryAttr asAttribute(const Schedules &schedules, MLIRContext *context);

class Candidates {
public:
  /// Reads `attn.key`, the schedule and `attn.alternatives` of each kernel of a model after its tile stage. What was
  /// tried before is left out.
  void read(ModuleOp tiled);

  /// What the kernels have.
  const Schedules &current() const { return own; }
  size_t rounds() const;
  /// The current schedules, but for each kernel that still has one, its alternative of this round.
  Schedules round(size_t number) const;

private:
  Schedules own;
  std::map<std::string, std::vector<ScheduleAttr>> untried;
  llvm::DenseSet<std::pair<Attribute, Attribute>> tried; // key and schedule
};

} // namespace mlir::attn::tune
