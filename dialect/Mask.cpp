// The text form of masks: `causal(bottom_right) and not window(4, 0, top_left) or lengths(%n)`.
//   or-expression  := and-expression { `or` and-expression }
//   and-expression := factor { `and` factor }
//   factor         := `not` factor | `(` or-expression `)` | atom
//   atom           := word `(` numbers or operands `)` | `predicate`
#include "dialect/AttnAttrs.h"
#include "mlir/IR/Builders.h"

namespace mlir::attn {
namespace {

// Deeper expressions are refused, so that a hostile file cannot exhaust the stack.
constexpr int maxDepth = 64;

/// How many numbers a mask has that is written as nothing but its word and numbers; 0 for others.
int numberCount(MaskKind kind) {
  switch (kind) {
  case MaskKind::Prefix:
  case MaskKind::Strided:
    return 1;
  case MaskKind::Fixed:
    return 2;
  case MaskKind::Grid:
  case MaskKind::Axial:
    return 3;
  default:
    return 0;
  }
}

/// The word that a mask begins with.
StringRef wordOf(MaskKind kind) { return kind == MaskKind::Flags ? "global" : stringifyMaskKind(kind); }

bool isAtom(MaskKind kind) { return kind != MaskKind::And && kind != MaskKind::Or && kind != MaskKind::Not; }

class MaskParser {
public:
  MaskParser(AsmParser &parser, function_ref<OptionalParseResult(int64_t &)> operand)
      : parser(parser), operand(operand) {}

  FailureOr<MaskAttr> parseOr() { return parseChain("or", MaskKind::Or, &MaskParser::parseAnd); }

private:
  FailureOr<MaskAttr> parseAnd() { return parseChain("and", MaskKind::And, &MaskParser::parseFactor); }

  FailureOr<MaskAttr> parseChain(StringRef word, MaskKind kind, FailureOr<MaskAttr> (MaskParser::*next)()) {
    SmallVector<MaskAttr> children;
    do {
      FailureOr<MaskAttr> child = (this->*next)();
      if (failed(child))
        return failure();
      children.push_back(*child);
    } while (succeeded(parser.parseOptionalKeyword(word)));
    return children.size() == 1 ? children[0] : MaskAttr::get(parser.getContext(), kind, {}, {}, children);
  }

  FailureOr<MaskAttr> parseFactor() {
    if (++depth > maxDepth)
      return parser.emitError(parser.getCurrentLocation()) << "mask expression is nested deeper than " << maxDepth;
    FailureOr<MaskAttr> result = parseFactorInner();
    --depth;
    return result;
  }

  FailureOr<MaskAttr> parseFactorInner() {
    if (succeeded(parser.parseOptionalKeyword("not"))) {
      FailureOr<MaskAttr> child = parseFactor();
      if (failed(child))
        return failure();
      return MaskAttr::get(parser.getContext(), MaskKind::Not, {}, {}, {*child});
    }
    if (succeeded(parser.parseOptionalLParen())) {
      FailureOr<MaskAttr> inner = parseOr();
      if (failed(inner) || parser.parseRParen())
        return failure();
      return inner;
    }
    return parseAtom();
  }

  FailureOr<MaskAttr> parseAtom() {
    SMLoc location = parser.getCurrentLocation();
    StringRef word;
    if (parser.parseKeyword(&word))
      return failure();
    std::optional<MaskKind> kind = symbolizeMaskKind(word);
    if (!kind || !isAtom(*kind) || *kind == MaskKind::Flags) {
      InFlightDiagnostic error = parser.emitError(location) << "unknown mask '" << word << "'; known: ";
      llvm::interleaveComma(llvm::make_filter_range(llvm::seq<uint32_t>(0, getMaxEnumValForMaskKind() + 1), isListed),
                            error, [&](uint32_t known) { error << wordOf(static_cast<MaskKind>(known)); });
      return error;
    }
    SmallVector<int64_t> values, operands;
    bool bare = *kind == MaskKind::Predicate && failed(parser.parseOptionalLParen());
    if (!bare && ((*kind != MaskKind::Predicate && parser.parseLParen()) || parseContent(*kind, values, operands) ||
                  parser.parseRParen()))
      return failure();
    auto mask = MaskAttr::getChecked([&] { return parser.emitError(location); }, parser.getContext(), *kind,
                                     ArrayRef<int64_t>(values), ArrayRef<int64_t>(operands), ArrayRef<MaskAttr>());
    if (!mask)
      return failure();
    return mask;
  }

