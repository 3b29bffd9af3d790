// Reading the model's text within bounds; see the header.
#include "compiler/driver/Input.h"
#include "llvm/ADT/StringExtras.h"

namespace mlir::attn {

llvm::Expected<std::unique_ptr<llvm::MemoryBuffer>> readInput(llvm::StringRef path) {
  auto buffer = llvm::MemoryBuffer::getFileOrSTDIN(path, /*IsText=*/false, /*RequiresNullTerminator=*/true);
  if (!buffer)
    return llvm::createStringError("can not read '" + path + "': " + buffer.getError().message());
  if ((*buffer)->getBufferSize() > kMaxInputBytes)
    return llvm::createStringError("can not read '" + path +
                                   "': larger than 64 MB; weights belong in a safetensors file");
  return std::move(*buffer);
}

unsigned tooDeepAt(llvm::StringRef text) {
  unsigned depth = 0, negations = 0, line = 1;
  for (size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (c == '\n')
      ++line;
    else if (c == '"') // a string ends at its quote or its line
      for (++i; i < text.size() && text[i] != '"' && text[i] != '\n'; ++i)
        i += text[i] == '\\';
    else if (c == '/' && text.substr(i).starts_with("//"))
      i = std::min(text.find('\n', i), text.size()) - 1;
    else if (c == '(' || c == '[' || c == '{' || c == '<')
      ++depth;
    else if (c == ')' || c == ']' || c == '}' || (c == '>' && i && text[i - 1] != '-'))
      depth -= depth > 0;
    else if (llvm::isAlpha(c)) {
      llvm::StringRef word = text.substr(i).take_while([](char x) { return llvm::isAlnum(x) || x == '_'; });
      negations = word == "not" ? negations + 1 : 0;
      i += word.size() - 1;
    }
    if (depth > kMaxNesting || negations > kMaxNesting)
      return line;
  }
  return 0;
}

} // namespace mlir::attn
