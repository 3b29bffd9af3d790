// Normalisers of a strip. A group is the places that share a normalisation: the keys of a query, lane after lane, or
// the heads of a place, where every lane is a group of its own. Each kind is three steps over the group:
//   reduce scores -> numbers of the group;   score -> unscaled weight, reduced too;   weight times a factor
#include "compiler/backends/llvm/ExpandMath.h"
#include "compiler/backends/llvm/StripKernel.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include <cmath>

namespace mlir::attn {
namespace {

/// Where a vector of a group's places is read and written; lanes outside `valid` (null: all are) do not exist.
struct GroupPlaces {
  Value source, target, valid;
};

class GroupCode {
public:
  using Step = llvm::function_ref<Value(const GroupPlaces &, Value state)>;
  using Each = std::function<Value(Value initial, Step step)>;

  GroupCode(CodeBuilder &code, MathIsa isa, NormalizeOp op, Hidden hidden, bool alongLanes, Value sink, Each each)
      : code(code), op(op), hidden(hidden), alongLanes(alongLanes), sink(sink), each(std::move(each)) {
    options.isa = isa;
  }

  void build() {
    switch (op.getKind()) {
    case Normalizer::Softmax:
    case Normalizer::SoftmaxOne:
      return softmax();
    case Normalizer::Sum:
    case Normalizer::ReluSum:
      return scale(inverse(code.fmaxFast(total(rewrite()), code.splatReal(op.getEps().convertToDouble()))));
    case Normalizer::ReluMean:
    case Normalizer::Relu2Mean: {
      Value count = total(countVisible());
      rewrite();
      return scale(inverse(count));
    }
    case Normalizer::Sigmoid:
    case Normalizer::None:
      rewrite();
    }
  }

private:
  /// exp(x) for x <= 0.
  Value exponential(Value x) {
    return buildFastExp2(code.b, code.b.getLoc(), code.fmul(x, code.splatReal(M_LOG2E)), options);
  }
  Value equals(Value x, double y) {
    return arith::CmpFOp::create(code.b, arith::CmpFPredicate::OEQ, x, code.splatReal(y));
  }
  /// 1 / x, and 0 for 0.
  Value inverse(Value x) { return code.select(equals(x, 0), code.zeros(), code.fdiv(code.splatReal(1), x)); }
  Value total(Value sums) { return alongLanes ? code.splat(code.sumLanes(sums)) : sums; }

  /// The score at a place, -inf where it is masked.
  Value load(const GroupPlaces &at) {
    Value x = code.loadVector(at.source);
    if (hidden != Hidden::Weight)
      return x;
    return code.select(isHidden(code, x, hidden), code.splatReal(-INFINITY), x);
  }

  /// The masked lanes of what `load` gives, null where there are none.
  Value masked(Value x) { return hidden == Hidden::Never ? Value() : equals(x, -INFINITY); }
  Value whereValid(const GroupPlaces &at, Value x, Value other) {
    return at.valid ? code.select(at.valid, x, other) : x;
  }

  /// Writes weights, -0 where they are masked; gives `sums` with them added.
  Value write(const GroupPlaces &at, Value hiddenLanes, Value weight, Value sums) {
    if (hiddenLanes)
      weight = code.select(hiddenLanes, hiddenCode(code, Hidden::Weight), weight);
    code.storeVector(weight, at.target);
    return code.fadd(sums, whereValid(at, weight, code.zeros()));
  }

  void softmax() {
    Value lowest = code.splatReal(-INFINITY);
    Value largest = each(sink ? sink : lowest, [&](const GroupPlaces &at, Value state) {
      return code.fmaxFast(whereValid(at, load(at), lowest), state);
    });
    if (alongLanes)
      largest = code.splat(code.maxLanes(largest));
    // With every score at -inf the difference would be NaN: measure from 0 instead.
    Value origin = code.select(equals(largest, -INFINITY), code.zeros(), largest);
    Value sums = each(code.zeros(), [&](const GroupPlaces &at, Value state) {
      Value x = load(at), hiddenLanes = masked(x);
      return write(at, hiddenLanes, exponential(code.fsub(x, origin)), state);
    });
    Value sum = total(sums);
    if (sink)
      sum = code.fadd(sum, exponential(code.fsub(sink, origin)));
    scale(inverse(sum));
  }