  static bool isListed(uint32_t kind) {
    return isAtom(static_cast<MaskKind>(kind)) && static_cast<MaskKind>(kind) != MaskKind::Flags;
  }

  /// What stands in the parentheses of an atom.
  ParseResult parseContent(MaskKind &kind, SmallVectorImpl<int64_t> &values, SmallVectorImpl<int64_t> &operands) {
    switch (kind) {
    case MaskKind::Causal:
      return parseAlignment(values);
    case MaskKind::Window:
      return parseWindow(values);
    case MaskKind::Segments:
      return failure(parseOperand(operands) || (succeeded(parser.parseOptionalComma()) && parseOperand(operands)));
    case MaskKind::Lengths:
    case MaskKind::Dense:
      return parseOperand(operands);
    case MaskKind::Predicate:
      return parser.parseCommaSeparatedList([&] { return parseOperand(operands); });
    case MaskKind::Graph:
      return failure(parseOperand(operands) || parser.parseComma() || parseOperand(operands));
    case MaskKind::Listed:
      return failure(parseOperand(operands) || parser.parseComma() || parser.parseInteger(values.emplace_back()));
    case MaskKind::Blocks:
      return parseBlocks(values);
    case MaskKind::Global:
      if (OptionalParseResult flags = operand(operands.emplace_back()); flags.has_value()) {
        kind = MaskKind::Flags;
        return *flags;
      }
      operands.clear();
      return parseGlobal(values);
    default:
      return parseNumbers(values, numberCount(kind));
    }
  }

  ParseResult parseNumbers(SmallVectorImpl<int64_t> &values, int count) {
    for (int number = 0; number < count; ++number)
      if ((number && parser.parseComma()) || parser.parseInteger(values.emplace_back()))
        return failure();
    return success();
  }

  /// Queries and keys in a block, blocks to the left and right; or one number for blocks of both, alone.
  ParseResult parseBlocks(SmallVectorImpl<int64_t> &values) {
    if (parser.parseInteger(values.emplace_back()))
      return failure();
    if (succeeded(parser.parseOptionalComma()))
      return parseNumbers(values, 3);
    values.append({values[0], 0, 0});
    return success();
  }

  /// First tokens and, if there are any, last ones.
  ParseResult parseGlobal(SmallVectorImpl<int64_t> &values) {
    if (parser.parseInteger(values.emplace_back()))
      return failure();
    values.push_back(0);
    return failure(succeeded(parser.parseOptionalComma()) && parser.parseInteger(values.back()));
  }

  ParseResult parseOperand(SmallVectorImpl<int64_t> &operands) {
    SMLoc location = parser.getCurrentLocation();
    OptionalParseResult parsed = operand(operands.emplace_back());
    return parsed.has_value() ? *parsed : parser.emitError(location) << "expected an operand";
  }

  /// left, right, alignment and, if it is not 1, the step.
  ParseResult parseWindow(SmallVectorImpl<int64_t> &values) {
    if (parser.parseInteger(values.emplace_back()) || parser.parseComma() ||
        parser.parseInteger(values.emplace_back()) || parser.parseComma() || parseAlignment(values))
      return failure();
    values.push_back(1);
    return failure(succeeded(parser.parseOptionalComma()) && parser.parseInteger(values.back()));
  }

  ParseResult parseAlignment(SmallVectorImpl<int64_t> &values) {
    SMLoc location = parser.getCurrentLocation();
    StringRef word;
    if (parser.parseKeyword(&word))
      return failure();
    std::optional<Alignment> alignment = symbolizeAlignment(word);
    if (!alignment)
      return parser.emitError(location) << "expected an alignment, top_left or bottom_right, got '" << word << "'";
    values.push_back(static_cast<int64_t>(*alignment));
    return success();
  }

