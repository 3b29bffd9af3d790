// rearrange: numbers to other places by a formula. A row of the result is taken apart into runs whose numbers lie one
// after the other, or are one number, in the input, whatever the rest of the place is; only then are vectors moved:
//   c mod 64, n + c floordiv 64 - 1   ==>   runs of 64
#include "compiler/backends/llvm/OrderKernel.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include <numeric>

namespace mlir::attn {
namespace {

// Numbers that one task moves.
constexpr int64_t movedNumbers = 16384;

/// An expression of the place where its last dimension c is run * k + r, 0 <= r < run: base + slope * r.
struct InRun {
  AffineExpr base;
  int64_t slope;
};

/// Nothing where the expression is not of that form for every k and every other dimension.
std::optional<InRun> inRun(AffineExpr expr, unsigned column, int64_t run) {
  if (auto dim = dyn_cast<AffineDimExpr>(expr))
    return dim.getPosition() == column ? InRun{dim * run, 1} : InRun{dim, 0};
  auto binary = dyn_cast<AffineBinaryOpExpr>(expr);
  if (!binary)
    return InRun{expr, 0};
  std::optional<InRun> x = inRun(binary.getLHS(), column, run), y = inRun(binary.getRHS(), column, run);
  if (!x || !y)
    return std::nullopt;
  if (expr.getKind() == AffineExprKind::Add)
    return InRun{x->base + y->base, x->slope + y->slope};
  int64_t factor = cast<AffineConstantExpr>(binary.getRHS()).getValue(); // there are no products of dimensions
  if (expr.getKind() == AffineExprKind::Mul)
    return InRun{x->base * factor, x->slope * factor};
  if (x->slope == 0)
    return InRun{getAffineBinaryOpExpr(expr.getKind(), x->base, binary.getRHS()), 0};
  // The base is a multiple of a divisor of the factor, and what r adds is less: it never completes another factor.
  int64_t divisor = std::gcd(x->base.getLargestKnownDivisor(), factor);
  if (x->slope < 0 || x->slope * (run - 1) >= divisor || expr.getKind() == AffineExprKind::CeilDiv)
    return std::nullopt;
  bool isMod = expr.getKind() == AffineExprKind::Mod;
  return isMod ? InRun{x->base % factor, x->slope} : InRun{x->base.floorDiv(factor), 0};
}

/// How the rows of a result are made.
struct RunPlan {
  int64_t length = 1;
  bool repeats = false;         // one number
  SmallVector<AffineExpr> base; // of its first number, by the place with k for the last dimension

