// dlopen, the model's prefix from the dynamic symbols, and its functions by name.
#include "compiler/tools/run/Library.h"
#include "llvm/Object/ELFObjectFile.h"
#include "llvm/Support/Path.h"
#include <dlfcn.h>

namespace mlir::attn::run {

using reference::error;

/// The M of the one dynamic symbol M_metadata that the library defines.
static llvm::Expected<std::string> modelPrefix(const std::string &path) {
  auto file = llvm::object::ObjectFile::createObjectFile(path);
  if (!file)
    return error(path + ": " + llvm::toString(file.takeError()));
  auto *elf = llvm::dyn_cast<llvm::object::ELFObjectFileBase>(file->getBinary());
  if (!elf)
    return error(path + ": not an ELF library");
  std::string found;
  for (const llvm::object::ELFSymbolRef symbol : elf->getDynamicSymbolIterators()) {
    llvm::Expected<llvm::StringRef> name = symbol.getName();
    llvm::Expected<uint32_t> flags = symbol.getFlags();
    if (!name || !flags) {
      llvm::consumeError(name.takeError());
      llvm::consumeError(flags.takeError());
      continue;
    }
    if (!name->consume_back("_metadata") || (*flags & llvm::object::SymbolRef::SF_Undefined))
      continue;
    if (!found.empty())
      return error(path + ": holds more than one model: " + found + " and " + *name);
    found = name->str();
  }
  return found.empty() ? llvm::Expected<std::string>(error(path + ": holds no model (no symbol ends in _metadata)"))
                       : found;
}

/// Sets a function pointer to the symbol of that name; null when it is missing.
template <class Function>
static bool load(Function &function, void *handle, const std::string &name) {
  return (function = reinterpret_cast<Function>(dlsym(handle, name.c_str())));
}

llvm::Expected<Library> Library::open(const std::string &path, const Setting &setting) {
  llvm::Expected<std::string> prefix = modelPrefix(path);
  if (!prefix)
    return prefix.takeError();
  Library library;
  library.path = path;
  library.setting = setting;
  llvm::SmallString<128> place(path); // without a slash dlopen would search elsewhere
  llvm::sys::path::remove_dots(place);
  if (!place.str().contains('/'))
    place.insert(place.begin(), {'.', '/'});
  library.handle = dlopen(place.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (!library.handle)
    return error(llvm::Twine("cannot load ") + dlerror());
  const attn_metadata *(*metadata)() = nullptr;
  auto &entry = library.entry;
  std::string m = *prefix + "_";
  load(entry.arenaBytes, library.handle, m + "arena_bytes_planned");
  if (!load(metadata, library.handle, m + "metadata") || !load(entry.open, library.handle, m + "open") ||
      !load(entry.close, library.handle, m + "close") || !load(entry.variant, library.handle, m + "variant") ||
      !load(entry.kernels, library.handle, m + "kernels") ||
      !load(entry.contextCreate, library.handle, m + "context_create") ||
      !load(entry.contextDestroy, library.handle, m + "context_destroy") ||
      !load(entry.outputShapes, library.handle, m + "output_shapes") || !load(entry.run, library.handle, m + "run") ||
      !load(entry.lastError, library.handle, m + "last_error"))
    return error(path + ": the interface of model " + *prefix + " is incomplete");
  library.meta = metadata();
  if (!library.meta || library.meta->abi_version != ATTN_ABI_VERSION)
    return error(path + ": was compiled for another version of the runtime");
  for (auto ports : {llvm::ArrayRef(library.meta->inputs, library.meta->input_count),
                     llvm::ArrayRef(library.meta->outputs, library.meta->output_count)})
    for (const attn_port &port : ports)
      if (port.dtype == ATTN_F16)
        return error(path + ": \"" + port.name + "\" is " + attn_dtype_name(port.dtype) +
                     ", which attn-run can not convert");
  if (llvm::Error failed = library.start())
    return failed;
  return library;
}

/// Guarded weights are copied: the page after a file's last one is not ours.
attn_options Library::runtimeOptions(char *text, size_t size) const {
  attn_options options = {};
  options.size = sizeof options;
  if (setting.guard != Guard::None)
    options.flags = ATTN_LOAD_COPY | (setting.guard == Guard::End ? ATTN_GUARD_END : ATTN_GUARD_START);
  options.threads = setting.threads;
  options.error = text;
  options.error_size = size;
  return options;
}

llvm::Error Library::start() {
  if (setting.guard != Guard::None)
    reportFaults(path);
  char text[512] = "";
  attn_options open = runtimeOptions(text, sizeof text);
  open.variant = setting.variant.empty() ? nullptr : setting.variant.c_str();
  std::string weights = setting.weights;
  if (weights.empty() || llvm::StringRef(weights).ends_with(".safetensors"))
    weights = path + ".weights"; // as attnc names them
  bool needsFile = meta->weights_bytes && !meta->weights_embedded;
  attn_status status = entry.open(&model, needsFile ? weights.c_str() : nullptr, &open);
  if (status != ATTN_OK)
    return error(*text ? text : attn_status_name(status));
  for (const char *const *name = entry.kernels(model); *name; ++name)
    kernelNames.push_back(*name);
  kernelTimes.assign(kernelNames.size(), 0);
  return llvm::Error::success();
}

/// The context is made for the inputs at hand.
llvm::Error Library::createContext() {
  std::vector<int64_t> capacity(meta->symbol_count, 0);
  for (auto [port, tensor] : llvm::zip(llvm::ArrayRef(meta->inputs, meta->input_count), in))
    for (auto [dim, more, extent] : llvm::zip(llvm::ArrayRef(port.dims, port.rank), port.more, tensor.shape))
      if (dim < 0)
        capacity[-1 - dim] = std::max<int64_t>({capacity[-1 - dim], extent - more, meta->symbols[-1 - dim].minimum, 1});
  for (auto [k, symbol] : llvm::enumerate(llvm::ArrayRef(meta->symbols, meta->symbol_count)))
    if (symbol.maximum) // a larger extent is for the model to refuse
      capacity[k] = std::min(capacity[k], symbol.maximum);
  char text[512] = "";
  attn_options create = runtimeOptions(text, sizeof text);
  create.capacity = capacity.data();
  create.capacity_count = capacity.size();
  if (setting.times && !kernelTimes.empty()) {
    create.kernel_nanoseconds = kernelTimes.data();
    create.kernel_count = kernelTimes.size();
  }
  attn_status status = entry.contextCreate(&context, model, &create);
  return status == ATTN_OK ? llvm::Error::success() : error(*text ? text : attn_status_name(status));
}

Library::Library(Library &&other)
    : entry(other.entry), path(std::move(other.path)), setting(std::move(other.setting)),
      handle(std::exchange(other.handle, nullptr)), meta(other.meta), model(std::exchange(other.model, nullptr)),
      context(std::exchange(other.context, nullptr)), in(std::move(other.in)), out(std::move(other.out)),
      buffers(std::move(other.buffers)), kernelNames(std::move(other.kernelNames)),
      kernelTimes(std::move(other.kernelTimes)) {}

Library::~Library() {
  if (context)
    entry.contextDestroy(context);
  if (model)
    entry.close(model);
  if (handle)
    dlclose(handle);
}

llvm::Error Library::failure(attn_status status) const {
  const char *text = entry.lastError(context);
  return error(text && *text ? text : attn_status_name(status));
}

static Port portOf(const attn_port &from, const attn_metadata &metadata) {
  auto dimension = [&](attn_extent extent) {
    return extent >= 0 ? std::to_string(extent) : std::string(metadata.symbols[-1 - extent].name);
  };
  Port port;
  port.name = from.name;
  port.dtype = from.dtype;
  for (int32_t d = 0; d < from.rank; ++d) {
    port.dims.push_back(dimension(from.dims[d]));
    if (int32_t more = from.more[d])
      port.dims.back() += (more < 0 ? " - " : " + ") + std::to_string(std::abs(more));
  }
  port.lower = from.checked ? from.lower : 0;
  port.below = from.checked && from.below;
  port.rising = from.checked && from.rising;
  if (from.checked && from.upper >= 0)
    port.upper = from.upper;
  else if (from.checked)
    port.upperDim = dimension(from.upper);
  return port;
}

Signature Library::signature() const {
  Signature signature{meta->name, {}, {}};
  for (const attn_port &port : llvm::ArrayRef(meta->inputs, meta->input_count))
    signature.inputs.push_back(portOf(port, *meta));
  for (const attn_port &port : llvm::ArrayRef(meta->outputs, meta->output_count))
    signature.outputs.push_back(portOf(port, *meta));
  return signature;
}

llvm::Error Library::bind(llvm::ArrayRef<Array> inputs) {
  in.assign(inputs.size(), {});
  out.assign(meta->output_count, {});
  buffers.clear();
  for (auto [i, input] : llvm::enumerate(inputs)) {
    std::vector<char> bytes = toBytes(input, meta->inputs[i].dtype);
    Buffer &buffer =
        buffers.emplace_back(bytes.size(), setting.guard, std::string("input \"") + meta->inputs[i].name + "\"");
    llvm::copy(bytes, buffer.data());
    buffer.makeConstant();
    in[i].size = sizeof(attn_tensor);
    in[i].dtype = meta->inputs[i].dtype;
    in[i].rank = input.shape.size();
    llvm::copy(input.shape, in[i].shape);
    in[i].bytes = bytes.size();
    in[i].data = buffer.data();
  }
  for (attn_tensor &tensor : out)
    tensor.size = sizeof(attn_tensor);
  if (!context)
    if (llvm::Error failed = createContext())
      return failed;
  if (attn_status status = entry.outputShapes(context, in.data(), in.size(), out.data(), out.size()))
    return failure(status);
  for (auto [port, tensor] : llvm::zip(llvm::ArrayRef(meta->outputs, meta->output_count), out))
    tensor.data = buffers.emplace_back(tensor.bytes, setting.guard, std::string("output \"") + port.name + "\"").data();
  return llvm::Error::success();
}

llvm::Error Library::run() {
  attn_status status = entry.run(context, in.data(), in.size(), out.data(), out.size());
  if (status != ATTN_OK)
    return failure(status);
  for (auto [port, buffer] :
       llvm::zip(llvm::ArrayRef(meta->outputs, meta->output_count), llvm::drop_begin(buffers, meta->input_count)))
    if (!buffer.isIntact())
      return error(path + ": the code writes beside output \"" + port.name + "\"");
  return llvm::Error::success();
}

std::vector<Array> Library::results() const {
  std::vector<Array> arrays;
  for (const attn_tensor &tensor : out)
    arrays.push_back(fromBytes(tensor.data, llvm::ArrayRef(tensor.shape, tensor.rank), tensor.dtype));
  return arrays;
}

} // namespace mlir::attn::run
