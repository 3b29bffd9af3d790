// top_k in a strip. Scores as whole numbers of the same order have a threshold, the count-th largest of a row, which is
// found bit by bit from the highest: a bit is set where still as many scores reach it. Of those equal to it the first
// stay.
#include "compiler/backends/llvm/StripKernel.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include <cmath>

namespace mlir::attn {
namespace {

class RowRanks {
public:
  RowRanks(CodeBuilder &code, PlaceGroup &group, int64_t count)
      : code(code), group(group), width(code.number().getWidth()), count(lanesOf(count)) {}

  void build() {
    Value threshold = code.reduce(
        code.constant(0), code.constant(width), 1, ValueRange{lanesOf(0)}, [&](Value step, ValueRange found) {
          Value shift =
              arith::SubIOp::create(code.b, lanesOf(width - 1), width == 32 ? code.lanes32(step) : code.splat(step));
          Value bit = arith::ShLIOp::create(code.b, lanesOf(1), shift);
          Value more = arith::OrIOp::create(code.b, found[0], bit);
          Value reached = howMany(arith::CmpIPredicate::sge, isSigned(more));
          Value enough = compare(arith::CmpIPredicate::sge, reached, count);
          return SmallVector<Value>{code.select(enough, more, found[0])};
        })[0];
    threshold = isSigned(threshold);
    Value larger = howMany(arith::CmpIPredicate::sgt, threshold);
    hideOthers(threshold, arith::SubIOp::create(code.b, count, larger));
  }

private:
  Value lanesOf(int64_t value) { return code.splat(arith::ConstantIntOp::create(code.b, value, width)); }
  Value lowest() { return lanesOf(llvm::minIntN(width)); }
  Value highest() { return lanesOf(llvm::maxIntN(width)); }
  Value compare(arith::CmpIPredicate predicate, Value x, Value y) {
    return arith::CmpIOp::create(code.b, predicate, x, y);
  }
  /// Of numbers from 0 those from the smallest whole one on.
  Value isSigned(Value x) { return arith::XOrIOp::create(code.b, x, lowest()); }

  /// Scores as whole numbers of their order, -0 as 0 and NaN above all; the lowest where masked or beyond the row.
  Value rankOf(const GroupPlaces &at) {
    Value x = code.fadd(group.load(at), code.zeros());
    Value bits = arith::BitcastOp::create(code.b, code.bits(), x);
    Value sign = arith::ShRSIOp::create(code.b, bits, lanesOf(width - 1));
    Value rank = arith::XOrIOp::create(code.b, bits, arith::AndIOp::create(code.b, sign, highest()));
    Value isNan = arith::CmpFOp::create(code.b, arith::CmpFPredicate::UNO, x, x);
    rank = code.select(isNan, highest(), rank);
    if (Value hidden = group.masked(x))
      rank = code.select(hidden, lowest(), rank);
    return at.valid ? code.select(at.valid, rank, lowest()) : rank;
  }

  /// The number of scores that compare so with a rank, in all lanes.
  Value howMany(arith::CmpIPredicate predicate, Value rank) {
    Value counts = group.forEach(ValueRange{lanesOf(0)}, [&](const GroupPlaces &at, ValueRange state) {
      Value one = code.select(compare(predicate, rankOf(at), rank), lanesOf(1), lanesOf(0));
      return SmallVector<Value>{arith::AddIOp::create(code.b, state[0], one)};
    })[0];
    return code.splat(vector::ReductionOp::create(code.b, vector::CombiningKind::ADD, counts));
  }

  /// Sums of the lanes up to each one.
  Value sumsTo(Value x) {
    int64_t lanes = code.lanes();
    for (int64_t step = 1; step < lanes; step *= 2) {
      SmallVector<int64_t> from; // the first vector's lanes are 0
      for (int64_t lane = 0; lane < lanes; ++lane)
        from.push_back(lane < step ? lane : lanes + lane - step);
      x = arith::AddIOp::create(code.b, x, vector::ShuffleOp::create(code.b, lanesOf(0), x, from));
    }
    return x;
  }

  /// Leaves scores above the threshold and the first `ties` of those that equal it.
  void hideOthers(Value threshold, Value ties) {
    group.forEach(ValueRange{lanesOf(0)}, [&](const GroupPlaces &at, ValueRange before) {
      Value x = group.load(at), rank = rankOf(at), equal = compare(arith::CmpIPredicate::eq, rank, threshold);
      Value sums = sumsTo(code.select(equal, lanesOf(1), lanesOf(0)));
      Value place = arith::AddIOp::create(code.b, before[0], sums);
      Value early = code.both(equal, compare(arith::CmpIPredicate::sle, place, ties));
      Value stays = arith::OrIOp::create(code.b, compare(arith::CmpIPredicate::sgt, rank, threshold), early);
      code.storeVector(code.select(stays, x, hiddenCode(code, Hidden::Score)), at.target);
      return SmallVector<Value>{
          code.splat(vector::ExtractOp::create(code.b, place, ArrayRef<int64_t>{code.lanes() - 1}))};
    });
  }

  CodeBuilder &code;
  PlaceGroup &group;
  unsigned width; // of a number, in bits
  Value count;
};

} // namespace

void StripKernel::topK(CodeBuilder &code, const Strip &strip, TopKOp op) {
  GroupedMap grouped{op.getScores(), MapAxis::Keys, rowsOf(code, strip, op.getResult()), plan.of(op.getScores()).hidden,
                     op.getResult()};
  forGroups(code, strip, grouped,
            [&](PlaceGroup &group, const Place &) { RowRanks(code, group, op.getCount()).build(); });
}

} // namespace mlir::attn