  AsmParser &parser;
  function_ref<OptionalParseResult(int64_t &)> operand;
  int depth = 0;
};

/// The numbers and operands in the parentheses of an atom.
void printContent(llvm::raw_ostream &os, MaskAttr mask, function_ref<void(int64_t)> operand) {
  ArrayRef<int64_t> values = mask.getValues();
  auto alignment = [&](int64_t value) { os << stringifyAlignment(static_cast<Alignment>(value)); };
  if (mask.getKind() == MaskKind::Causal)
    return alignment(values[0]);
  if (mask.getKind() == MaskKind::Window) {
    os << values[0] << ", " << values[1] << ", ";
    alignment(values[2]);
    if (values[3] != 1)
      os << ", " << values[3];
    return;
  }
  bool isShort = (mask.getKind() == MaskKind::Global && values[1] == 0) ||
                 (mask.getKind() == MaskKind::Blocks && values.drop_front() == ArrayRef<int64_t>({values[0], 0, 0}));
  llvm::interleave(mask.getOperands(), operand, [&] { os << ", "; });
  if (!mask.getOperands().empty() && !values.empty())
    os << ", ";
  llvm::interleaveComma(isShort ? values.take_front() : values, os);
}

void printNode(llvm::raw_ostream &os, MaskAttr mask, function_ref<void(int64_t)> operand, int binding) {
  if (isAtom(mask.getKind())) {
    os << wordOf(mask.getKind());
    if (mask.getValues().empty() && mask.getOperands().empty())
      return;
    os << "(";
    printContent(os, mask, operand);
    os << ")";
    return;
  }
  if (mask.getKind() == MaskKind::Not) {
    os << "not ";
    return printNode(os, mask.getChildren()[0], operand, 3);
  }
  int own = mask.getKind() == MaskKind::And ? 2 : 1;
  if (own <= binding)
    os << "(";
  llvm::interleave(
      mask.getChildren(), [&](MaskAttr child) { printNode(os, child, operand, own); },
      [&] { os << (own == 2 ? " and " : " or "); });
  if (own <= binding)
    os << ")";
}

} // namespace

FailureOr<MaskAttr> parseMask(AsmParser &parser, function_ref<OptionalParseResult(int64_t &)> operand) {
  return MaskParser(parser, operand).parseOr();
}

void printMask(llvm::raw_ostream &os, MaskAttr mask, function_ref<void(int64_t)> operand) {
  printNode(os, mask, operand, 0);
}

void forEachMask(MaskAttr mask, function_ref<void(MaskAttr)> visit) {
  visit(mask);
  for (MaskAttr child : mask.getChildren())
    forEachMask(child, visit);
}

int64_t maskOperandCount(MaskAttr mask) {
  int64_t count = 0;
  forEachMask(mask, [&](MaskAttr node) {
    for (int64_t operand : node.getOperands())
      count = std::max(count, operand + 1);
  });
  return count;
}

MaskAttr findPredicate(MaskAttr mask) {
  MaskAttr found;
  forEachMask(mask, [&](MaskAttr node) { found = node.getKind() == MaskKind::Predicate ? node : found; });
  return found;
}

MaskAttr renumberOperands(MaskAttr mask, function_ref<int64_t(int64_t)> number) {
  SmallVector<int64_t> operands = llvm::map_to_vector(mask.getOperands(), number);
  SmallVector<MaskAttr> children =
      llvm::map_to_vector(mask.getChildren(), [&](MaskAttr child) { return renumberOperands(child, number); });
  return MaskAttr::get(mask.getContext(), mask.getKind(), mask.getValues(), operands, children);
}

int64_t windowReach(int64_t size, int64_t step) {
  constexpr int64_t most = int64_t(1) << 32;
  return size > most / step ? most : size * step;
}

ArrayRef<int64_t> maskOperandDims(MaskAttr mask, unsigned position) {
  static constexpr int64_t sample[] = {0}, query[] = {0, 2}, key[] = {0, 3};
  switch (mask.getKind()) {
  case MaskKind::Lengths:
    return sample;
  case MaskKind::Flags:
    return query;
  case MaskKind::Segments:
    return position == 0 ? ArrayRef<int64_t>(query) : key;
  default:
    return {};
  }
}

bool isOverOneSequence(MaskAttr mask) {
  return mask.getKind() == MaskKind::Flags || (mask.getKind() == MaskKind::Segments && mask.getOperands().size() == 1);
}

std::optional<int64_t> maskPixels(MaskAttr mask) {
  if (mask.getKind() != MaskKind::Grid && mask.getKind() != MaskKind::Axial)
    return std::nullopt;
  return mask.getValues()[0] * mask.getValues()[1];
}

// Numbers that count tokens are below 2^31, as extents are; only window sizes and prefixes may be larger.
LogicalResult MaskAttr::verify(function_ref<InFlightDiagnostic()> emitError, MaskKind kind, ArrayRef<int64_t> values,
                               ArrayRef<int64_t>, ArrayRef<MaskAttr>) {
  constexpr int64_t limit = int64_t(1) << 31;
  auto isCount = [&](int64_t value) { return 1 <= value && value < limit; };
  switch (kind) {
  case MaskKind::Window:
    if (values[0] < 0 || values[1] < 0)
      return emitError() << "expected window sizes that are not negative, got " << values[0] << " and " << values[1];
    if (!isCount(values[3]))
      return emitError() << "expected a window step from 1 to 2^31 - 1, got " << values[3];
    return success();
  case MaskKind::Prefix:
    return values[0] < 0 ? emitError() << "expected a prefix that is not negative, got " << values[0] : success();
  case MaskKind::Global:
    for (int64_t count : values)
      if (count < 0 || count >= limit)
        return emitError() << "expected 0 to 2^31 - 1 global tokens, got " << count;
    return success();
  case MaskKind::Blocks:
  case MaskKind::Listed:
    for (int64_t size : values.take_front(2))
      if (!isCount(size))
        return emitError() << "expected blocks of 1 to 2^31 - 1 tokens, got " << size;
    for (int64_t neighbours : values.drop_front(std::min<size_t>(values.size(), 2)))
      if (neighbours < 0 || neighbours >= limit)
        return emitError() << "expected 0 to 2^31 - 1 neighbours, got " << neighbours;
    return success();
  case MaskKind::Strided:
  case MaskKind::Fixed:
    if (!isCount(values[0]))
      return emitError() << "expected a stride from 1 to 2^31 - 1, got " << values[0];
    if (kind == MaskKind::Fixed && (values[1] < 0 || values[1] > values[0]))
      return emitError() << "expected 0 to " << values[0] << " visible keys of each stride, got " << values[1];
    return success();
  case MaskKind::Grid:
  case MaskKind::Axial:
    if (!isCount(values[0]) || !isCount(values[1]) || !isCount(values[0] * values[1]))
      return emitError() << "expected an image of 1 to 2^31 - 1 pixels, got " << values[0] << " x " << values[1];
    if (kind == MaskKind::Grid && (!isCount(values[2]) || values[2] % 2 == 0))
      return emitError() << "expected an odd kernel from 1 to 2^31 - 1, got " << values[2];
    if (kind == MaskKind::Axial && values[2] != 0 && values[2] != 1)
      return emitError() << "expected axis 0, a column, or 1, a row, got " << values[2];
    return success();
  default:
    return success();
  }
}

Attribute MaskAttr::parse(AsmParser &parser, Type) {
  auto operand = [&](int64_t &index) -> OptionalParseResult {
    if (failed(parser.parseOptionalKeyword("operand")))
      return std::nullopt;
    SMLoc location = parser.getCurrentLocation();
    if (parser.parseInteger(index))
      return failure();
    if (index < 0 || index > 255)
      return parser.emitError(location) << "expected a mask operand index from 0 to 255, got " << index;
    return success();
  };
  if (parser.parseLess())
    return {};
  FailureOr<MaskAttr> mask = parseMask(parser, operand);
  if (failed(mask) || parser.parseGreater())
    return {};
  return *mask;
}

void MaskAttr::print(AsmPrinter &printer) const {
  printer << "<";
  printMask(printer.getStream(), *this, [&](int64_t index) { printer << "operand " << index; });
  printer << ">";
}

} // namespace mlir::attn
