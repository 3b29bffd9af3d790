// sweep: the model with the best schedules, and with each alternative of them -> best of each kernel -> next sweep.
// Last, what the rules of the tile stage give and the best found run in turn once more: only that duel is reported.
#include "compiler/tools/tune/Tune.h"
#include "compiler/driver/Compile.h"
#include "compiler/driver/Outputs.h"
#include "compiler/driver/Schedules.h"
#include "compiler/driver/Stages.h"
#include "compiler/tools/tune/Measure.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/Parser/Parser.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/raw_ostream.h"

namespace mlir::attn::tune {

namespace {

// A schedule replaces another when it takes less than this part of its time: below, it may be noise.
constexpr double worthChanging = 0.98;
// Libraries that are in memory at a time, the one they are compared with among them.
constexpr size_t batchSize = 6;

class Search {
public:
  explicit Search(const TuneOptions &options) : options(options), measure(options, folder), context(registry()) {}

  llvm::Error run() {
    if (llvm::Error failed = checkOutput())
      return failed;
    if (llvm::Error failed = folder.create())
      return failed;
    for (unsigned sweep = 1; sweep <= options.sweeps; ++sweep) {
      if (llvm::Error failed = readCandidates())
        return failed;
      if (sweep == 1)
        rules = candidates.current();
      best = candidates.current();
      llvm::Expected<bool> better = search(sweep);
      if (!better)
        return better.takeError();
      if (!*better)
        break;
    }
    return report();
  }

private:
  static DialectRegistry registry() {
    DialectRegistry dialects;
    registerDialects(dialects);
    return dialects;
  }

  /// A search may take long: what can not be written is told before it.
  llvm::Error checkOutput() {
    Outputs outputs; // what is reserved and not committed is removed
    return options.compile.output == "-" ? llvm::Error::success() : outputs.reserve(options.compile.output).takeError();
  }

  /// What the tile stage has to say of each kernel under the best schedules.
  llvm::Error readCandidates() {
    CompileOptions wanted = options.compile;
    if (!best.empty()) {
      llvm::Expected<std::string> file = measure.write(best, &context);
      if (!file)
        return file.takeError();
      wanted.schedules = *file;
    }
    wanted.kind = OutputKind::Mlir;
    wanted.stopAfter = "tile";
    wanted.listAlternatives = true;
    wanted.output = folder.file("tiled.mlir");
    if (compile(wanted))
      return reference::error("the model can not be compiled");
    OwningOpRef<ModuleOp> module = parseSourceFile<ModuleOp>(wanted.output, &context);
    if (!module)
      return reference::error("the model after its tile stage can not be read");
    candidates.read(*module);
    return llvm::Error::success();
  }

  /// Tries every alternative once; whether a kernel has a better schedule now.
  llvm::Expected<bool> search(unsigned sweep) {
    llvm::StringMap<double> ratios; // of the best of each key to what it was before the sweep
    Schedules found = best;
    size_t rounds = candidates.rounds();
    for (size_t begin = 0; begin < rounds; begin += batchSize - 1) {
      size_t end = std::min(rounds, begin + batchSize - 1);
      llvm::errs() << "attnc tune: sweep " << sweep << " of at most " << options.sweeps << ": schedules " << begin + 1
                   << " to " << end << " of " << rounds << "\n";
      llvm::Expected<std::vector<Compiled>> batch = compileBatch(begin, end);
      if (!batch)
        return batch.takeError();
      if (llvm::Error failed = measure.time(*batch, options.rounds))
        return failed;
      for (const Compiled &tried : llvm::drop_begin(*batch))
        for (const auto &[key, schedule] : tried.schedules) {
          double ratio = tried.microseconds.lookup(key) / batch->front().microseconds.lookup(key);
          if (schedule == best[key])
            continue;
          if (options.verbose)
            llvm::errs() << llvm::format("%12.1f us, ratio %.3f  ", tried.microseconds.lookup(key), ratio) << key
                         << ": " << changes(best[key], schedule) << "\n";
          if (!(ratio < worthChanging) || (ratios.contains(key) && ratio >= ratios[key]))
            continue;
          ratios[key] = ratio;
          found[key] = schedule;
        }
    }
    best = std::move(found);
    return !ratios.empty();
  }

