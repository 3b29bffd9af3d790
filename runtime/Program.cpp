// The main function of an executable that attnc makes: reads inputs, runs the model once or for time, shows outputs.
//
// stdout carries data only, stderr the errors. Exit status: 0 success, 1 a failing file or run, 2 wrong usage.
#include "runtime/Checked.h"
#include "runtime/ProgramTensors.h"

#include "attn/abi.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

extern "C" const attn_code attn_program_code;

namespace {

using namespace attn;

struct Program {
  const attn_metadata &metadata;
  const char *weights;
  attn_options options;
  bool benchmark;
  TensorSource *sources;    // of each input
  const char **outputPaths; // of each output: the file to write, or null to print
  attn_tensor *inputs, *outputs;
  attn_model *model;
  attn_context *context;
  char error[1024];
};

int usageError(const char *format, const char *argument) {
  fprintf(stderr, format, argument);
  fprintf(stderr, "\nSee --help.\n");
  return 2;
}

int report(const Program &program, attn_status status) {
  fprintf(stderr, "%s: error (%s): %s\n", program.metadata.name, attn_status_name(status), program.error);
  return status == ATTN_E_ARGUMENT ? 2 : 1;
}

void printHelp(const attn_metadata &metadata) {
  printf("Usage: %s [options]\n", metadata.name);
  for (uint32_t i = 0; i < metadata.input_count; ++i)
    printf("  --%s=FILE.npy|random:SEED:[SHAPE]|zeros:[SHAPE]\n", metadata.inputs[i].name);
  printf("  --out NAME=FILE.npy   write an output instead of printing it\n"
         "  --weights=FILE        packed weights; default: <program>.weights\n"
         "  --threads=N           default: one for each CPU\n"
         "  --variant=NAME        code for another processor than the best that this one runs; see --describe\n"
         "  --benchmark           run repeatedly and print the times\n"
         "  --describe            print inputs, outputs and dimensions\n");
}

void describePort(const attn_metadata &metadata, const char *kind, const attn_port &port) {
  printf("%s %s %s[", kind, port.name, attn_dtype_name(port.dtype));
  for (int32_t d = 0; d < port.rank; ++d) {
    char dimension[512];
    Text text(dimension, sizeof(dimension));
    appendDimension(text, metadata, port, d);
    printf("%s%s", d ? "," : "", dimension);
  }
  printf("]\n");
}

void describe(const attn_metadata &metadata) {
  printf("model %s\ncompiler %s\n", metadata.name, metadata.compiler);
  const attn_variant *best = attn_model_variant(&attn_program_code, nullptr);
  for (uint32_t i = 0; i < metadata.variant_count; ++i)
    printf("variant %s%s\n", metadata.variants[i].target, &metadata.variants[i] == best ? ", runs here" : "");
  printf("weights %" PRIu64 " bytes%s\n", metadata.weights_bytes, metadata.weights_embedded ? ", embedded" : "");
  for (uint32_t k = 0; k < metadata.symbol_count; ++k) {
    printf("dimension %s from %" PRId64, metadata.symbols[k].name, metadata.symbols[k].minimum);
    if (metadata.symbols[k].maximum)
      printf(" to %" PRId64, metadata.symbols[k].maximum);
    if (metadata.symbols[k].multiple > 1)
      printf(", a multiple of %" PRId64, metadata.symbols[k].multiple);
    printf("\n");
  }
  for (uint32_t i = 0; i < metadata.input_count; ++i)
    describePort(metadata, "input", metadata.inputs[i]);
  for (uint32_t i = 0; i < metadata.output_count; ++i)
    describePort(metadata, "output", metadata.outputs[i]);
}

/// The index of the port that `text` names up to its '='; -1 if there is none.
int64_t findPort(const attn_port *ports, uint32_t count, const char *text, const char *&value) {
  const char *equals = strchr(text, '=');
  size_t length = equals ? static_cast<size_t>(equals - text) : 0;
  for (uint32_t i = 0; equals && i < count; ++i)
    if (strlen(ports[i].name) == length && memcmp(ports[i].name, text, length) == 0) {
      value = equals + 1;
      return i;
    }
  return -1;
}

bool parseThreads(const char *text, int32_t &threads) {
  char *end;
  long value = strtol(text, &end, 10);
  threads = static_cast<int32_t>(value);
  return end != text && !*end && value >= 1 && value <= 1024;
}

/// 0, or the exit status of a wrong usage.
int parseArguments(Program &program, int count, char **arguments) {
  const attn_metadata &metadata = program.metadata;
  for (int i = 1; i < count; ++i) {
    const char *argument = arguments[i], *value = nullptr;
    int64_t port;
    if (strncmp(argument, "--weights=", 10) == 0) {
      program.weights = argument + 10;
    } else if (strncmp(argument, "--threads=", 10) == 0) {
      if (!parseThreads(argument + 10, program.options.threads))
        return usageError("--threads: expected a number in [1, 1024], got '%s'", argument + 10);
    } else if (strncmp(argument, "--variant=", 10) == 0) {
      program.options.variant = argument + 10;
    } else if (strcmp(argument, "--benchmark") == 0) {
      program.benchmark = true;
    } else if (strcmp(argument, "--out") == 0) {
      const char *assignment = i + 1 < count ? arguments[++i] : "";
      if ((port = findPort(metadata.outputs, metadata.output_count, assignment, value)) < 0)
        return usageError("--out: expected OUTPUT=FILE.npy, got '%s'", assignment);
      program.outputPaths[port] = value;
    } else if (strncmp(argument, "--", 2) == 0 &&
               (port = findPort(metadata.inputs, metadata.input_count, argument + 2, value)) >= 0) {
      program.sources[port].specification = value;
    } else {
      return usageError("unknown argument '%s'", argument);
    }
  }
  for (uint32_t i = 0; i < metadata.input_count; ++i)
    if (!program.sources[i].specification)
      return usageError("input \"%s\" is not given", metadata.inputs[i].name);
  return 0;
}

/// The largest value a checked input may have: a number, or the extent that some input has there.
int64_t upperBound(const Program &program, const attn_port &port) {
  const int64_t excluded = port.below ? 1 : 0;
  if (port.upper >= 0)
    return port.upper - excluded;
  for (uint32_t i = 0; i < program.metadata.input_count; ++i)
    for (int32_t d = 0; d < program.metadata.inputs[i].rank && d < program.inputs[i].rank; ++d)
      if (program.metadata.inputs[i].dims[d] == port.upper)
        return program.inputs[i].shape[d] - program.metadata.inputs[i].more[d] - excluded;
  return port.lower;
}

attn_status readInputs(Program &program) {
  Text text(program.error, sizeof(program.error));
  const attn_metadata &metadata = program.metadata;
  for (uint32_t i = 0; i < metadata.input_count; ++i) {
    attn_status status = makeTensor(program.inputs[i], program.sources[i], metadata.inputs[i], text);
    if (status != ATTN_OK)
      return status;
  }
  for (uint32_t i = 0; i < metadata.input_count; ++i)
    if (program.sources[i].random)
      fillRandom(program.inputs[i], metadata.inputs[i], upperBound(program, metadata.inputs[i]),
                 program.sources[i].seed);
  return ATTN_OK;
}

/// Dimensions without a bound at compile time get the extent of the inputs as capacity.
attn_status createContext(Program &program) {
  const attn_metadata &metadata = program.metadata;
  int64_t *capacity = static_cast<int64_t *>(calloc(metadata.symbol_count + 1, sizeof(int64_t)));
  if (!capacity)
    return ATTN_E_MEMORY;
  for (uint32_t i = 0; i < metadata.input_count; ++i)
    for (int32_t d = 0; d < metadata.inputs[i].rank && d < program.inputs[i].rank; ++d) {
      attn_extent extent = metadata.inputs[i].dims[d];
      int64_t value = program.inputs[i].shape[d] - metadata.inputs[i].more[d];
      if (extent < 0 && !metadata.symbols[-1 - extent].maximum && !capacity[-1 - extent])
        capacity[-1 - extent] = value > 0 ? value : 1;
    }
  program.options.capacity = capacity;
  program.options.capacity_count = metadata.symbol_count;
  attn_status status = attn_context_create(&program.context, program.model, &program.options);
  free(capacity);
  return status;
}

attn_status copyError(Program &program, attn_status status) {
  if (status != ATTN_OK)
    snprintf(program.error, sizeof(program.error), "%s", attn_context_last_error(program.context));
  return status;
}

attn_status allocateOutputs(Program &program) {
  const attn_metadata &metadata = program.metadata;
  attn_status status = attn_context_output_shapes(program.context, program.inputs, metadata.input_count,
                                                  program.outputs, metadata.output_count);
  for (uint32_t i = 0; status == ATTN_OK && i < metadata.output_count; ++i)
    if (posix_memalign(&program.outputs[i].data, 64, program.outputs[i].bytes + 1) != 0)
      return ATTN_E_MEMORY;
  return copyError(program, status);
}

attn_status runOnce(Program &program) {
  return copyError(program, attn_context_run(program.context, program.inputs, program.metadata.input_count,
                                             program.outputs, program.metadata.output_count));
}

int compareTimes(const void *a, const void *b) {
  double x = *static_cast<const double *>(a), y = *static_cast<const double *>(b);
  return x < y ? -1 : x > y;
}

double milliseconds() {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return static_cast<double>(time.tv_sec) * 1e3 + static_cast<double>(time.tv_nsec) * 1e-6;
}

/// Three runs to warm up, then for two seconds: at least 10 and at most 2000 runs.
attn_status runBenchmark(Program &program) {
  static double times[2000];
  int runs = 0;
  attn_status status = ATTN_OK;
  for (int i = 0; status == ATTN_OK && i < 3; ++i)
    status = runOnce(program);
  for (double begin = milliseconds(); status == ATTN_OK && runs < 2000; ++runs) {
    double start = milliseconds();
    if (runs >= 10 && start - begin > 2000)
      break;
    status = runOnce(program);
    times[runs] = milliseconds() - start;
  }
  if (status != ATTN_OK)
    return status;
  qsort(times, static_cast<size_t>(runs), sizeof(double), compareTimes);
  printf("runs %d  median %.4f ms  p90 %.4f ms  min %.4f ms\n", runs, times[runs / 2], times[runs * 9 / 10], times[0]);
  return ATTN_OK;
}

attn_status showOutputs(Program &program) {
  for (uint32_t i = 0; i < program.metadata.output_count; ++i) {
    if (!program.outputPaths[i]) {
      printTensor(program.outputs[i], program.metadata.outputs[i].name);
      continue;
    }
    attn_status status = writeTensor(program.outputPaths[i], program.outputs[i], program.error, sizeof(program.error));
    if (status != ATTN_OK)
      return status;
  }
  return ATTN_OK;
}

attn_status runProgram(Program &program) {
  attn_status status = readInputs(program);
  if (status == ATTN_OK)
    status = attn_model_open(&program.model, &attn_program_code, program.weights, &program.options);
  if (status == ATTN_OK)
    status = createContext(program);
  if (status == ATTN_OK)
    status = allocateOutputs(program);
  if (status == ATTN_OK)
    status = program.benchmark ? runBenchmark(program) : runOnce(program);
  return status == ATTN_OK && !program.benchmark ? showOutputs(program) : status;
}

void release(Program &program) {
  attn_context_destroy(program.context);
  attn_model_close(program.model);
  for (uint32_t i = 0; i < program.metadata.input_count; ++i)
    free(program.inputs[i].data);
  for (uint32_t i = 0; i < program.metadata.output_count; ++i)
    free(program.outputs[i].data);
  free(program.inputs);
  free(program.outputs);
  free(program.sources);
  free(program.outputPaths);
}

template <typename T>
T *zeroed(uint32_t count) {
  return static_cast<T *>(calloc(count + 1, sizeof(T)));
}

} // namespace