  /// Where rows have a width that is known at run time only, numbers are moved one by one.
  explicit RunPlan(RearrangeOp op) {
    AffineMap from = op.getFrom();
    int64_t width = op.getType().getShape().back(); // negative where it is not known
    for (int64_t run = width; run > 1; --run)
      if (width % run == 0 && take(from, run))
        return;
    base.assign(from.getResults().begin(), from.getResults().end());
  }

private:
  bool take(AffineMap from, int64_t run) {
    SmallVector<AffineExpr> starts;
    int64_t slope = 0;
    for (auto [index, expr] : llvm::enumerate(from.getResults())) {
      std::optional<InRun> found = inRun(expr, from.getNumDims() - 1, run);
      bool isLast = index + 1 == from.getNumResults();
      if (!found || (isLast ? found->slope != 0 && found->slope != 1 : found->slope != 0))
        return false;
      slope = found->slope;
      starts.push_back(found->base);
    }
    length = run;
    repeats = slope == 0;
    base = starts;
    return true;
  }
};

/// A formula of a place, in numbers that wrap.
Value evaluateAt(CodeBuilder &code, AffineExpr expr, ArrayRef<Value> place) {
  if (auto constant = dyn_cast<AffineConstantExpr>(expr))
    return code.constant(constant.getValue());
  if (auto dim = dyn_cast<AffineDimExpr>(expr))
    return place[dim.getPosition()];
  auto binary = cast<AffineBinaryOpExpr>(expr);
  Value x = evaluateAt(code, binary.getLHS(), place), y = evaluateAt(code, binary.getRHS(), place);
  switch (expr.getKind()) {
  case AffineExprKind::Add:
    return code.add(x, y);
  case AffineExprKind::Mul:
    return code.mul(x, y);
  case AffineExprKind::Mod:
    return code.remFloor(x, cast<AffineConstantExpr>(binary.getRHS()).getValue());
  case AffineExprKind::CeilDiv:
    return arith::CeilDivSIOp::create(code.b, x, y);
  default:
    return arith::FloorDivSIOp::create(code.b, x, y);
  }
}

} // namespace

/// One run: its numbers from the input, 0 where that has none.
void OrderKernel::moveRun(CodeBuilder &code, const KernelScope &scope, ArrayRef<Value> from, Value to, int64_t length,
                          bool repeats) {
  Value source = op.getOperand(0), exists, row = code.constant(0), none = code.constant(0);
  auto within = [&](Value index, Value extent) {
    Value inside = code.both(code.lessEq(none, index), code.less(index, extent));
    exists = exists ? code.both(exists, inside) : inside;
  };
  for (auto [d, index] : llvm::enumerate(from.drop_back())) {
    Value size = extent(code, scope, source, d);
    within(index, size);
    row = code.add(code.mul(row, size), index);
  }
  if (from.empty())
    exists = code.lessEq(none, none);
  Value first = from.empty() ? none : from.back();
  Value width = from.empty() ? code.constant(1) : extent(code, scope, source, from.size() - 1);
  Value start = code.offset(input(scope, 0), code.mul(row, width));
  if (length == 1 || repeats) {
    within(first, width);
    return code.branch(
        exists,
        [&] {
          Value number = code.load(code.number(), code.offset(start, first));
          if (length == 1)
            return code.store(number, to);
          forColumns(code, length, [&](Value column, Value mask) {
            code.storeVector(code.splat(number), code.offset(to, column), mask);
          });
        },
        [&] {
          if (length == 1)
            return code.store(code.real(0), to);
          zeroRun(code, to, none, code.constant(length));
        });
  }
  Value end = code.add(first, length);
  Value whole = code.both(code.lessEq(none, first), code.lessEq(end, width));
  whole = exists ? code.both(exists, whole) : whole;
  code.branch(
      whole, [&] { copyRow(code, code.offset(start, first), to, length); },
      [&] {
        // Some of the run may lie in the row.
        Value all = code.constant(length);
        Value begin = code.max(none, code.min(all, code.sub(none, first)));
        Value stop = code.max(begin, code.min(all, code.sub(width, first)));
        if (exists)
          stop = code.select(exists, stop, begin);
        zeroRun(code, to, none, begin);
        copyRun(code, code.offset(start, first), to, begin, stop);
        zeroRun(code, to, stop, all);
      });
}

void OrderKernel::rearrange(RearrangeOp rearrange) {
  RunPlan plan(rearrange);
  Value result = rearrange.getResult();
  int64_t known = shapeOf(result).back(), rank = shapeOf(result).size();
  forEach(std::max<int64_t>(movedNumbers / std::max<int64_t>(known, 256), 1), rowsOf(result, 1),
          [&](CodeBuilder &code, const KernelScope &scope, Value row, Value) {
            SmallVector<Value> place(rank);
            Value rest = row;
            for (int64_t d = rank - 2; d >= 0; --d) {
              Value size = extent(code, scope, result, d);
              place[d] = d ? code.rem(rest, size) : rest;
              rest = d ? code.div(rest, size) : rest;
            }
            Value width = extent(code, scope, result, rank - 1);
            Value to = code.offset(kernel.result(scope, 0), code.mul(row, width));
            code.loop(code.constant(0), code.div(width, code.constant(plan.length)), 1, [&](Value run) {
              place[rank - 1] = run;
              SmallVector<Value> from =
                  llvm::map_to_vector(plan.base, [&](AffineExpr expr) { return evaluateAt(code, expr, place); });
              moveRun(code, scope, from, code.offset(to, code.mul(run, plan.length)), plan.length, plan.repeats);
            });
          });
}

} // namespace mlir::attn
