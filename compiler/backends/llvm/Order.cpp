// Strategy `order`: one op that says which row goes where, as loops that are shared out by lists or by rows.
// Sorting is by counting, digit after digit from the lowest, so that equal numbers stay as they stand:
//   counts of a digit -> where its first number goes -> numbers one after the other to their places
#include "compiler/backends/llvm/OrderKernel.h"
#include "dialect/RowOrder.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include <cmath>

namespace mlir::attn {
namespace {

constexpr int64_t digitBits = 8, digits = 1 << digitBits;
// Rows that one task hashes.
constexpr int64_t hashedRows = 16;
// Numbers of a hash that a stack has room for.
constexpr int64_t mostNumbers = 4096;

} // namespace

Value OrderKernel::loadIndex(CodeBuilder &code, Value pointer) {
  return arith::ExtSIOp::create(code.b, code.i64(), code.load(code.i32(), pointer));
}

void OrderKernel::storeIndex(CodeBuilder &code, Value number, Value pointer) {
  code.store(code.narrow(number), pointer);
}

OrderKernel::Count OrderKernel::rowsOf(Value value, int64_t inner) {
  return [this, value, inner](CodeBuilder &code, const KernelScope &scope) {
    Value rows = code.constant(1);
    for (AffineExpr extent : kernel.extents(value).drop_back(inner))
      rows = code.mul(rows, kernel.extent(code, scope, extent));
    return rows;
  };
}

OrderKernel::Count OrderKernel::numbersOf(Value value, int64_t inner) {
  return [this, value, inner](CodeBuilder &code, const KernelScope &scope) {
    Value numbers = code.constant(1);
    for (AffineExpr extent : kernel.extents(value).take_back(inner))
      numbers = code.mul(numbers, kernel.extent(code, scope, extent));
    return numbers;
  };
}

std::string OrderKernel::makeTask(StringRef name, int64_t rows, const Count &count, Body body) {
  return kernel.function(name, 2, [&](CodeBuilder &code, const KernelScope &scope, ValueRange arguments) {
    Value first = code.mul(arguments[0], rows), end = code.min(code.add(first, rows), count(code, scope));
    code.loop(first, end, 1, [&](Value at) { body(code, scope, at, arguments[1]); });
  });
}

void OrderKernel::forEach(int64_t rows, const Count &count, Body body) {
  std::string task = makeTask("task", rows, count, body);
  kernel.define([&](CodeBuilder &code, const KernelScope &scope) {
    Value frame = kernel.makeFrame(code, scope);
    kernel.parallel(code, scope, task, frame, code.ceilDiv(count(code, scope), rows));
  });
}

// t = x rotations[r] for each round, a vector of columns at a time.
void OrderKernel::bucket(BucketOp bucket) {
  int64_t heads = shapeOf(bucket.getInput())[1], width = shapeOf(bucket.getInput())[3];
  int64_t rounds = shapeOf(bucket.getRotations())[2], half = shapeOf(bucket.getRotations())[3];
  forEach(hashedRows, rowsOf(bucket.getInput(), 1), [&](CodeBuilder &code, const KernelScope &scope, Value at, Value) {
    Value tokens = extent(code, scope, bucket.getInput(), 2), list = code.div(at, tokens), token = code.rem(at, tokens);
    Value sample = code.div(list, code.constant(heads)), head = code.rem(list, code.constant(heads));
    Value row = code.offset(input(scope, 0), code.mul(at, width));
    Value rotations = code.offset(input(scope, 1), code.mul(head, width * rounds * half));
    Value buckets =
        code.offset(code.i32(), kernel.result(scope, 0), code.add(code.mul(code.mul(list, rounds), tokens), token));
    Value length = bucket.getLengths() ? loadIndex(code, code.offset(code.i32(), input(scope, 2), sample)) : tokens;
    auto place = [&](Value round) { return code.offset(code.i32(), buckets, code.mul(round, tokens)); };
    Value numbers = code.stack(llvm::alignTo(half, code.lanes()));
    auto hash = [&](Value round) {
      forColumns(code, half, [&](Value column, Value mask) {
        Value first = code.offset(rotations, code.add(code.mul(round, half), column));
        Value sum = code.reduce(code.constant(0), code.constant(width), 1, ValueRange{code.zeros()},
                                [&](Value d, ValueRange state) {
                                  Value x = code.splat(code.load(code.number(), code.offset(row, d)));
                                  Value r = code.loadVector(code.offset(first, code.mul(d, rounds * half)), mask);
                                  return SmallVector<Value>{code.fma(x, r, state[0])};
                                })[0];
        code.storeVector(sum, code.offset(numbers, column));
      });
      code.store(largestPlace(code, numbers, half), place(round));
    };
    Value none = arith::ConstantIntOp::create(code.b, 2 * half, 32);
    code.branch(
        code.less(token, length), [&] { code.loop(code.constant(0), code.constant(rounds), 1, hash); },
        [&] { code.loop(code.constant(0), code.constant(rounds), 1, [&](Value r) { code.store(none, place(r)); }); });
  });
}

/// The first place of the largest number in [t, -t] as i32; lane by lane, then of the lanes that have it the first.
Value OrderKernel::largestPlace(CodeBuilder &code, Value numbers, int64_t half) {
  SmallVector<Value> state{code.splatReal(-INFINITY), code.iota()};
  for (bool negated : {false, true})
    state = code.reduce(code.constant(0), code.constant(half), code.lanes(), state, [&](Value column, ValueRange best) {
      Value t = code.loadVector(code.offset(numbers, column));
      Value place = code.lanesFrom(code.add(column, negated ? half : 0));
      Value number = negated ? arith::NegFOp::create(code.b, t).getResult() : t;
      Value larger = arith::CmpFOp::create(code.b, arith::CmpFPredicate::OGT, number, best[0]);
      larger = code.both(larger, code.maskBelow(code.sub(code.constant(half), column)));
      return SmallVector<Value>{code.select(larger, number, best[0]), code.select(larger, place, best[1])};
    });
  Value most = code.splat(code.maxLanes(state[0]));
  Value has = arith::CmpFOp::create(code.b, arith::CmpFPredicate::OEQ, state[0], most);
  return code.leastWhere(has, state[1]);
}

void OrderKernel::sort() {
  Value ids = op.getOperand(0);
  AffineExpr tokens = kernel.extents(ids)[2];
  kernel.setScratch(tokens * 4 + digits * 8);
  forEach(1, rowsOf(ids, 1), [&](CodeBuilder &code, const KernelScope &scope, Value list, Value worker) {
    Value count = kernel.extent(code, scope, tokens), first = code.mul(list, count);
    Value counts = kernel.workerScratch(code, scope, worker), other = code.offset(counts, 2 * digits);
    Value order = code.offset(kernel.result(scope, 0), first), numbers = code.offset(input(scope, 0), first);
    for (int64_t shift = 0; shift < 32; shift += digitBits) {
      bool even = shift / digitBits % 2 == 0;
      Value from = even ? order : other, to = even ? other : order;
      sortByDigit(code, numbers, shift ? from : Value(), to, counts, count, shift);
    }
  });
}

/// Numbers in the order `from`, or as they stand where that is null, become ordered by one digit in `to`.
void OrderKernel::sortByDigit(CodeBuilder &code, Value ids, Value from, Value to, Value counts, Value tokens,
                              int64_t shift) {
  Value none = code.constant(0), one = code.constant(1);
  auto countOf = [&](Value token) {
    // The sign comes last: with it turned round, negative numbers are the first.
    Value number = code.add(loadIndex(code, code.offset(ids, token)), int64_t(1) << 31);
    Value digit = code.rem(code.div(number, code.constant(int64_t(1) << shift)), code.constant(digits));
    return code.offset(counts, code.mul(digit, 2));
  };
  code.loop(none, code.constant(digits), 1, [&](Value d) { code.store(none, code.offset(counts, code.mul(d, 2))); });
  code.loop(none, tokens, 1, [&](Value token) {
    Value count = countOf(token);
    code.store(code.add(code.load(code.i64(), count), one), count);
  });
  code.reduce(none, code.constant(digits), 1, ValueRange{none}, [&](Value d, ValueRange before) {
    Value place = code.offset(counts, code.mul(d, 2)), count = code.load(code.i64(), place);
    code.store(before[0], place);
    return SmallVector<Value>{code.add(before[0], count)};
  });
  code.loop(none, tokens, 1, [&](Value at) {
    Value token = from ? loadIndex(code, code.offset(from, at)) : at;
    Value count = countOf(token), place = code.load(code.i64(), count);
    storeIndex(code, token, code.offset(to, place));
    code.store(code.add(place, one), count);
  });
}

void OrderKernel::invert() {
  Value order = op.getOperand(0);
  forEach(1, rowsOf(order, 1), [&](CodeBuilder &code, const KernelScope &scope, Value list, Value) {
    Value tokens = extent(code, scope, order, 2), first = code.mul(list, tokens), none = code.constant(0);
    Value from = code.offset(input(scope, 0), first), to = code.offset(kernel.result(scope, 0), first);
    code.loop(none, tokens, 1, [&](Value at) { storeIndex(code, code.constant(-1), code.offset(to, at)); });
    code.loop(none, tokens, 1, [&](Value at) {
      ifRow(code, loadIndex(code, code.offset(from, at)), tokens,
            [&](Value token) { storeIndex(code, at, code.offset(to, token)); });
    });
  });
}

void OrderKernel::wrap(WrapOp wrap) {
  int64_t rounds = wrap.getRounds(), before = wrap.getBefore() * wrap.getChunk();
  forEach(1, rowsOf(wrap.getLists(), 1), [&](CodeBuilder &code, const KernelScope &scope, Value list, Value) {
    Value tokens = extent(code, scope, wrap.getLists(), 2), length = extent(code, scope, wrap.getResult(), 2);
    Value to = code.offset(kernel.result(scope, 0), code.mul(list, length)), none = code.constant(0);
    Value round = code.rem(list, code.constant(rounds)), ring = code.mul(tokens, rounds);
    Value from = code.offset(input(scope, 0), code.mul(code.sub(list, round), tokens));
    auto fill = [&] {
      code.loop(none, length, 1, [&](Value at) { storeIndex(code, code.constant(-1), code.offset(to, at)); });
    };
    auto copy = [&] {
      // Rings that are shorter than what precedes a list go round several times.
      Value turns = code.mul(code.add(code.div(code.constant(before), ring), 1), ring);
      Value start = code.rem(code.add(code.mul(round, tokens), code.sub(turns, code.constant(before))), ring);
      code.reduce(none, length, 1, ValueRange{start}, [&](Value at, ValueRange place) {
        code.store(code.load(code.i32(), code.offset(from, place[0])), code.offset(to, at));
        Value next = code.add(place[0], 1);
        return SmallVector<Value>{code.select(code.less(next, ring), next, none)};
      });
    };
    code.branch(code.less(none, tokens), copy, fill);
  });
}

void OrderKernel::build() {
  if (auto bucket = dyn_cast<BucketOp>(op))
    return this->bucket(bucket);
  if (isa<SortOp>(op))
    return sort();
  if (isa<InvertOp>(op))
    return invert();
  if (auto wrap = dyn_cast<WrapOp>(op))
    return this->wrap(wrap);
  if (isa<GatherOp>(op))
    return gather();
  if (isa<ScatterOp>(op))
    return scatter();
  if (auto merge = dyn_cast<MergePartsOp>(op))
    return mergeParts(merge);
  if (isa<GroupRowsOp, UngroupRowsOp>(op))
    return copyAll();
  if (auto pool = dyn_cast<SegmentPoolOp>(op))
    return segmentPool(pool);
  if (auto sum = dyn_cast<BlockSumOp>(op))
    return sum.getRunning() ? sumRunning(sum) : sumBlocks(sum);
  if (isa<ConcatOp>(op))
    return concat();
  if (auto rearrange = dyn_cast<RearrangeOp>(op))
    return this->rearrange(rearrange);
  if (isa<TakeOp>(op))
    return take();
  if (isa<AppendRowsOp>(op))
    return appendRows();
  if (isa<ScatterAddOp>(op))
    return scatterAdd();
  if (isa<ArgmaxOp>(op))
    return argmax();
  if (auto sample = dyn_cast<SampleOp>(op))
    return this->sample(sample);
  if (auto step = dyn_cast<BeamStepOp>(op))
    return beamStep(step);
  if (auto finish = dyn_cast<BeamFinishOp>(op))
    return beamFinish(finish);
  cacheAppend(cast<CacheAppendOp>(op));
}

LogicalResult supportsOrder(KernelOp kernel, std::string &why) {
  Block &body = kernel.getBody().front();
  if (!llvm::hasSingleElement(body.without_terminator()) || !ordersRows(body.front())) {
    why = "only one op that says which row goes where is ordered";
    return failure();
  }
  auto bucket = dyn_cast<BucketOp>(body.front());
  if (bucket && bucket.getRotations().getType().getDimSize(3) > mostNumbers) {
    why = "a hash has at most " + std::to_string(mostNumbers) + " columns in a round";
    return failure();
  }
  return success();
}

void lowerOrder(KernelCode &kernel) { OrderKernel(kernel).build(); }

} // namespace mlir::attn
