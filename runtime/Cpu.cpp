// Processor features by cpuid, and by xgetbv whether the system saves the registers that go with them.
#include "runtime/Cpu.h"

#include "runtime/Linkage.h"

#include <inttypes.h>
#if defined(__x86_64__)
#include <cpuid.h>
#endif

namespace attn {

#if defined(__x86_64__)

static bool has(uint32_t word, uint32_t bits) { return (word & bits) == bits; }

/// Extended control register 0: which register files the system saves.
static uint32_t savedRegisters() {
  uint32_t low, high;
  __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  return low;
}

/// What leaf 7 adds, given that the system saves the 256-bit (and perhaps the 512-bit) registers.
static uint64_t wideFeatures(uint32_t leaf1c, bool saves512) {
  uint32_t a = 0, b = 0, c = 0, d = 0, maximum = 0, extended = 0;
  uint64_t features = 0;
  if (!__get_cpuid_count(7, 0, &maximum, &b, &c, &d))
    return 0;
  uint32_t ignored;
  __get_cpuid(0x80000001u, &a, &ignored, &extended, &d);
  const uint32_t leaf7Avx2 = bit_AVX2 | bit_BMI | bit_BMI2;
  if (has(b, leaf7Avx2) && has(leaf1c, bit_MOVBE | bit_F16C) && has(extended, bit_LZCNT))
    features |= ATTN_CPU_AVX2;
  const uint32_t leaf7Avx512 = bit_AVX512F | bit_AVX512BW | bit_AVX512CD | bit_AVX512DQ | bit_AVX512VL;
  if (!saves512 || !has(b, leaf7Avx512))
    return features;
  features |= ATTN_CPU_AVX512;
  if (has(c, 1u << 11))
    features |= ATTN_CPU_AVX512_VNNI;
  if (maximum >= 1 && __get_cpuid_count(7, 1, &a, &b, &c, &d) && has(a, 1u << 5))
    features |= ATTN_CPU_AVX512_BF16;
  return features;
}

ATTN_RT uint64_t cpuFeatures() {
  uint32_t a, b, c, d;
  uint64_t features = 0;
  if (!__get_cpuid(1, &a, &b, &c, &d))
    return 0;
  if (has(c, bit_SSE4_2 | bit_SSE4_1 | bit_SSSE3 | bit_SSE3 | bit_POPCNT | bit_CMPXCHG16B))
    features |= ATTN_CPU_SSE42;
  if (!has(c, bit_OSXSAVE | bit_AVX))
    return features;
  uint32_t saved = savedRegisters();
  if (!has(saved, 0x6))
    return features;
  features |= ATTN_CPU_AVX;
  if (has(c, bit_FMA))
    features |= ATTN_CPU_FMA;
  return features | wideFeatures(c, has(saved, 0xe6));
}

#else

ATTN_RT uint64_t cpuFeatures() { return 0; }

#endif

ATTN_RT void appendCpuNames(Text &text, uint64_t missing) {
  static const char *const names[] = {"sse4.2", "avx", "avx2", "fma", "avx512", "avx512_vnni", "avx512_bf16"};
  const char *separator = "";
  for (unsigned i = 0; i < sizeof(names) / sizeof(names[0]); ++i) {
    if (!(missing >> i & 1))
      continue;
    text.append("%s%s", separator, names[i]);
    separator = ", ";
    missing &= ~(UINT64_C(1) << i);
  }
  if (missing)
    text.append("%sunknown features 0x%" PRIx64, separator, missing);
}

} // namespace attn
