// Ops that move numbers of tensors of any rank: take, append_rows, scatter_add, cache_append; and argmax. Tasks take
// runs of as many numbers, however these lie in rows. Where a number is only moved, f32 stands for any 4 bytes.
#include "compiler/backends/llvm/OrderKernel.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include <cmath>

namespace mlir::attn {
namespace {

// Numbers that one task moves.
constexpr int64_t movedNumbers = 16384;

} // namespace

std::string OrderKernel::runTask(StringRef name, const Pieces &numbers, RunBody body) {
  return kernel.function(name, 2, [&](CodeBuilder &code, const KernelScope &scope, ValueRange arguments) {
    Value size = numbers.size(code, scope), all = code.mul(numbers.pieces(code, scope), size), none = code.constant(0);
    Value first = code.mul(arguments[0], movedNumbers), end = code.min(code.add(first, movedNumbers), all);
    Value last = code.div(code.sub(end, code.constant(1)), size);
    code.loop(code.div(first, size), code.add(last, 1), 1, [&](Value piece) {
      Value start = code.mul(piece, size);
      body(code, scope, piece, code.max(none, code.sub(first, start)), code.min(size, code.sub(end, start)));
    });
  });
}

void OrderKernel::startRuns(CodeBuilder &code, const KernelScope &scope, StringRef task, const Pieces &numbers) {
  Value all = code.mul(numbers.pieces(code, scope), numbers.size(code, scope));
  kernel.parallel(code, scope, task, kernel.makeFrame(code, scope), code.ceilDiv(all, movedNumbers));
}

void OrderKernel::forRuns(const Pieces &numbers, RunBody body) {
  std::string task = runTask("run", numbers, body);
  kernel.define([&](CodeBuilder &code, const KernelScope &scope) { startRuns(code, scope, task, numbers); });
}

/// Numbers [first, end) of one place to the same of another; none where that is empty.
void OrderKernel::copyRun(CodeBuilder &code, Value from, Value to, Value first, Value end) {
  forColumns(code, first, code.max(first, end), [&](Value at, Value mask) {
    code.storeVector(code.loadVector(code.offset(from, at), mask), code.offset(to, at), mask);
  });
}

void OrderKernel::zeroRun(CodeBuilder &code, Value to, Value first, Value end) {
  forColumns(code, first, code.max(first, end),
             [&](Value at, Value mask) { code.storeVector(code.zeros(), code.offset(to, at), mask); });
}

void OrderKernel::take() {
  Value rows = op.getOperand(0), index = op.getOperand(1);
  Count size = numbersOf(rows, shapeOf(rows).size() - 1);
  forRuns({rowsOf(index, 0), size},
          [&](CodeBuilder &code, const KernelScope &scope, Value piece, Value first, Value end) {
            Value width = size(code, scope), to = code.offset(kernel.result(scope, 0), code.mul(piece, width));
            ifRow(
                code, loadIndex(code, code.offset(code.i32(), input(scope, 1), piece)), extent(code, scope, rows, 0),
                [&](Value row) { copyRun(code, code.offset(input(scope, 0), code.mul(row, width)), to, first, end); },
                [&] { zeroRun(code, to, first, end); });
          });
}

void OrderKernel::appendRows() {
  Value result = op.getResult(0);
  size_t rank = shapeOf(result).size();
  forRuns({rowsOf(result, 2), numbersOf(result, 2)},
          [&](CodeBuilder &code, const KernelScope &scope, Value list, Value first, Value end) {
            Value size = numbersOf(result, 2)(code, scope), none = code.constant(0);
            Value to = code.offset(kernel.result(scope, 0), code.mul(list, size));
            Value border = numbersOf(op.getOperand(0), 2)(code, scope);
            auto part = [&](unsigned operand, Value count) {
              // Rows of rank 2 are those of every list.
              bool own = shapeOf(op.getOperand(operand)).size() == rank;
              return code.offset(input(scope, operand), code.mul(own ? list : none, count));
            };
            copyRun(code, part(0, border), to, first, code.min(end, border));
            copyRun(code, part(1, code.sub(size, border)), code.offset(to, border),
                    code.max(none, code.sub(first, border)), code.sub(end, border));
          });
}

// A task adds what goes to its own columns, in the order of the numbers.
void OrderKernel::scatterAdd() {
  Value base = op.getOperand(0), index = op.getOperand(1);
  forRuns({rowsOf(base, 1), numbersOf(base, 1)}, [&](CodeBuilder &code, const KernelScope &scope, Value sample,
                                                     Value first, Value end) {
    Value count = extent(code, scope, index, 1), start = code.mul(sample, extent(code, scope, base, 1));
    Value to = code.offset(kernel.result(scope, 0), start), numbers = code.mul(sample, count);
    copyRun(code, code.offset(input(scope, 0), start), to, first, end);
    code.loop(code.constant(0), count, 1, [&](Value n) {
      Value at = code.add(numbers, n);
      Value column = loadIndex(code, code.offset(code.i32(), input(scope, 1), at));
      code.branch(code.both(code.lessEq(first, column), code.less(column, end)), [&] {
        Value place = code.offset(to, column), number = code.load(code.number(), code.offset(input(scope, 2), at));
        code.store(code.fadd(code.load(code.number(), place), number), place);
      });
    });
  });
}

/// The first place of the largest number of a row, as i32: lane by lane, then of the lanes that have it the first. What
/// is not ordered with a number is larger, and with a NaN nothing is.
static Value firstLargest(CodeBuilder &code, Value row, Value width) {
  SmallVector<Value> start{code.splatReal(-INFINITY), code.iota()};
  SmallVector<Value> best =
      code.reduce(code.constant(0), width, code.lanes(), start, [&](Value column, ValueRange state) {
        Value inside = code.maskBelow(code.sub(width, column));
        Value x = code.loadVector(code.offset(row, column), inside);
        Value larger = arith::CmpFOp::create(code.b, arith::CmpFPredicate::UGT, x, state[0]);
        Value isNumber = arith::CmpFOp::create(code.b, arith::CmpFPredicate::ORD, state[0], state[0]);
        Value taken = code.both(code.both(larger, isNumber), inside);
        Value place = code.lanesFrom(column);
        return SmallVector<Value>{code.select(taken, x, state[0]), code.select(taken, place, state[1])};
      });
  Value isNan = arith::CmpFOp::create(code.b, arith::CmpFPredicate::UNO, best[0], best[0]);
  Value most = code.splat(code.maxLanes(code.select(isNan, code.splatReal(-INFINITY), best[0])));
  Value isMost = arith::CmpFOp::create(code.b, arith::CmpFPredicate::OEQ, best[0], most);
  Value has = code.select(code.splat(code.anyLane(isNan)), isNan, isMost);
  return code.leastWhere(has, best[1]);
}

void OrderKernel::argmax() {
  Value rows = op.getOperand(0);
  int64_t width = shapeOf(rows).back(),
          task = ShapedType::isDynamic(width) ? 1 : std::max<int64_t>(movedNumbers / width, 1);
  forEach(task, rowsOf(rows, 1), [&](CodeBuilder &code, const KernelScope &scope, Value row, Value) {
    Value columns = extent(code, scope, rows, shapeOf(rows).size() - 1);
    Value place = firstLargest(code, code.offset(input(scope, 0), code.mul(row, columns)), columns);
    code.store(place, code.offset(code.i32(), kernel.result(scope, 0), row));
  });
}

// In the memory of the cache only the new rows are written; elsewhere what it has is copied around them.
void OrderKernel::cacheAppend(CacheAppendOp append) {
  Value cache = append.getCache(), rows = append.getRows();
  Pieces kept{rowsOf(cache, 2), numbersOf(cache, 2)}, added{rowsOf(rows, 2), numbersOf(rows, 2)};
  // Of a list: where the new rows begin.
  auto start = [&](CodeBuilder &code, const KernelScope &scope, Value list) {
    Value lists = shapeOf(cache).size() == 4 ? extent(code, scope, cache, 1) : code.constant(1);
    Value at = loadIndex(code, code.offset(code.i32(), input(scope, 2), code.div(list, lists)));
    return code.mul(at, numbersOf(cache, 1)(code, scope));
  };
  auto listOf = [&](CodeBuilder &code, const KernelScope &scope, Value pointer, const Pieces &numbers, Value list) {
    return code.offset(pointer, code.mul(list, numbers.size(code, scope)));
  };
  std::string rowsTask =
      runTask("rows", added, [&](CodeBuilder &code, const KernelScope &scope, Value list, Value first, Value end) {
        Value begin = start(code, scope, list), size = kept.size(code, scope);
        Value from = listOf(code, scope, input(scope, 1), added, list);
        Value to = code.offset(listOf(code, scope, kernel.result(scope, 0), kept, list), begin);
        copyRun(code, from, to, code.max(first, code.sub(code.constant(0), begin)),
                code.min(end, code.sub(size, begin)));
      });
  std::string copyTask =
      runTask("copy", kept, [&](CodeBuilder &code, const KernelScope &scope, Value list, Value first, Value end) {
        Value begin = start(code, scope, list), behind = code.add(begin, added.size(code, scope));
        Value to = listOf(code, scope, kernel.result(scope, 0), kept, list);
        Value old = listOf(code, scope, input(scope, 0), kept, list);
        copyRun(code, old, to, first, code.min(end, begin));
        Value from = code.offset(listOf(code, scope, input(scope, 1), added, list), code.sub(code.constant(0), begin));
        copyRun(code, from, to, code.max(first, begin), code.min(end, behind));
        copyRun(code, old, to, code.max(first, behind), end);
      });
  kernel.define([&](CodeBuilder &code, const KernelScope &scope) {
    Value address = LLVM::PtrToIntOp::create(code.b, code.i64(), kernel.result(scope, 0));
    Value given = LLVM::PtrToIntOp::create(code.b, code.i64(), input(scope, 0));
    Value same = code.equal(address, given);
    code.branch(
        same, [&] { startRuns(code, scope, rowsTask, added); }, [&] { startRuns(code, scope, copyTask, kept); });
  });
}

} // namespace mlir::attn
