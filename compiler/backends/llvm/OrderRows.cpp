// Ops that move rows: by index, by block, side by side; and sums of rows. Where a number is only moved, f32 stands for
// any 4 bytes.
#include "compiler/backends/llvm/OrderKernel.h"
#include "compiler/backends/llvm/VectorArithmetic.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include <cmath>

namespace mlir::attn {
namespace {

// Rows, or numbers, that one task moves.
constexpr int64_t movedRows = 64, movedNumbers = 16384;
// Vectors of a row that one task pools.
constexpr int64_t pooledVectors = 4;

} // namespace

void OrderKernel::copyRow(CodeBuilder &code, Value from, Value to, int64_t width) {
  forColumns(code, width, [&](Value column, Value mask) {
    code.storeVector(code.loadVector(code.offset(from, column), mask), code.offset(to, column), mask);
  });
}

void OrderKernel::addRow(CodeBuilder &code, Value from, Value to, int64_t width) {
  forColumns(code, width, [&](Value column, Value mask) {
    Value sum = code.loadVector(code.offset(to, column), mask);
    code.storeVector(code.fadd(sum, code.loadVector(code.offset(from, column), mask)), code.offset(to, column), mask);
  });
}

/// Whatever number an index is, no row but one of `rows` is touched.
void OrderKernel::ifRow(CodeBuilder &code, Value index, Value rows, llvm::function_ref<void(Value)> yes,
                        llvm::function_ref<void()> no) {
  Value exists = code.both(code.lessEq(code.constant(0), index), code.less(index, rows));
  code.branch(exists, [&] { yes(index); }, no);
}

void OrderKernel::gather() {
  Value rows = op.getOperand(0), index = op.getOperand(1);
  int64_t heads = shapeOf(rows)[1], lists = shapeOf(index)[1], width = shapeOf(rows).size() == 4 ? shapeOf(rows)[3] : 1;
  bool isWide = ShapedType::isDynamic(width);
  int64_t task = isWide ? movedRows / 4 : width == 1 ? movedRows * 16 : movedRows;
  forEach(task, rowsOf(index, 0), [&](CodeBuilder &code, const KernelScope &scope, Value at, Value) {
    Value size = isWide ? extent(code, scope, rows, 3) : code.constant(width);
    auto forRow = [&](llvm::function_ref<void(Value, Value)> body) {
      isWide ? forColumns(code, code.constant(0), size, body) : forColumns(code, width, body);
    };
    Value tokens = extent(code, scope, rows, 2), list = code.div(at, extent(code, scope, index, 2));
    Value sample = code.div(list, code.constant(lists));
    Value head = code.div(code.rem(list, code.constant(lists)), code.constant(lists / heads));
    Value first = code.mul(code.add(code.mul(sample, heads), head), tokens);
    Value to = code.offset(kernel.result(scope, 0), code.mul(at, size));
    auto copy = [&](Value row) {
      Value from = code.offset(input(scope, 0), code.mul(code.add(first, row), size));
      forRow([&](Value column, Value mask) {
        code.storeVector(code.loadVector(code.offset(from, column), mask), code.offset(to, column), mask);
      });
    };
    auto clear = [&] {
      forRow([&](Value column, Value mask) { code.storeVector(code.zeros(), code.offset(to, column), mask); });
    };
    ifRow(code, loadIndex(code, code.offset(code.i32(), input(scope, 1), at)), tokens, copy, clear);
  });
}

void OrderKernel::scatter() {
  Value base = op.getOperand(0), index = op.getOperand(1);
  int64_t heads = shapeOf(base)[1], lists = shapeOf(index)[1], width = shapeOf(base)[3];
  forEach(1, rowsOf(base, 2), [&](CodeBuilder &code, const KernelScope &scope, Value head, Value) {
    Value tokens = extent(code, scope, base, 2), count = extent(code, scope, index, 2), none = code.constant(0);
    Value group = code.div(code.rem(head, code.constant(heads)), code.constant(heads / lists));
    Value list = code.add(code.mul(code.div(head, code.constant(heads)), lists), group);
    Value first = code.mul(code.mul(head, tokens), width), to = code.offset(kernel.result(scope, 0), first);
    Value from = code.offset(input(scope, 0), first);
    Value rows = code.offset(input(scope, 2), code.mul(code.mul(head, count), width));
    Value indices = code.offset(code.i32(), input(scope, 1), code.mul(list, count));
    code.loop(none, tokens, 1, [&](Value token) {
      Value at = code.mul(token, width);
      copyRow(code, code.offset(from, at), code.offset(to, at), width);
    });
    code.loop(none, count, 1, [&](Value p) {
      ifRow(code, loadIndex(code, code.offset(code.i32(), indices, p)), tokens, [&](Value row) {
        copyRow(code, code.offset(rows, code.mul(p, width)), code.offset(to, code.mul(row, width)), width);
      });
    });
  });
}

// w_r = exp(l_r - max l) / sum; a part of weight 0 is not read into the sum.
void OrderKernel::mergeParts(MergePartsOp merge) {
  int64_t parts = merge.getParts(), width = shapeOf(merge.getOutputs())[3];
  forEach(movedRows, rowsOf(merge.getResult(), 1), [&](CodeBuilder &code, const KernelScope &scope, Value at, Value) {
    VectorArithmetic arithmetic(code, mathIsa(kernel.isa()));
    Value tokens = extent(code, scope, merge.getOutputs(), 2), none = code.constant(0), all = code.constant(parts);
    Value first = code.add(code.mul(code.mul(code.div(at, tokens), parts), tokens), code.rem(at, tokens));
    auto place = [&](Value part) { return code.add(first, code.mul(part, tokens)); };
    auto logarithm = [&](Value part) {
      return code.splat(code.load(code.number(), code.offset(input(scope, 1), place(part))));
    };
    Value lowest = code.splatReal(-INFINITY), zero = code.zeros();
    Value largest = code.reduce(none, all, 1, ValueRange{lowest}, [&](Value part, ValueRange state) {
      return SmallVector<Value>{code.fmaxFast(state[0], logarithm(part))};
    })[0];
    Value origin = arithmetic.ifEqual(largest, lowest, zero, largest);
    auto weight = [&](Value part) { return arithmetic.exp(code.fsub(logarithm(part), origin)); };
    Value total = code.reduce(none, all, 1, ValueRange{zero}, [&](Value part, ValueRange state) {
      return SmallVector<Value>{code.fadd(state[0], weight(part))};
    })[0];
    Value inverse = arithmetic.ifEqual(total, zero, zero, code.fdiv(code.splatReal(1), total));
    Value to = code.offset(kernel.result(scope, 0), code.mul(at, width));
    forColumns(code, width, [&](Value column, Value mask) { code.storeVector(zero, code.offset(to, column), mask); });
    code.loop(none, all, 1, [&](Value part) {
      Value factor = code.fmul(weight(part), inverse), row = code.offset(input(scope, 0), code.mul(place(part), width));
      forColumns(code, width, [&](Value column, Value mask) {
        Value sum = code.loadVector(code.offset(to, column), mask);
        Value more = code.fma(factor, code.loadVector(code.offset(row, column), mask), sum);
        code.storeVector(arithmetic.ifEqual(factor, zero, sum, more), code.offset(to, column), mask);
      });
    });
  });
}

/// The numbers in their order: group_rows and ungroup_rows.
void OrderKernel::copyAll() {
  Count numbers = rowsOf(op.getOperand(0), 0);
  auto blocks = [numbers](CodeBuilder &code, const KernelScope &scope) {
    return code.ceilDiv(numbers(code, scope), movedNumbers);
  };
  forEach(1, blocks, [&](CodeBuilder &code, const KernelScope &scope, Value at, Value) {
    Value first = code.mul(at, movedNumbers), end = code.min(code.add(first, movedNumbers), numbers(code, scope));
    forColumns(code, first, end, [&](Value place, Value mask) {
      Value number = code.loadVector(code.offset(input(scope, 0), place), mask);
      code.storeVector(number, code.offset(kernel.result(scope, 0), place), mask);
    });
  });
}

void OrderKernel::sumBlocks(BlockSumOp sum) {
  int64_t width = shapeOf(sum.getInput()).back(), size = sum.getSize();
  forEach(1, rowsOf(sum.getResult(), 1), [&](CodeBuilder &code, const KernelScope &scope, Value block, Value) {
    Value to = code.offset(kernel.result(scope, 0), code.mul(block, width));
    Value from = code.offset(input(scope, 0), code.mul(block, size * width));
    copyRow(code, from, to, width);
    code.loop(code.constant(1), code.constant(size), 1,
              [&](Value row) { addRow(code, code.offset(from, code.mul(row, width)), to, width); });
  });
}

// Each block begins with the sum of the one before, to which come the rows after that one's first, up to its own.
void OrderKernel::sumRunning(BlockSumOp sum) {
  int64_t width = shapeOf(sum.getInput()).back(), size = sum.getSize(), rank = shapeOf(sum.getInput()).size();
  forEach(1, rowsOf(sum.getInput(), 2), [&](CodeBuilder &code, const KernelScope &scope, Value list, Value) {
    Value blocks = extent(code, scope, sum.getResult(), rank - 2), first = code.mul(list, blocks);
    code.loop(code.constant(0), blocks, 1, [&](Value block) {
      Value at = code.add(first, block), to = code.offset(kernel.result(scope, 0), code.mul(at, width));
      Value own = code.offset(input(scope, 0), code.mul(at, size * width));
      code.branch(
          code.less(code.constant(0), block),
          [&] {
            copyRow(code, code.offset(to, -width), to, width);
            code.loop(code.constant(1 - size), code.constant(1), 1,
                      [&](Value row) { addRow(code, code.offset(own, code.mul(row, width)), to, width); });
          },
          [&] { copyRow(code, own, to, width); });
    });
  });
}

void OrderKernel::concat() {
  int64_t left = shapeOf(op.getOperand(0)).back(), right = shapeOf(op.getOperand(1)).back();
  forEach(movedRows, rowsOf(op.getResult(0), 1), [&](CodeBuilder &code, const KernelScope &scope, Value row, Value) {
    Value to = code.offset(kernel.result(scope, 0), code.mul(row, left + right));
    copyRow(code, code.offset(input(scope, 0), code.mul(row, left)), to, left);
    copyRow(code, code.offset(input(scope, 1), code.mul(row, right)), code.offset(to, left), right);
  });
}

// Rows come in their order, so that sums do not depend on how the work is shared out: a task has a few columns of all.
void OrderKernel::segmentPool(SegmentPoolOp pool) {
  int64_t width = shapeOf(pool.getInput())[1], groups = pool.getGroups(), columns = pooledVectors * kernel.lanes();
  kernel.setScratch(getAffineConstantExpr(groups * 8, op.getContext()));
  auto blocks = [=](CodeBuilder &code, const KernelScope &) { return code.constant(llvm::divideCeil(width, columns)); };
  forEach(1, blocks, [&](CodeBuilder &code, const KernelScope &scope, Value block, Value worker) {
    Value counts = kernel.workerScratch(code, scope, worker), none = code.constant(0), all = code.constant(groups);
    Value first = code.mul(block, columns), end = code.min(code.add(first, columns), code.constant(width));
    auto rowOf = [&](Value tensor, Value row) { return code.offset(tensor, code.mul(row, width)); };
    auto forVectors = [&](llvm::function_ref<void(Value, Value)> body) {
      code.loop(first, end, kernel.lanes(), [&](Value at) { body(at, code.maskBelow(code.sub(end, at))); });
    };
    auto countOf = [&](Value group) { return code.offset(code.i64(), counts, group); };
    code.loop(none, all, 1, [&](Value group) {
      code.store(none, countOf(group));
      Value to = rowOf(kernel.result(scope, 0), group);
      forVectors([&](Value at, Value mask) { code.storeVector(code.zeros(), code.offset(to, at), mask); });
    });
    code.loop(none, extent(code, scope, pool.getInput(), 0), 1, [&](Value row) {
      ifRow(code, loadIndex(code, code.offset(code.i32(), input(scope, 1), row)), all, [&](Value group) {
        Value count = code.load(code.i64(), countOf(group)), isFirst = code.less(count, code.constant(1));
        Value from = rowOf(input(scope, 0), row), to = rowOf(kernel.result(scope, 0), group);
        code.store(code.add(count, 1), countOf(group));
        forVectors([&](Value at, Value mask) {
          Value x = code.loadVector(code.offset(from, at), mask), old = code.loadVector(code.offset(to, at), mask);
          Value more = pool.getKind() == PoolKind::Max ? code.fmaxFast(x, old) : code.fadd(old, x);
          code.storeVector(code.select(isFirst, x, more), code.offset(to, at), mask);
        });
      });
    });
    if (pool.getKind() != PoolKind::Mean)
      return;
    code.loop(none, all, 1, [&](Value group) {
      Value count = code.max(code.load(code.i64(), countOf(group)), code.constant(1));
      Value divisor = code.splat(arith::SIToFPOp::create(code.b, code.number(), count));
      Value to = rowOf(kernel.result(scope, 0), group);
      forVectors([&](Value at, Value mask) {
        Value sum = code.loadVector(code.offset(to, at), mask);
        code.storeVector(code.fdiv(sum, divisor), code.offset(to, at), mask);
      });
    });
  });
}

} // namespace mlir::attn
