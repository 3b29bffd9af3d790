// The text form of masks: `causal(bottom_right) and not window(4, 0, top_left) or lengths(%n)`.
//   or-expression  := and-expression { `or` and-expression }
//   and-expression := factor { `and` factor }
//   factor         := `not` factor | `(` or-expression `)` | atom
#include "dialect/AttnAttrs.h"
#include "mlir/IR/Builders.h"

namespace mlir::attn {
namespace {

// Deeper expressions are refused, so that a hostile file cannot exhaust the stack.
constexpr int maxDepth = 64;

class MaskParser {
public:
  MaskParser(AsmParser &parser, function_ref<FailureOr<int64_t>()> operand) : parser(parser), operand(operand) {}

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
    return children.size() == 1 ? children[0] : MaskAttr::get(parser.getContext(), kind, {}, children);
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
      return MaskAttr::get(parser.getContext(), MaskKind::Not, {}, {*child});
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
    SmallVector<int64_t> values;
    if (parser.parseKeyword(&word) || parser.parseLParen())
      return failure();
    MaskKind kind;
    if (word == "causal") {
      kind = MaskKind::Causal;
      if (parseAlignment(values))
        return failure();
    } else if (word == "window") {
      kind = MaskKind::Window;
      values.assign(2, 0);
      if (parser.parseInteger(values[0]) || parser.parseComma() || parser.parseInteger(values[1]) ||
          parser.parseComma() || parseAlignment(values))
        return failure();
      if (values[0] < 0 || values[1] < 0)
        return parser.emitError(location)
               << "expected window sizes that are not negative, got " << values[0] << " and " << values[1];
    } else if (word == "prefix") {
      kind = MaskKind::Prefix;
      if (parser.parseInteger(values.emplace_back()))
        return failure();
      if (values[0] < 0)
        return parser.emitError(location) << "expected a prefix that is not negative, got " << values[0];
    } else if (word == "lengths") {
      kind = MaskKind::Lengths;
      FailureOr<int64_t> index = operand();
      if (failed(index))
        return failure();
      values.push_back(*index);
    } else {
      return parser.emitError(location) << "unknown mask '" << word << "'; known: causal, window, prefix, lengths";
    }
    if (parser.parseRParen())
      return failure();
    return MaskAttr::get(parser.getContext(), kind, values, {});
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
  function_ref<FailureOr<int64_t>()> operand;
  int depth = 0;
};

void printNode(llvm::raw_ostream &os, MaskAttr mask, function_ref<void(int64_t)> operand, int binding) {
  ArrayRef<int64_t> values = mask.getValues();
  auto alignment = [&](int64_t value) { os << stringifyAlignment(static_cast<Alignment>(value)); };
  switch (mask.getKind()) {
  case MaskKind::Causal:
    os << "causal(";
    alignment(values[0]);
    os << ")";
    return;
  case MaskKind::Window:
    os << "window(" << values[0] << ", " << values[1] << ", ";
    alignment(values[2]);
    os << ")";
    return;
  case MaskKind::Prefix:
    os << "prefix(" << values[0] << ")";
    return;
  case MaskKind::Lengths:
    os << "lengths(";
    operand(values[0]);
    os << ")";
    return;
  case MaskKind::Not:
    os << "not ";
    printNode(os, mask.getChildren()[0], operand, 3);
    return;
  case MaskKind::And:
  case MaskKind::Or: {
    int own = mask.getKind() == MaskKind::And ? 2 : 1;
    if (own <= binding)
      os << "(";
    llvm::interleave(
        mask.getChildren(), [&](MaskAttr child) { printNode(os, child, operand, own); },
        [&] { os << (own == 2 ? " and " : " or "); });
    if (own <= binding)
      os << ")";
    return;
  }
  }
}

} // namespace

FailureOr<MaskAttr> parseMask(AsmParser &parser, function_ref<FailureOr<int64_t>()> operand) {
  return MaskParser(parser, operand).parseOr();
}

void printMask(llvm::raw_ostream &os, MaskAttr mask, function_ref<void(int64_t)> operand) {
  printNode(os, mask, operand, 0);
}

int64_t maskOperandCount(MaskAttr mask) {
  int64_t count = mask.getKind() == MaskKind::Lengths ? mask.getValues()[0] + 1 : 0;
  for (MaskAttr child : mask.getChildren())
    count = std::max(count, maskOperandCount(child));
  return count;
}

Attribute MaskAttr::parse(AsmParser &parser, Type) {
  auto operand = [&]() -> FailureOr<int64_t> {
    // `$0` is not one token of the lexer, so an operand is written as a plain index.
    int64_t index = 0;
    SMLoc location = parser.getCurrentLocation();
    if (parser.parseInteger(index))
      return failure();
    if (index < 0 || index > 255)
      return parser.emitError(location) << "expected a mask operand index from 0 to 255, got " << index;
    return index;
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
  printMask(printer.getStream(), *this, [&](int64_t index) { printer << index; });
  printer << ">";
}

} // namespace mlir::attn
