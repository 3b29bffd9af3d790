// Memory for inputs and outputs. A guarded buffer ends, or begins, at a page that faults when touched: compiled code
// that leaves it stops there, and attn-run says which buffer it was and how far the access lay outside.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace mlir::attn::run {

enum class Guard { None, End, Start };

class Buffer {
public:
  /// `name` is for messages: input "q". A guarded buffer is filled with 0xff (reals: NaN) and has no alignment but
  /// that of its end or start. Aborts if the system has no memory.
  Buffer(size_t bytes, Guard guard, std::string name);
  Buffer(Buffer &&other);
  Buffer &operator=(Buffer &&) = delete;
  ~Buffer();

  char *data() { return begin; }
  size_t size() const { return bytes; }
  /// From now on a write into a guarded buffer is a fault too.
  void makeConstant();
  /// False if something wrote beside a guarded buffer, on the pages it lies on.
  bool isIntact() const;

private:
  friend struct Faults;
  std::string name;
  size_t bytes;
  std::vector<char> plain; // when not guarded
  char *mapping = nullptr; // its first and last page are the guards
  size_t mapped = 0;
  char *begin = nullptr;
};

/// Makes a fault print one line about `program` and end the process with status 1.
void reportFaults(const std::string &program);

} // namespace mlir::attn::run
