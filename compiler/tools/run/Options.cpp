// Reading the table of options.
#include "compiler/tools/run/Options.h"
#include "compiler/reference/Tensor.h"
#include "llvm/ADT/StringExtras.h"
#include <functional>

namespace mlir::attn::run {

using reference::error;

const char *const helpText =
    R"(attn-run MODEL... [options]: runs a compiled model, or the reference interpreter, and compares.

MODEL is a library that attnc made (model.so), or a model.mlir of any stage together with --reference. Several,
compiled differently from one model, all run on the same inputs; each is compared, the first is written.

  --input=NAME=SOURCE       FILE.npy (f32 for an input of bf16, which rounds them), or one of
                            random:SEED:[2,7]  normal(0,1); indices drawn from what the model accepts
                            zeros:[2,7]  iota:[2,7]  full:VALUE:[2,7]
  --output=NAME=FILE.npy    write a result; without any, results are printed
  --expect=NAME=FILE.npy    compare a result; exit 1 unless |y-e| <= atol + rtol*|e| everywhere
  --rtol=X --atol=X         tolerances of --expect (1e-4, 1e-5)
  --expect-reference=MODEL.mlir   compare every result with the f64 reference; the bound is 1.5 times the
                            error of a naive program of --precision (f64 where an input or result is, else f32)
                            on the same inputs, plus 2 ulp of f32; half an ulp of a bf16 result goes to its
                            rounding. Of f64 the reference has 64 bits for 53, the ulp are of f64, and a result of
                            f32 is rounded
  --weights=FILE            packed weights of a library (default: MODEL.weights);
                            with --reference or --expect-reference, a .safetensors file
  --reference               interpret MODEL.mlir
  --precision=f64|f32|bf16|int8   of --reference (f64): all in f64, or all in f32 but for what linears multiply
  --threads=N               of a library (default: all); of several, 1,2,3, each must give the same bits
  --guard                   run a library with inputs, outputs, weights and scratch memory at the end of a page,
                            then at the start of one, that faults when touched; the bits must be the same
  --variant=TARGET          of a library for several processors: run that one, not the best that runs here
  --describe                print inputs, outputs, sizes, variants
  --benchmark               time repeated runs          --json                its numbers as JSON
  --profile                 the same, and tell how long each kernel takes
  --help

random: is splitmix64 seeded with SEED, one draw an integer; reals by Box-Muller, two draws each.
Exit status: 0 fine, 1 wrong input or a comparison that failed, 2 wrong usage.
)";

