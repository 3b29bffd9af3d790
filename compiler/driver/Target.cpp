// -march to a level of x86-64 and a processor to tune for. Code may use just what the runtime checks (ATTN_CPU_*) when
// a model is opened: a processor's other instructions are left out, so that a binary never stops at an illegal one.
#include "compiler/driver/Target.h"
#include "compiler/driver/Options.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/bit.h"
#include "llvm/TargetParser/Host.h"
#include "llvm/TargetParser/X86TargetParser.h"

#include "attn/runtime.h"

namespace mlir::attn {

namespace {

constexpr uint64_t kV2 = ATTN_CPU_SSE42;
constexpr uint64_t kV3 = kV2 | ATTN_CPU_AVX | ATTN_CPU_AVX2 | ATTN_CPU_FMA;
constexpr uint64_t kV4 = kV3 | ATTN_CPU_AVX512;

/// ATTN_CPU_* bits from names of LLVM features, of which all of a bit's must be there.
uint64_t checkedFeatures(llvm::function_ref<bool(llvm::StringRef)> has) {
  static constexpr std::pair<uint64_t, llvm::StringRef> parts[] = {
      {ATTN_CPU_SSE42, "sse4.2,ssse3,popcnt,cx16"},
      {ATTN_CPU_AVX, "avx"},
      {ATTN_CPU_AVX2, "avx2,bmi,bmi2,lzcnt,movbe,f16c"},
      {ATTN_CPU_FMA, "fma"},
      {ATTN_CPU_AVX512, "avx512f,avx512bw,avx512cd,avx512dq,avx512vl"},
      {ATTN_CPU_AVX512_VNNI, "avx512vnni"},
      {ATTN_CPU_AVX512_BF16, "avx512bf16"}};
  uint64_t result = 0;
  for (auto [bit, names] : parts) {
    llvm::SmallVector<llvm::StringRef> all;
    names.split(all, ',');
    if (llvm::all_of(all, has))
      result |= bit;
  }
  return result;
}

/// Whether bf16 dot products beat FMAs of widened numbers: on Zen 4 and 5 they double the rate, on Emerald Rapids they
/// halve it (vdpbf16ps 84 GFLOP/s a core, vfmadd 164). Others were not measured.
bool multipliesBf16(llvm::StringRef processor) { return processor.starts_with("znver"); }

/// The level that a set of features reaches, and what of it goes beyond.
TargetInfo describe(llvm::StringRef name, llvm::StringRef tune, uint64_t available) {
  TargetInfo target;
  target.name = name.str();
  target.tune = tune.str();
  auto reaches = [&](uint64_t level) { return (available & level) == level; };
  if (reaches(kV4)) {
    target.cpu = "x86-64-v4";
    uint64_t products = ATTN_CPU_AVX512_VNNI | (multipliesBf16(tune) ? ATTN_CPU_AVX512_BF16 : 0);
    target.cpuFeatures = kV4 | (available & products);
    target.vectorBits = 512;
    target.isa = Isa::Avx512;
  } else if (reaches(kV3)) {
    target.cpu = "x86-64-v3";
    target.cpuFeatures = kV3;
    target.vectorBits = 256;
    target.isa = Isa::Avx2;
  } else {
    target.cpu = reaches(kV2) ? "x86-64-v2" : "x86-64";
    target.cpuFeatures = available & kV2;
  }
  llvm::SmallVector<llvm::StringRef> extra;
  if (target.cpuFeatures & ATTN_CPU_AVX512_VNNI)
    extra.push_back("+avx512vnni");
  if (target.cpuFeatures & ATTN_CPU_AVX512_BF16)
    extra.push_back("+avx512bf16");
  target.features = llvm::join(extra, ",");
  return target;
}

} // namespace

llvm::Expected<TargetInfo> resolveTarget(llvm::StringRef name) {
  if (name == "native") {
    llvm::StringMap<bool> host = llvm::sys::getHostCPUFeatures();
    llvm::StringRef cpu = llvm::sys::getHostCPUName();
    return describe(cpu, cpu, checkedFeatures([&](llvm::StringRef feature) { return host.lookup(feature); }));
  }
  llvm::SmallVector<llvm::StringRef> known;
  llvm::X86::fillValidCPUArchList(known, /*Only64Bit=*/true);
  if (!llvm::is_contained(known, name)) {
    known.push_back("native");
    return llvm::createStringError("-march=" + name + ": unknown processor" + suggestion(name, known));
  }
  llvm::SmallVector<llvm::StringRef> features;
  llvm::X86::getFeaturesForCPU(name, features);
  llvm::StringMap<bool> enabled; // with what the listed features imply, such as ssse3 by sse4.2
  for (llvm::StringRef feature : features) {
    enabled[feature] = true;
    llvm::X86::updateImpliedFeatures(feature, true, enabled);
  }
  TargetInfo target = describe(name, name, checkedFeatures([&](llvm::StringRef f) { return enabled.lookup(f); }));
  if (name.starts_with("x86-64"))
    target.tune = "generic";
  return target;
}

llvm::Expected<llvm::SmallVector<TargetInfo>> resolveTargets(llvm::ArrayRef<std::string> names) {
  llvm::SmallVector<TargetInfo> targets;
  for (llvm::StringRef name : names) {
    llvm::Expected<TargetInfo> target = resolveTarget(name);
    if (!target)
      return target.takeError();
    for (const TargetInfo &other : targets)
      if (other.cpuFeatures == target->cpuFeatures)
        return llvm::createStringError("-march: " + other.name + " and " + target->name +
                                       " need the same instructions (" + featureText(other) +
                                       "), so that only one would ever run; name one of them");
    targets.push_back(*target);
  }
  llvm::sort(targets, [](const TargetInfo &a, const TargetInfo &b) {
    int countA = llvm::popcount(a.cpuFeatures), countB = llvm::popcount(b.cpuFeatures);
    return countA != countB ? countA > countB : a.cpuFeatures > b.cpuFeatures;
  });
  return targets;
}

std::string featureText(const TargetInfo &target) {
  static constexpr const char *names[] = {"sse4.2", "avx", "avx2", "fma", "avx512", "avx512_vnni", "avx512_bf16"};
  llvm::SmallVector<llvm::StringRef> result;
  for (auto [bit, name] : llvm::enumerate(names))
    if (target.cpuFeatures >> bit & 1)
      result.push_back(name);
  return result.empty() ? "sse2" : llvm::join(result, " ");
}

} // namespace mlir::attn
