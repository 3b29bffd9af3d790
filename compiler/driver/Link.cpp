// Objects are joined by lld or cc as child processes; archives are written here. The runtime's object files are part of
// attnc, so that nothing needs to be installed beside it.
#include "compiler/driver/Link.h"
#include "llvm/Object/ArchiveWriter.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/Program.h"
#include "llvm/Support/raw_ostream.h"

#include <cmath>
#include <dlfcn.h>
#include <gnu/libc-version.h>

// RuntimeObjects.s holds the bytes of runtime/attn_runtime.o and runtime/attn_program.o.
extern "C" const char attn_runtime_object[], attn_runtime_object_end[];
extern "C" const char attn_program_object[], attn_program_object_end[];

namespace mlir::attn {

using namespace llvm;

namespace {

StringRef runtimeObject() { return {attn_runtime_object, size_t(attn_runtime_object_end - attn_runtime_object)}; }
StringRef programObject() { return {attn_program_object, size_t(attn_program_object_end - attn_program_object)}; }

class Linker {
public:
  Linker(LinkJob &job, Outputs &outputs) : job(job), outputs(outputs) {}

  Error link() {
    if (job.kind == OutputKind::Archive)
      return writeArchive();
    for (const LinkJob::Object &object : job.objects)
      if (Error error = addObject(StringRef(object.bytes.data(), object.bytes.size())))
        return error;
    if (Error error = addObject(runtimeObject()))
      return error;
    if (job.kind == OutputKind::Executable)
      return linkExecutable();
    return job.kind == OutputKind::Shared ? linkShared() : linkRelocatable();
  }

private:
  Error addObject(StringRef bytes) {
    Expected<std::string> path = outputs.intermediate("o");
    if (!path)
      return path.takeError();
    std::error_code code;
    raw_fd_ostream os(*path, code);
    os << bytes;
    os.close();
    if (code || os.has_error()) {
      os.clear_error();
      return createStringError("can not write the temporary file '" + *path + "'"); // untested: needs a full disk
    }
    files.push_back(*path);
    return Error::success();
  }

  /// lld from the LLVM that attnc itself uses, else from PATH.
  Expected<std::string> findLld() {
    Dl_info info;
    SmallVector<std::string> folders;
    if (dladdr(reinterpret_cast<void *>(&sys::findProgramByName), &info) && info.dli_fname) {
      SmallString<256> real;
      sys::fs::real_path(info.dli_fname, real);
      StringRef folder = sys::path::parent_path(real);
      for (StringRef relative : {"../bin", "../lib/llvm-" ATTN_LLVM_MAJOR "/bin", "../llvm-" ATTN_LLVM_MAJOR "/bin"}) {
        SmallString<256> candidate(folder);
        sys::path::append(candidate, relative);
        folders.push_back(candidate.str().str());
      }
    }
    SmallVector<StringRef> paths(folders.begin(), folders.end());
    for (StringRef name : {"ld.lld", "ld.lld-" ATTN_LLVM_MAJOR}) {
      if (ErrorOr<std::string> found = sys::findProgramByName(name, paths))
        return *found;
      if (ErrorOr<std::string> found = sys::findProgramByName(name))
        return *found;
    }
    // The linker is found beside LLVM wherever LLVM is whole.
    return createStringError( // untested: needs LLVM without lld
        "no linker: ld.lld is neither beside LLVM's libraries nor on PATH; install lld-" ATTN_LLVM_MAJOR);
  }

  Error linkRelocatable() {
    Expected<std::string> lld = findLld();
    if (!lld)
      return lld.takeError();
    return run(*lld, {"-r", "-o", job.output});
  }

  Error linkShared() {
    Expected<std::string> lld = findLld();
    if (!lld)
      return lld.takeError();
    Expected<std::string> libc = libraryOf(reinterpret_cast<void *>(&gnu_get_libc_version));
    Expected<std::string> libm = libraryOf(reinterpret_cast<void *>(static_cast<double (*)(double)>(&std::erf)));
    if (!libc || !libm)
      return joinErrors(libc.takeError(), libm.takeError());
    std::string soname = sys::path::filename(job.finalName).str();
    return run(*lld,
               {"-shared", "-o", job.output, "-soname", soname, "-z", "now", "-z", "relro", "-z", "defs", "-z",
                "noexecstack", "--build-id=sha1", "--hash-style=gnu", "--gc-sections", "--as-needed"},
               {*libc, *libm});
  }

  /// The part of this process' C library that has a function: linking needs no development files.
  static Expected<std::string> libraryOf(void *function) {
    Dl_info info;
    if (!dladdr(function, &info) || !info.dli_fname)
      return createStringError("can not find the C library to link with"); // untested: every process has one
    return std::string(info.dli_fname);
  }

  Error linkExecutable() {
    if (Error error = addObject(programObject()))
      return error;
    const char *named = std::getenv("CC");
    std::string name = named && *named ? named : "cc";
    ErrorOr<std::string> compiler = sys::findProgramByName(name);
    if (!compiler)
      return createStringError("no C compiler: '" + name +
                               "' is not on PATH; an executable needs one to link with libc "
                               "(or set CC), a shared library (-o model.so) does not");
    return run(*compiler, {"-pie", "-Wl,-z,now", "-Wl,-z,relro", "-Wl,--gc-sections", "-o", job.output},
               {"-pthread", "-Wl,--as-needed", "-lm"});
  }

  Error run(StringRef program, ArrayRef<StringRef> before, ArrayRef<std::string> after = {}) {
    SmallVector<StringRef> arguments = {program};
    arguments.append(before.begin(), before.end());
    arguments.append(files.begin(), files.end());
    arguments.append(after.begin(), after.end());
    if (job.printCommands)
      print(arguments);
    if (!job.run)
      return Error::success();
    std::string message;
    int status = sys::ExecuteAndWait(program, arguments, std::nullopt, {}, 0, 0, &message);
    if (status == 0)
      return Error::success();
    return createStringError( // untested: needs a broken linker
        "linking failed: " + program +
        (message.empty() ? " ended with status " + std::to_string(status) : ": " + message));
  }

  static void print(ArrayRef<StringRef> arguments) {
    for (StringRef argument : arguments) {
      sys::printArg(errs(), argument, /*Quote=*/false);
      errs() << (argument.data() == arguments.back().data() ? "\n" : " ");
    }
  }

  /// The model and the runtime as members; deterministic: no times, no owners.
  Error writeArchive() {
    std::vector<NewArchiveMember> members;
    auto add = [&](StringRef bytes, StringRef name) { members.emplace_back(MemoryBufferRef(bytes, name)); };
    for (const LinkJob::Object &object : job.objects)
      add(StringRef(object.bytes.data(), object.bytes.size()), object.name);
    add(runtimeObject(), "attn_runtime.o");
    Expected<std::unique_ptr<MemoryBuffer>> archive = writeArchiveToBuffer(
        members, SymtabWritingMode::NormalSymtab, object::Archive::K_GNU, /*Deterministic=*/true, /*Thin=*/false);
    if (!archive)
      return archive.takeError();
    std::error_code code;
    raw_fd_ostream os(job.output, code);
    if (!code)
      os << (*archive)->getBuffer();
    os.close();
    if (code || os.has_error()) {
      os.clear_error();
      return createStringError("can not write '" + job.finalName + "'");
    }
    return Error::success();
  }

  LinkJob &job;
  Outputs &outputs;
  SmallVector<std::string> files;
};

} // namespace

Error link(LinkJob &job, Outputs &outputs) { return Linker(job, outputs).link(); }

} // namespace mlir::attn