namespace {

/// An option: its name without dashes, whether it takes a value, and what to do with it.
struct Rule {
  const char *name;
  bool hasValue;
  std::function<llvm::Error(llvm::StringRef)> apply;
};

llvm::Error setNamed(Options::Named &list, llvm::StringRef option, llvm::StringRef text) {
  auto [name, value] = text.split('=');
  if (name.empty() || value.empty())
    return error("--" + option + " wants NAME=VALUE, got '" + text + "'");
  list.emplace_back(name.str(), value.str());
  return llvm::Error::success();
}

template <class Number>
llvm::Error setNumber(Number &number, llvm::StringRef option, llvm::StringRef text) {
  bool bad;
  if constexpr (std::is_floating_point_v<Number>)
    bad = text.getAsDouble(number);
  else
    bad = text.getAsInteger(10, number);
  if (bad || !(number >= 0))
    return error("--" + option + " wants a number that is not negative, got '" + text + "'");
  return llvm::Error::success();
}

llvm::Error setThreads(std::vector<int> &threads, llvm::StringRef text) {
  threads.clear();
  for (llvm::StringRef part : llvm::split(text, ','))
    if (llvm::Error wrong = setNumber(threads.emplace_back(), "threads", part))
      return wrong;
  return llvm::Error::success();
}

constexpr std::pair<reference::Precision, const char *> precisions[] = {{reference::Precision::F64, "f64"},
                                                                        {reference::Precision::F32, "f32"},
                                                                        {reference::Precision::Bf16, "bf16"},
                                                                        {reference::Precision::Int8, "int8"}};

llvm::Error setPrecision(std::optional<reference::Precision> &precision, llvm::StringRef text) {
  for (auto [known, word] : precisions)
    if (text == word)
      return precision = known, llvm::Error::success();
  return error("--precision is f64, f32, bf16 or int8, got '" + text + "'");
}

std::vector<Rule> rulesFor(Options &o) {
  auto named = [](Options::Named &list, const char *name) {
    return Rule{name, true, [&list, name](llvm::StringRef v) { return setNamed(list, name, v); }};
  };
  auto text = [](std::string &field, const char *name) {
    return Rule{name, true, [&field](llvm::StringRef v) { return field = v.str(), llvm::Error::success(); }};
  };
  auto flag = [](bool &field, const char *name) {
    return Rule{name, false, [&field](llvm::StringRef) { return field = true, llvm::Error::success(); }};
  };
  return {named(o.inputs, "input"),
          named(o.outputs, "output"),
          named(o.expected, "expect"),
          text(o.expectReference, "expect-reference"),
          text(o.weights, "weights"),
          text(o.variant, "variant"),
          flag(o.benchmark, "benchmark"),
          flag(o.json, "json"),
          flag(o.profile, "profile"),
          flag(o.describe, "describe"),
          flag(o.reference, "reference"),
          flag(o.help, "help"),
          {"rtol", true, [&o](llvm::StringRef v) { return setNumber(o.rtol, "rtol", v); }},
          {"atol", true, [&o](llvm::StringRef v) { return setNumber(o.atol, "atol", v); }},
          flag(o.guard, "guard"),
          {"threads", true, [&o](llvm::StringRef v) { return setThreads(o.threads, v); }},
          {"precision", true, [&o](llvm::StringRef v) { return setPrecision(o.precision, v); }}};
}

llvm::Error unknown(llvm::ArrayRef<Rule> rules, llvm::StringRef name) {
  const Rule *nearest = &rules[0];
  for (const Rule &rule : rules)
    if (name.edit_distance(rule.name) < name.edit_distance(nearest->name))
      nearest = &rule;
  return error("unknown option '--" + name + "'; did you mean '--" + nearest->name + "'?");
}

/// What no option can tell alone.
llvm::Error checkTogether(const Options &o) {
  if (o.help)
    return llvm::Error::success();
  if (o.models.empty())
    return error("no model given; see attn-run --help");
  if (o.reference && (o.benchmark || o.guard || !o.variant.empty()))
    return error("--benchmark, --guard and --variant are for compiled models, not for --reference");
  if (o.models.size() > 1 && (o.benchmark || o.describe))
    return error("one model at a time with --benchmark or --describe, got '" + o.models[0] + "' and '" + o.models[1] +
                 "'");
  if (o.benchmark && (o.guard || o.threads.size() > 1))
    return error("--benchmark times one number of threads, without --guard");
  for (llvm::StringRef model : o.models)
    if (!o.reference && model.ends_with(".mlir"))
      return error("'" + model + "' is not compiled: make a library with attnc -o model.so, or add --reference");
  return llvm::Error::success();
}

} // namespace

llvm::StringRef wordOf(reference::Precision precision) {
  return llvm::find_if(precisions, [&](auto entry) { return entry.first == precision; })->second;
}

llvm::Expected<Options> parseOptions(int argc, char **argv) {
  Options options;
  std::vector<Rule> rules = rulesFor(options);
  for (int i = 1; i < argc; ++i) {
    llvm::StringRef argument = argv[i];
    if (!argument.starts_with("-") || argument == "-") {
      options.models.push_back(argument.str());
      continue;
    }
    auto [name, value] = argument.ltrim('-').split('=');
    auto rule = llvm::find_if(rules, [&, name = name](const Rule &r) { return name == r.name; });
    if (rule == rules.end())
      return unknown(rules, name);
    bool isGiven = argument.contains('=');
    if (isGiven && !rule->hasValue)
      return error("--" + name + " takes no value");
    if (rule->hasValue && !isGiven && ++i == argc)
      return error("--" + name + " wants a value");
    if (llvm::Error wrong = rule->apply(rule->hasValue && !isGiven ? llvm::StringRef(argv[i]) : value))
      return wrong;
  }
  options.benchmark |= options.profile;
  if (llvm::Error wrong = checkTogether(options))
    return wrong;
  return options;
}

} // namespace mlir::attn::run
