// The command line by LLVM's option table, so that none of LLVM's own options leak; checked here, so that later code
// need not.
#include "compiler/driver/Options.h"
#include "compiler/driver/Stages.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSwitch.h"
#include "llvm/Config/llvm-config.h"
#include "llvm/Option/ArgList.h"
#include "llvm/Option/OptTable.h"
#include "llvm/Option/Option.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/raw_ostream.h"

namespace mlir::attn {

namespace {

using namespace llvm::opt;

enum OptionId {
  OPT_INVALID = 0,
#define OPTION(...) LLVM_MAKE_OPT_ID(__VA_ARGS__),
#include "compiler/driver/Options.inc"
#undef OPTION
};

enum : unsigned { TuneOption = 1 << 1 };

#define OPTTABLE_STR_TABLE_CODE
#include "compiler/driver/Options.inc"
#undef OPTTABLE_STR_TABLE_CODE

#define OPTTABLE_PREFIXES_TABLE_CODE
#include "compiler/driver/Options.inc"
#undef OPTTABLE_PREFIXES_TABLE_CODE

constexpr OptTable::Info kInfo[] = {
#define OPTION(...) LLVM_CONSTRUCT_OPT_INFO(__VA_ARGS__),
#include "compiler/driver/Options.inc"
#undef OPTION
};

class AttncOptions : public GenericOptTable {
public:
  AttncOptions() : GenericOptTable(OptionStrTable, OptionPrefixesTable, kInfo) {}
};

/// A mistake on the command line: printed, and the reason to stop.
bool mistake(const llvm::Twine &message) {
  llvm::errs() << "attnc: error: " << message << "\n";
  return false;
}

bool parseBind(StringRef text, llvm::SmallVectorImpl<Bind> &binds) {
  llvm::SmallVector<StringRef> parts;
  text.split(parts, ',');
  for (StringRef part : parts) {
    auto [name, range] = part.split('=');
    auto [low, high] = range.split("..");
    Bind bind{name.str()};
    if (name.empty() || low.getAsInteger(10, bind.minimum) ||
        (high.empty() ? low : high).getAsInteger(10, bind.maximum))
      return mistake("--bind '" + part + "': expected NAME=LOW..HIGH, as in S=1..512");
    if (bind.minimum < 0 || bind.maximum < 1 || bind.minimum > bind.maximum)
      return mistake("--bind '" + part + "': expected 0 <= LOW <= HIGH and HIGH >= 1");
    binds.push_back(bind);
  }
  return true;
}

constexpr std::pair<StringRef, OutputKind> kKinds[] = {
    {"obj", OutputKind::Object},     {"static", OutputKind::Archive}, {"shared", OutputKind::Shared},
    {"exe", OutputKind::Executable}, {"mlir", OutputKind::Mlir},      {"llvm", OutputKind::LlvmIr},
    {"asm", OutputKind::Assembly},   {"dot", OutputKind::Dot},        {"header", OutputKind::Header}};

OutputKind kindOfSuffix(StringRef path) {
  return llvm::StringSwitch<OutputKind>(llvm::sys::path::extension(path))
      .Case(".o", OutputKind::Object)
      .Case(".a", OutputKind::Archive)
      .Case(".so", OutputKind::Shared)
      .Case(".mlir", OutputKind::Mlir)
      .Case(".ll", OutputKind::LlvmIr)
      .Case(".s", OutputKind::Assembly)
      .Case(".dot", OutputKind::Dot)
      .Case(".h", OutputKind::Header)
      .Default(OutputKind::None);
}

bool isBinary(OutputKind kind) {
  return kind == OutputKind::Object || kind == OutputKind::Archive || kind == OutputKind::Shared ||
         kind == OutputKind::Executable;
}

/// `dir/libminilm-v2.so` gives `minilm_v2`.
std::string prefixOf(StringRef path) {
  StringRef stem = llvm::sys::path::stem(path);
  if (llvm::sys::path::extension(path) == ".so" || llvm::sys::path::extension(path) == ".a")
    stem.consume_front("lib");
  std::string prefix;
  for (char c : stem)
    prefix += llvm::isAlnum(c) ? c : '_';
  if (prefix.empty() || llvm::isDigit(prefix.front()))
    prefix = "model_" + prefix;
  return prefix;
}

bool isIdentifier(StringRef name) {
  return !name.empty() && !llvm::isDigit(name.front()) &&
         llvm::all_of(name, [](char c) { return llvm::isAlnum(c) || c == '_'; });
}

bool chooseKind(const InputArgList &arguments, CompileOptions &options) {
  options.kind = kindOfSuffix(options.output);
  if (const Arg *emit = arguments.getLastArg(OPT_emit)) {
    llvm::SmallVector<StringRef> names;
    options.kind = OutputKind::None;
    for (auto [name, kind] : kKinds) {
      names.push_back(name);
      if (name == emit->getValue())
        options.kind = kind;
    }
    if (options.kind == OutputKind::None)
      return mistake("--emit=" + StringRef(emit->getValue()) + ": unknown kind" + suggestion(emit->getValue(), names));
  }
  if (!options.stopAfter.empty())
    options.kind = OutputKind::Mlir;
  if (options.output.empty() && isBinary(options.kind))
    return mistake("name the output with -o");
  if (options.output.empty() && options.kind == OutputKind::None && !options.explain)
    return mistake("name the output with -o; its suffix chooses what is made: .o .a .so .mlir .ll .s .dot");
  if (!options.output.empty() && options.kind == OutputKind::None)
    return mistake("-o " + options.output + ": the suffix does not say what to make; add --emit=exe, or use .o .a .so");
  if (options.output == "-" && isBinary(options.kind))
    return mistake("-o -: a binary can not be written to stdout");
  if (options.output.empty())
    options.output = "-";
  return true;
}

/// Text holds the code, or the kernels, of one processor.
bool checkMarches(const CompileOptions &options) {
  bool isText = options.kind == OutputKind::Mlir || options.kind == OutputKind::LlvmIr ||
                options.kind == OutputKind::Assembly || options.kind == OutputKind::Dot;
  const Stage *last = llvm::find_if(stages(), [&](const Stage &stage) { return stage.name == options.stopAfter; });
  bool isForAny = last != stages().end() && !last->forTarget;
  if (options.marches.size() < 2 || !isText || isForAny)
    return true;
  return mistake("-march=" + llvm::join(options.marches, ",") +
                 ": this output is for one processor; name one, or make .o .a .so or --emit=exe for all");
}

bool choosePrefix(const InputArgList &arguments, CompileOptions &options) {
  options.prefix = arguments.getLastArgValue(OPT_prefix).str();
  if (options.prefix.empty())
    options.prefix = prefixOf(options.output == "-" ? options.input : options.output);
  if (isIdentifier(options.prefix))
    return true;
  return mistake("--prefix=" + options.prefix + ": expected a C identifier");
}

bool checkWords(const InputArgList &arguments, CompileOptions &options) {
  options.precision = arguments.getLastArgValue(OPT_precision, "f32").str();
  if (!llvm::is_contained({"f32", "f64", "bf16", "int8"}, StringRef(options.precision)))
    return mistake("--precision=" + options.precision + ": unknown precision" +
                   suggestion(options.precision, {"f32", "f64", "bf16", "int8"}));
  options.backend = arguments.getLastArgValue(OPT_backend, "auto").str();
  if (!llvm::is_contained({"auto", "llvm", "halide"}, StringRef(options.backend)))
    return mistake("--backend=" + options.backend + ": unknown back end" +
                   suggestion(options.backend, {"auto", "llvm", "halide"}));
  StringRef explain = arguments.getLastArgValue(OPT_explain_as, "json");
  if (explain != "json" && explain != "text")
    return mistake("--explain=" + explain + ": expected json or text");
  options.explainJson = arguments.hasArg(OPT_explain_as) && explain == "json";
  options.explain = arguments.hasArg(OPT_explain) || arguments.hasArg(OPT_explain_as);
  if (options.stopAfter.empty())
    return true;
  llvm::SmallVector<StringRef> names;
  for (const Stage &stage : stages())
    names.push_back(stage.name);
  if (!llvm::is_contained(names, options.stopAfter))
    return mistake("--stop-after=" + options.stopAfter + ": unknown stage" + suggestion(options.stopAfter, names));
  return true;
}

/// What both attnc and attnc tune take.
bool fillShared(const InputArgList &arguments, CompileOptions &options) {
  std::vector<std::string> inputs = arguments.getAllArgValues(OPT_INPUT);
  if (inputs.size() != 1)
    return mistake(inputs.empty() ? llvm::Twine("no input; name a model, or '-' for stdin")
                                  : "one input expected, got '" + inputs[0] + "' and '" + inputs[1] + "'");
  options.input = inputs[0];
  options.output = arguments.getLastArgValue(OPT_output).str();
  if (arguments.hasArg(OPT_march))
    for (StringRef name : llvm::split(arguments.getLastArgValue(OPT_march), ','))
      options.marches.push_back(name.str());
  StringRef bits = arguments.getLastArgValue(OPT_vector_width);
  if (arguments.hasArg(OPT_vector_width) &&
      (bits.getAsInteger(10, options.vectorBits) || !llvm::is_contained({128u, 256u, 512u}, options.vectorBits)))
    return mistake("-mprefer-vector-width=" + bits + ": expected 128, 256 or 512");
  options.weights = arguments.getLastArgValue(OPT_weights).str();
  options.schedules = arguments.getLastArgValue(OPT_schedules).str();
  options.convertWeights = arguments.hasArg(OPT_convert_weights);
  for (const std::string &bind : arguments.getAllArgValues(OPT_bind))
    if (!parseBind(bind, options.binds))
      return false;
  return checkWords(arguments, options);
}

bool fill(const InputArgList &arguments, CompileOptions &options) {
  options.embedWeights = arguments.hasArg(OPT_embed_weights);
  options.stopAfter = arguments.getLastArgValue(OPT_stop_after).str();
  options.dumpStages = arguments.getLastArgValue(OPT_dump_stages).str();
  options.requireFused = arguments.hasArg(OPT_require_fused);
  options.requireLinear = arguments.hasArg(OPT_require_linear);
  options.timeReport = arguments.hasArg(OPT_ftime_report);
  options.onlyPrintCommands = arguments.hasArg(OPT_trace_commands);
  options.printCommands = arguments.hasArg(OPT_verbose) || options.onlyPrintCommands;
  if (const Arg *level = arguments.getLastArg(OPT_O0, OPT_O1, OPT_O2, OPT_O3))
    options.level = level->getOption().getID() - OPT_O0;
  return fillShared(arguments, options) && chooseKind(arguments, options) && checkMarches(options) &&
         choosePrefix(arguments, options);
}

bool fillNumber(const InputArgList &arguments, OptionId id, unsigned most, unsigned &number) {
  StringRef text = arguments.getLastArgValue(id);
  if (!arguments.hasArg(id) || (!text.getAsInteger(10, number) && number >= 1 && number <= most))
    return true;
  return mistake(arguments.getLastArg(id)->getSpelling() + text + ": expected a number from 1 to " + llvm::Twine(most));
}

bool fillTune(const InputArgList &arguments, TuneOptions &options) {
  for (const std::string &input : arguments.getAllArgValues(OPT_input)) {
    auto [name, source] = StringRef(input).split('=');
    if (name.empty() || source.empty())
      return mistake("--input=" + input + ": expected NAME=SOURCE, as in q=random:1:[8,512,64]");
    options.inputs.emplace_back(name.str(), source.str());
  }
  options.verbose = arguments.hasArg(OPT_verbose);
  CompileOptions &compile = options.compile;
  if (!fillShared(arguments, compile) || !fillNumber(arguments, OPT_threads, 1024, options.threads) ||
      !fillNumber(arguments, OPT_sweeps, 100, options.sweeps) ||
      !fillNumber(arguments, OPT_rounds, 1000, options.rounds))
    return false;
  if (compile.input == "-")
    return mistake("tune compiles the model many times: name a file, not '-'");
  if (compile.output.empty() || compile.output == "-")
    return mistake("name the file of schedules with -o");
  if (compile.marches.size() > 1)
    return mistake("-march=" + llvm::join(compile.marches, ",") + ": schedules are found for one processor; name one");
  return true;
}

/// Parses what one of the two takes; nothing after --help, --version or a mistake.
std::optional<InputArgList> parse(llvm::ArrayRef<const char *> argv, bool tune, int &exit) {
  AttncOptions table;
  unsigned missingIndex = 0, missingCount = 0;
  Visibility visible(tune ? unsigned(TuneOption) : unsigned(DefaultVis));
  InputArgList arguments = table.ParseArgs(argv, missingIndex, missingCount, visible);
  exit = kSuccess;
  if (arguments.hasArg(OPT_help)) {
    table.printHelp(llvm::outs(),
                    tune ? "attnc tune model.mlir -o model.schedules --input=... [options]"
                         : "attnc model.mlir -o out.{o,a,so} [options]\n       attnc tune --help",
                    tune ? "times the schedules of each kernel on this machine, and keeps the fastest"
                         : "compiles an attention model to native code",
                    /*ShowHidden=*/false, /*ShowAllAliases=*/false, visible);
    return std::nullopt;
  }
  if (arguments.hasArg(OPT_version)) {
    llvm::outs() << "attnc " ATTN_VERSION " (LLVM " LLVM_VERSION_STRING ")\n";
    return std::nullopt;
  }
  exit = kUsageError;
  if (missingCount) {
    mistake(StringRef(argv[missingIndex]) + ": expected a value");
    return std::nullopt;
  }
  for (const Arg *unknown : arguments.filtered(OPT_UNKNOWN)) {
    std::string text = unknown->getAsString(arguments), nearest;
    bool close = table.findNearest(text, nearest, visible) <= text.size() / 2;
    mistake("unknown option '" + text + "'" +
            (close  ? "; did you mean '" + nearest + "'?"
             : tune ? std::string("; see attnc tune --help")
                    : "; see attnc --help"));
    return std::nullopt;
  }
  exit = kSuccess;
  return arguments;
}

template <class Options>
std::optional<Options> parseAndFill(llvm::ArrayRef<const char *> argv, bool tune,
                                    bool (*fill)(const InputArgList &, Options &), int &exit) {
  std::optional<InputArgList> arguments = parse(argv, tune, exit);
  Options options;
  if (!arguments)
    return std::nullopt;
  if (fill(*arguments, options))
    return options;
  exit = kUsageError;
  return std::nullopt;
}

} // namespace

std::string suggestion(StringRef word, llvm::ArrayRef<StringRef> known) {
  StringRef nearest;
  unsigned best = std::max<unsigned>(word.size() / 2 + 1, 2);
  for (StringRef name : known)
    if (unsigned distance = word.edit_distance(name, true, best); distance < best) {
      best = distance;
      nearest = name;
    }
  if (!nearest.empty())
    return ("; did you mean '" + nearest + "'?").str();
  return known.empty() || known.size() > 8 ? std::string() : "; expected one of " + llvm::join(known, ", ");
}

std::optional<CompileOptions> parseOptions(llvm::ArrayRef<const char *> argv, int &exit) {
  return parseAndFill(argv, /*tune=*/false, fill, exit);
}

std::optional<TuneOptions> parseTuneOptions(llvm::ArrayRef<const char *> argv, int &exit) {
  return parseAndFill(argv, /*tune=*/true, fillTune, exit);
}

} // namespace mlir::attn
