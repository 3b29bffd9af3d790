// Guarded buffers and the report of a fault; see Guard.h.
#include "compiler/tools/run/Guard.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/ErrorHandling.h"
#include <csignal>
#include <cstdio>
#include <cstring>
#include <sys/mman.h>
#include <ucontext.h>
#include <unistd.h>

namespace mlir::attn::run {

static const size_t kPage = 4096;

/// What the signal handler reads. It changes only while no compiled code runs.
struct Faults {
  static std::vector<const Buffer *> buffers;
  static std::string program;

  /// The buffer on whose pages, or guards, the address lies.
  static const Buffer *owner(const char *address) {
    for (const Buffer *buffer : buffers)
      if (address >= buffer->mapping && address < buffer->mapping + buffer->mapped)
        return buffer;
    return nullptr;
  }

  [[noreturn]] static void report(int, siginfo_t *info, void *context) {
    const char *address = static_cast<const char *>(info->si_addr);
    // Bit 1 of the processor's error code: a write.
    bool isWrite = static_cast<ucontext_t *>(context)->uc_mcontext.gregs[REG_ERR] & 2;
    const char *verb = isWrite ? "writes" : "reads";
    char text[512];
    const char *from = program.c_str();
    int length;
    if (const Buffer *buffer = owner(address))
      length =
          std::snprintf(text, sizeof text, "attn-run: error: %s: the code %s byte %td of %s, which has %zu bytes\n",
                        from, verb, address - buffer->begin, buffer->name.c_str(), buffer->bytes);
    else
      length = std::snprintf(
          text, sizeof text,
          "attn-run: error: %s: the code %s address 0x%zx, outside its inputs, outputs, weights and scratch "
          "memory\n",
          from, verb, reinterpret_cast<size_t>(address));
    if (write(STDERR_FILENO, text, std::min<size_t>(length, sizeof text - 1)) < 0)
      _exit(2);
    _exit(1);
  }
};

std::vector<const Buffer *> Faults::buffers;
std::string Faults::program;

void reportFaults(const std::string &program) {
  Faults::program = program;
  struct sigaction action = {};
  action.sa_sigaction = Faults::report;
  action.sa_flags = SA_SIGINFO;
  for (int signal : {SIGSEGV, SIGBUS})
    sigaction(signal, &action, nullptr);
}

Buffer::Buffer(size_t bytes, Guard guard, std::string name) : name(std::move(name)), bytes(bytes) {
  if (guard == Guard::None) {
    plain.resize(bytes);
    begin = plain.data();
    return;
  }
  size_t inner = (bytes + kPage - 1) / kPage * kPage;
  mapped = inner + 2 * kPage;
  void *pages = mmap(nullptr, mapped, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (pages == MAP_FAILED || mprotect(static_cast<char *>(pages) + kPage, inner, PROT_READ | PROT_WRITE) != 0)
    llvm::report_bad_alloc_error("no memory for a guarded buffer");
  mapping = static_cast<char *>(pages);
  std::memset(mapping + kPage, 0xff, inner);
  begin = mapping + kPage + (guard == Guard::End ? inner - bytes : 0);
  Faults::buffers.push_back(this);
}

Buffer::Buffer(Buffer &&other)
    : name(std::move(other.name)), bytes(other.bytes), plain(std::move(other.plain)),
      mapping(std::exchange(other.mapping, nullptr)), mapped(other.mapped), begin(other.begin) {
  llvm::replace(Faults::buffers, &other, this);
}

Buffer::~Buffer() {
  if (!mapping)
    return;
  llvm::erase(Faults::buffers, this);
  munmap(mapping, mapped);
}

void Buffer::makeConstant() {
  if (mapping)
    mprotect(mapping + kPage, mapped - 2 * kPage, PROT_READ);
}

bool Buffer::isIntact() const {
  if (!mapping)
    return true;
  auto isUntouched = [](const char *from, const char *to) {
    return std::all_of(from, to, [](char byte) { return byte == char(0xff); });
  };
  return isUntouched(mapping + kPage, begin) && isUntouched(begin + bytes, mapping + mapped - kPage);
}

} // namespace mlir::attn::run
