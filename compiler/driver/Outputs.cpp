// Temporary files and their renaming; a signal or an early exit leaves nothing behind.
#include "compiler/driver/Outputs.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/Signals.h"
#include "llvm/Support/raw_ostream.h"

namespace mlir::attn {

using namespace llvm;

static Error cannotWrite(const Twine &path, std::error_code code) {
  return createStringError(code, "can not write '" + path + "': " + code.message());
}

Outputs::~Outputs() {
  for (const File &file : files) {
    sys::fs::remove(file.temporary);
    sys::DontRemoveFileOnSignal(file.temporary);
  }
  for (const std::string &path : intermediates) {
    sys::fs::remove(path);
    sys::DontRemoveFileOnSignal(path);
  }
}

Expected<std::string> Outputs::reserve(StringRef path, bool executable) {
  if (sys::fs::is_directory(path))
    return cannotWrite(path, std::make_error_code(std::errc::is_a_directory));
  SmallString<256> temporary;
  if (std::error_code code = sys::fs::createUniqueFile(path + ".%%%%%%.tmp", temporary))
    return cannotWrite(path, code);
  sys::RemoveFileOnSignal(temporary);
  files.push_back({temporary.str().str(), path.str(), executable});
  return files.back().temporary;
}

Error Outputs::write(StringRef path, StringRef text) {
  if (path == "-") {
    outs() << text;
    outs().flush();
    return Error::success();
  }
  Expected<std::string> temporary = reserve(path);
  if (!temporary)
    return temporary.takeError();
  std::error_code code;
  raw_fd_ostream os(*temporary, code);
  if (code)
    return cannotWrite(path, code);
  os << text;
  os.close();
  if (os.has_error()) {
    code = os.error();
    os.clear_error();
    return cannotWrite(path, code);
  }
  return Error::success();
}

Expected<std::string> Outputs::intermediate(StringRef suffix) {
  SmallString<256> path;
  if (std::error_code code = sys::fs::createTemporaryFile("attnc", suffix, path))
    return createStringError(code, "can not make a temporary file: " + code.message()); // untested: needs a full disk
  sys::RemoveFileOnSignal(path);
  intermediates.push_back(path.str().str());
  return intermediates.back();
}

/// A device or pipe is written to; renaming would replace it.
static std::error_code deliver(StringRef temporary, StringRef path) {
  sys::fs::file_status status;
  bool special = !sys::fs::status(path, status) && sys::fs::exists(status) && !sys::fs::is_regular_file(status);
  if (!special)
    return sys::fs::rename(temporary, path);
  ErrorOr<std::unique_ptr<MemoryBuffer>> data = MemoryBuffer::getFile(temporary);
  if (!data)
    return data.getError();
  std::error_code code;
  raw_fd_ostream os(path, code, sys::fs::CD_OpenExisting);
  if (!code)
    os << (*data)->getBuffer();
  return code;
}

Error Outputs::commit() {
  for (const File &file : files) {
    if (file.executable)
      sys::fs::setPermissions(file.temporary, static_cast<sys::fs::perms>(0777 & ~sys::fs::getUmask()));
    if (std::error_code code = deliver(file.temporary, file.path))
      return cannotWrite(file.path, code);
  }
  return Error::success();
}

} // namespace mlir::attn