  /// The model as it is best so far, then with the alternatives of some rounds.
  llvm::Expected<std::vector<Compiled>> compileBatch(size_t begin, size_t end) {
    std::vector<Compiled> batch;
    llvm::Expected<Compiled> own = measure.compile(best, &context);
    if (!own)
      return own.takeError();
    batch.push_back(std::move(*own));
    for (size_t round = begin; round < end; ++round) {
      llvm::Expected<Compiled> tried = measure.compile(candidates.round(round), &context);
      if (!tried)
        llvm::errs() << "attnc tune: left out: " << llvm::toString(tried.takeError()) << "\n";
      else if (!Measure::agree(batch.front(), *tried))
        llvm::errs() << "attnc tune: left out: other results with these schedules; please report this model\n"
                     << schedulesText("wrong results", asAttribute(tried->schedules, &context));
      else
        batch.push_back(std::move(*tried));
    }
    return batch;
  }

  /// The duel, the table, the file.
  llvm::Error report() {
    std::vector<Compiled> duel;
    for (const Schedules *side : {&rules, &best}) {
      llvm::Expected<Compiled> compiled = measure.compile(*side, &context);
      if (!compiled)
        return compiled.takeError();
      duel.push_back(std::move(*compiled));
    }
    if (llvm::Error failed = measure.time(duel, 2 * options.rounds))
      return failed;
    std::string table;
    llvm::raw_string_ostream os(table);
    os << llvm::format("%12s %12s %6s  kernels\n", "rules us", "best us", "ratio");
    DictionaryAttr schedules = keepWhatWon(duel, os);
    os << llvm::format("%12.1f %12.1f %6.3f  a run", duel[0].total, duel[1].total, duel[1].total / duel[0].total);
    Outputs outputs;
    if (llvm::Error failed = outputs.write(options.compile.output, schedulesText(head() + table, schedules)))
      return failed;
    if (llvm::Error failed = outputs.commit())
      return failed;
    llvm::outs() << table << "\n";
    return llvm::Error::success();
  }

  /// The best of each key, or what the rules give where the duel does not confirm it.
  DictionaryAttr keepWhatWon(llvm::ArrayRef<Compiled> duel, llvm::raw_ostream &os) {
    Schedules kept = best;
    for (auto &[key, schedule] : kept) {
      double before = duel[0].microseconds.lookup(key), after = duel[1].microseconds.lookup(key);
      if (after >= before)
        schedule = rules[key];
      os << llvm::format("%12.1f %12.1f %6.3f  ", before, after, after / before) << nameOf(duel[0], key)
         << (schedule == rules[key] ? "" : "  <- " + changes(rules[key], schedule)) << "\n";
    }
    return asAttribute(kept, &context);
  }

  /// `linear-256-5c1de84a90b3f726: linear, layer_norm`.
  static llvm::StringRef nameOf(const Compiled &compiled, llvm::StringRef key) {
    for (llvm::StringRef name : compiled.library.kernels())
      if (name.split(':').first == key && !name.ends_with(": copy"))
        return name;
    return key;
  }

  /// What one schedule has that the other has not: `rows = 4, cols = 24`.
  static std::string changes(ScheduleAttr from, ScheduleAttr to) {
    auto parts = [](ScheduleAttr schedule) {
      std::string text;
      llvm::raw_string_ostream(text) << schedule;
      llvm::StringRef inside = llvm::StringRef(text).split('<').second.rtrim('>');
      SmallVector<std::string> result;
      for (llvm::StringRef part : llvm::split(inside, ", "))
        result.push_back(part.str());
      return result;
    };
    SmallVector<std::string> before = parts(from), changed;
    for (const std::string &part : parts(to))
      if (!llvm::is_contained(before, part))
        changed.push_back(part);
    return llvm::join(changed, ", ");
  }

  std::string head() const {
    std::string text = "Found by attnc tune for " + llvm::sys::path::filename(options.compile.input).str() +
                       ", -march=" + options.compile.marches.front() + ", " +
                       (options.threads ? std::to_string(options.threads) : "all") + " threads";
    for (const auto &[name, source] : options.inputs)
      text += ", " + name + "=" + source;
    return text + "\n";
  }

  const TuneOptions &options;
  Folder folder;
  Measure measure;
  MLIRContext context;
  Candidates candidates;
  Schedules rules, best;
};

} // namespace

int tune(const TuneOptions &given) {
  TuneOptions options = given;
  if (options.compile.marches.empty())
    options.compile.marches.push_back("native");
  llvm::Error failed = Search(options).run();
  if (!failed)
    return kSuccess;
  llvm::errs() << "attnc tune: error: " << llvm::toString(std::move(failed)) << "; nothing was written\n";
  return kUserError;
}

} // namespace mlir::attn::tune
