// `attnc tune`: a search over the schedules of a model's kernels, on the machine at hand. It goes around the best found
// so far, one decision at a time, and ends in a file that `attnc --schedules` reads.
#pragma once

#include "compiler/driver/Options.h"

namespace mlir::attn::tune {

/// Talks on stderr, prints a table of the kernels on stdout. Returns one of ExitCode; on failure nothing is written.
int tune(const TuneOptions &options);

} // namespace mlir::attn::tune