int main(int count, char **arguments) {
  const attn_metadata &metadata = *attn_program_code.metadata;
  for (int i = 1; i < count; ++i) {
    if (strcmp(arguments[i], "--help") == 0)
      return printHelp(metadata), 0;
    if (strcmp(arguments[i], "--describe") == 0)
      return describe(metadata), 0;
  }
  Program program = {metadata,
                     nullptr,
                     {},
                     false,
                     zeroed<TensorSource>(metadata.input_count),
                     zeroed<const char *>(metadata.output_count),
                     zeroed<attn_tensor>(metadata.input_count),
                     zeroed<attn_tensor>(metadata.output_count),
                     nullptr,
                     nullptr,
                     {}};
  char weights[4096];
  snprintf(weights, sizeof(weights), "%s.weights", arguments[0]);
  program.weights = attn_program_code.embedded_weights ? nullptr : weights;
  program.options.size = sizeof(attn_options);
  program.options.error = program.error;
  program.options.error_size = sizeof(program.error);
  int exitCode = 1;
  if (program.sources && program.outputPaths && program.inputs && program.outputs)
    exitCode = parseArguments(program, count, arguments);
  if (!exitCode) {
    attn_status status = runProgram(program);
    if (status != ATTN_OK)
      exitCode = report(program, status);
    else if (fflush(stdout) != 0)
      exitCode = 1;
  }
  release(program);
  return exitCode;
}
