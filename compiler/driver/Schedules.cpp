// MLIR's own parser reads the file, so that a mistake is told with its line.
#include "compiler/driver/Schedules.h"
#include "compiler/driver/Input.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/Parser/Parser.h"
#include "llvm/Support/SourceMgr.h"
#include "llvm/Support/raw_ostream.h"

namespace mlir::attn {

/// The attribute of the file's module, if it is a file of schedules and nothing else.
static DictionaryAttr schedulesOf(ModuleOp module) {
  auto schedules = module->getAttrOfType<DictionaryAttr>("attn.schedules");
  if (!schedules || !module.getBody()->empty()) {
    module.emitError("expected a module of attn.schedules and no ops, as attnc tune writes it");
    return {};
  }
  for (NamedAttribute entry : schedules)
    if (!isa<ScheduleAttr>(entry.getValue())) {
      module.emitError("expected a #attn.schedule for ") << entry.getName() << ", got " << entry.getValue();
      return {};
    }
  return schedules;
}

llvm::Expected<DictionaryAttr> readSchedules(llvm::StringRef path, MLIRContext *context) {
  llvm::Expected<std::unique_ptr<llvm::MemoryBuffer>> input = readInput(path.str());
  if (!input)
    return input.takeError();
  if (unsigned line = tooDeepAt((*input)->getBuffer()))
    return llvm::createStringError(path + ":" + llvm::Twine(line) + ": nested deeper than " + llvm::Twine(kMaxNesting) +
                                   " levels");
  llvm::SourceMgr sources;
  sources.AddNewSourceBuffer(std::move(*input), llvm::SMLoc());
  SourceMgrDiagnosticHandler printer(sources, context, llvm::errs());
  OwningOpRef<ModuleOp> module = parseSourceFile<ModuleOp>(sources, context);
  return module ? schedulesOf(*module) : DictionaryAttr();
}

std::string schedulesText(llvm::StringRef head, DictionaryAttr schedules) {
  std::string text;
  llvm::raw_string_ostream os(text);
  for (llvm::StringRef line : llvm::split(head, '\n'))
    os << "// " << line << "\n";
  os << "module attributes {attn.schedules = {";
  for (auto [index, entry] : llvm::enumerate(schedules)) {
    os << (index ? ",\n" : "\n");
    os << "  \"" << entry.getName().getValue() << "\" = " << entry.getValue();
  }
  os << "\n}} {}\n";
  return text;
}

} // namespace mlir::attn
