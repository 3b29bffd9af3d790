// Which ATTN_CPU_* instruction sets this processor and operating system offer.
#pragma once

#include "runtime/Text.h"

namespace attn {

/// ATTN_CPU_* bits that code may use here: the processor has them and the system saves their registers.
uint64_t cpuFeatures();

/// Appends the names of the bits in `missing`, as in "avx512, avx512_bf16"; bits without a name in hexadecimal.
void appendCpuNames(Text &text, uint64_t missing);

} // namespace attn
