// Masks as expressions: the arithmetic in which MaskFormula is a Halide expression of the place.
#include <Halide.h>

#include "compiler/backends/halide/Formula.h"
#include "compiler/backends/halide/MapFuncs.h"
#include "dialect/MaskFormula.h"

namespace mlir::attn {
namespace {

using Halide::Expr;

/// What a mask's constants are at most: beyond every key, and far from the end of 32 bits.
constexpr int64_t farAway = 1 << 30;

class MaskExprs {
public:
  using Int = Expr;
  using Bool = Expr;

  MaskExprs(MaskOp op, const MapSizes &sizes, const std::vector<Halide::ImageParam> &operands, const MapPlace &place,
            MathIsa isa)
      : op(op), sizes(sizes), operands(operands), place(place), isa(isa) {}

  Int constant(int64_t value) { return static_cast<int32_t>(std::clamp(value, -farAway, farAway)); }
  Int queries() { return sizes.queries; }
  Int keys() { return sizes.keys; }
  Int batch() { return sizes.sample; }
  Int head() { return place.head; }
  Int query() { return place.query; }
  Int key() { return place.key; }
  Int diagonal(Alignment alignment) {
    return alignment == Alignment::TopLeft ? place.query : place.query + (sizes.keys - sizes.queries);
  }
  Int add(Int x, Int y) { return x + y; }
  Int sub(Int x, Int y) { return x - y; }
  Int floorDiv(Int x, int64_t by) { return x / constant(by); } // Halide rounds down
  Int rem(Int x, int64_t by) { return x % constant(by); }
  Bool less(Int x, Int y) { return x < y; }
  Bool lessEq(Int x, Int y) { return x <= y; }
  Bool equal(Int x, Int y) { return x == y; }
  Bool both(Bool x, Bool y) { return x && y; }
  Bool either(Bool x, Bool y) { return x || y; }
  Bool negate(Bool x) { return !x; }

  /// Tiles reach beyond the map: the index is moved inside.
  Int element(int64_t operand, ArrayRef<Int> at) {
    const Halide::ImageParam &tensor = operands[operand];
    std::vector<Expr> indices;
    for (int d = 0; d < tensor.dimensions(); ++d)
      indices.push_back(clamp(at[at.size() - 1 - d], 0, tensor.dim(d).extent() - 1));
    return Halide::cast<int32_t>(tensor(indices));
  }

  Bool listed(int64_t operand, Int row, Int block) {
    const Halide::ImageParam &table = operands[operand];
    int64_t columns = cast<RankedTensorType>(op.getMaskOperands()[operand].getType()).getDimSize(2);
    Bool found = Halide::cast<bool>(0);
    for (int64_t at = 0; at < columns; ++at)
      found = found || element(operand, {place.head, row, constant(at)}) == block;
    return found && row < table.dim(1).extent();
  }

  Bool edge(int64_t, int64_t) { llvm_unreachable("declined: its strategy is edges"); }

  Bool predicate(ArrayRef<int64_t> captures) {
    std::vector<Halide::ImageParam> tensors;
    for (int64_t capture : captures)
      tensors.push_back(operands[capture]);
    return formulaExpr(op.getPredicate(), {sizes.sample, place.head, place.query, place.key}, tensors, isa);
  }

private:
  MaskOp op;
  const MapSizes &sizes;
  const std::vector<Halide::ImageParam> &operands;
  const MapPlace &place;
  MathIsa isa;
};

} // namespace

PlaceExpr MapFuncs::maskExpr(MaskOp op) {
  return
      [op, isa = math(), sizes = sizes, operands = tensors.whole(op.getMaskOperands())](const MapPlace &place) mutable {
        MaskExprs arithmetic(op, sizes, operands, place, isa);
        return MaskFormula<MaskExprs>(arithmetic).visible(op.getMask());
      };
}

} // namespace mlir::attn
