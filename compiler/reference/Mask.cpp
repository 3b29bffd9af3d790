// mask: the formula of dialect/MaskFormula.h, evaluated with numbers at every place.
#include "compiler/reference/Ops.h"
#include "dialect/MaskFormula.h"
#include <algorithm>
#include <limits>

namespace mlir::attn::reference {
namespace {

/// One place of a map as MaskFormula asks about it.
template <class T>
struct MaskPlace {
  using Int = int64_t;
  using Bool = bool;

  int64_t b, h, i, j, queryCount, keyCount;
  Operands<T> operands;
  Formula<T> *formula;

  Int constant(int64_t value) { return value; }
  Int queries() { return queryCount; }
  Int keys() { return keyCount; }
  Int batch() { return b; }
  Int head() { return h; }
  Int query() { return i; }
  Int key() { return j; }
  Int diagonal(Alignment alignment) { return alignment == Alignment::TopLeft ? i : i + keyCount - queryCount; }
  Int add(Int x, Int y) { return x + y; }
  Int sub(Int x, Int y) { return x - y; }
  Int floorDiv(Int x, int64_t by) { return (x - rem(x, by)) / by; }
  Int rem(Int x, int64_t by) { return (x % by + by) % by; }
  Bool less(Int x, Int y) { return x < y; }
  Bool lessEq(Int x, Int y) { return x <= y; }
  Bool equal(Int x, Int y) { return x == y; }
  Bool both(Bool x, Bool y) { return x && y; }
  Bool either(Bool x, Bool y) { return x || y; }
  Bool negate(Bool x) { return !x; }

  Int element(int64_t operand, llvm::ArrayRef<Int> place) {
    const Tensor<T> &tensor = *operands[operand];
    int64_t at = 0;
    for (auto [extent, index] : llvm::zip(tensor.shape, place.take_back(tensor.shape.size())))
      at = at * extent + (extent == 1 ? 0 : index);
    return tensor.integers[at];
  }

  Bool listed(int64_t operand, Int row, Int block) {
    const Tensor<T> &table = *operands[operand];
    int64_t rows = table.shape[1], columns = table.shape[2], head = table.shape[0] == 1 ? 0 : h;
    auto first = table.integers.begin() + (head * rows + row) * columns;
    return row < rows && std::find(first, first + columns, block) != first + columns;
  }

  Bool edge(int64_t rowptr, int64_t col) {
    return llvm::is_contained(columnsOf(*operands[rowptr], *operands[col], i), j);
  }

  Bool predicate(llvm::ArrayRef<int64_t>) { return formula->evaluate({{0, b}, {0, h}, {0, i}, {0, j}}).integer != 0; }
};

/// What the verifier could not compare of one mask's operands.
template <class T>
llvm::Error checkOperands(MaskAttr mask, const Shape &map, Operands<T> operands) {
  auto mismatch = [&](llvm::ArrayRef<int64_t> shape) {
    return error(stringifyMaskKind(mask.getKind()) + " of shape " + shapeText(shape) + " for a map " + shapeText(map));
  };
  for (auto [position, operand] : llvm::enumerate(mask.getOperands())) {
    const Shape &shape = operands[operand]->shape;
    for (auto [extent, dim] : llvm::zip(shape, maskOperandDims(mask, position)))
      if (extent != map[dim])
        return mismatch(shape);
    if (mask.getKind() == MaskKind::Dense)
      for (auto [extent, size] : llvm::zip(llvm::reverse(shape), llvm::reverse(map)))
        if (extent != 1 && extent != size)
          return mismatch(shape);
    if (mask.getKind() == MaskKind::Lengths)
      if (llvm::Error outside = checkInput(*operands[operand], map[3]))
        return outside;
  }
  if (mask.getKind() == MaskKind::Graph)
    if (llvm::Error fault =
            checkGraph(*operands[mask.getOperands()[0]], *operands[mask.getOperands()[1]], map[2], map[3]))
      return fault;
  if (isOverOneSequence(mask) && map[2] != map[3])
    return mismatch(operands[mask.getOperands()[0]]->shape);
  return llvm::Error::success();
}

} // namespace

template <class T>
ExpectedTensor<T> mask(Tensor<T> scores, MaskAttr mask, Operands<T> operands, Region *predicate) {
  const Shape map = scores.shape;
  llvm::Error mismatch = llvm::Error::success();
  forEachMask(mask, [&](MaskAttr node) {
    if (!mismatch)
      mismatch = checkOperands(node, map, operands);
  });
  if (mismatch)
    return mismatch;
  std::optional<Formula<T>> formula;
  if (MaskAttr node = findPredicate(mask)) {
    auto captures = llvm::map_to_vector<4>(node.getOperands(), [&](int64_t operand) { return operands[operand]; });
    llvm::Expected<Formula<T>> read = Formula<T>::read(*predicate, captures);
    if (!read)
      return read.takeError();
    formula = std::move(*read);
  }
  scores.visible.resize(scores.reals.size(), 1);
  int64_t at = 0;
  for (int64_t b = 0; b < map[0]; ++b)
    for (int64_t h = 0; h < map[1]; ++h)
      for (int64_t i = 0; i < map[2]; ++i)
        for (int64_t j = 0; j < map[3]; ++j, ++at) {
          MaskPlace<T> place{b, h, i, j, map[2], map[3], operands, formula ? &*formula : nullptr};
          if (MaskFormula(place).visible(mask))
            continue;
          scores.visible[at] = 0;
          scores.reals[at] = -std::numeric_limits<T>::infinity();
        }
  if (llvm::Error fault = formula ? formula->fault() : llvm::Error::success())
    return fault;
  return scores;
}

#define INSTANTIATE(T) template ExpectedTensor<T> mask(Tensor<T>, MaskAttr, Operands<T>, Region *);
INSTANTIATE(float)
INSTANTIATE(double)
INSTANTIATE(long double)

} // namespace mlir::attn::reference