  /// The weight before it is scaled. A visible weight is never -0.
  Value unscaled(Value x) {
    switch (op.getKind()) {
    case Normalizer::ReluSum:
    case Normalizer::ReluMean:
      return code.fadd(code.fmaxFast(x, code.zeros()), code.zeros());
    case Normalizer::Relu2Mean: {
      Value rectified = code.fmaxFast(x, code.zeros());
      return code.fmul(rectified, rectified);
    }
    case Normalizer::Sigmoid: {
      Value grown = math::ExpOp::create(code.b, code.fsub(code.zeros(), x));
      return code.fdiv(code.splatReal(1), code.fadd(code.splatReal(1), grown));
    }
    default:
      return code.fadd(x, code.zeros());
    }
  }

  /// Writes unscaled weights; gives their sums.
  Value rewrite() {
    return each(code.zeros(), [&](const GroupPlaces &at, Value state) {
      Value x = load(at), hiddenLanes = masked(x);
      return write(at, hiddenLanes, unscaled(x), state);
    });
  }

  Value countVisible() {
    return each(code.zeros(), [&](const GroupPlaces &at, Value state) {
      Value one = code.splatReal(1), hiddenLanes = masked(load(at));
      if (hiddenLanes)
        one = code.select(hiddenLanes, code.zeros(), one);
      return code.fadd(state, whereValid(at, one, code.zeros()));
    });
  }

  void scale(Value factor) {
    each(code.zeros(), [&](const GroupPlaces &at, Value state) {
      code.storeVector(code.fmul(code.loadVector(at.target), factor), at.target);
      return state;
    });
  }

  CodeBuilder &code;
  NormalizeOp op;
  Hidden hidden;
  bool alongLanes;
  Value sink; // splat, or null
  Each each;
  ExpandMathOptions options;
};

} // namespace

void StripKernel::normalize(CodeBuilder &code, const Strip &strip, NormalizeOp op) {
  Value scores = op.getScores(), weights = op.getWeights();
  Hidden hidden = plan.of(scores).hidden;
  MathIsa isa = mathIsa(kernel.isa());
  auto sinkOf = [&](Value head) -> Value {
    if (op.getKind() != Normalizer::SoftmaxOne)
      return {};
    if (!op.getSink())
      return code.zeros();
    Value sinks = kernel.tensor(strip.scope, cast<BlockArgument>(op.getSink()));
    return code.splat(code.load(code.f32(), code.offset(sinks, place(code, strip, head).head)));
  };
  if (op.getAxis() == MapAxis::Keys)
    return forRows(code, strip, weights, [&](Value head, Value row) {
      Value source = rowOf(code, strip, scores, head, row), target = rowOf(code, strip, weights, head, row);
      auto each = [&, source, target](Value initial, GroupCode::Step step) {
        return code.reduce(code.constant(0), strip.keys, lanes(), initial, [&](Value column, ValueRange state) {
          Value valid = code.maskBelow(code.sub(strip.keys, column));
          GroupPlaces at{code.offset(source, column), code.offset(target, column), valid};
          return SmallVector<Value>{step(at, state[0])};
        })[0];
      };
      GroupCode(code, isa, op, hidden, /*alongLanes=*/true, sinkOf(head), each).build();
    });
  auto [from, to] = rowsOf(code, strip, weights);
  int64_t heads = op.getWeights().getType().getDimSize(1);
  code.loop(from, to, 1, [&](Value row) {
    code.loop(code.constant(0), strip.keys, lanes(), [&](Value column) {
      auto each = [&, row, column](Value initial, GroupCode::Step step) {
        return code.reduce(code.constant(0), code.constant(heads), 1, initial, [&](Value head, ValueRange state) {
          GroupPlaces at{code.offset(rowOf(code, strip, scores, head, row), column),
                         code.offset(rowOf(code, strip, weights, head, row), column), Value()};
          return SmallVector<Value>{step(at, state[0])};
        })[0];
      };
      // A sink over heads would be one number for all: 1, as without one.
      GroupCode(code, isa, op, hidden, /*alongLanes=*/false, sinkOf(code.constant(0)), each).build();
    });
  });
}

} // namespace mlir::attn
