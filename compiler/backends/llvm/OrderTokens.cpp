// Ops that choose tokens: sample, beam_step, beam_finish. What goes over a whole vocabulary is shared out by rows; the
// choice itself, a matter of a few numbers and branches, is a function of the runtime.
#include "compiler/backends/llvm/OrderKernel.h"
#include "compiler/backends/llvm/VectorArithmetic.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include <cmath>

namespace mlir::attn {
namespace {

Value realOf(CodeBuilder &code, const APFloat &value) {
  return arith::ConstantOp::create(code.b, code.b.getF64FloatAttr(value.convertToDouble()));
}

/// An attn_beams of attn/abi.h: its members stand one after the other, 8 bytes each; what an op has not is null.
Value makeBeams(CodeBuilder &code, ArrayRef<Value> members) {
  Value memory = code.stack(code.i64(), members.size());
  for (auto [index, member] : llvm::enumerate(members))
    code.store(member ? member : LLVM::ZeroOp::create(code.b, code.ptr()), code.offset(code.i64(), memory, index));
  return memory;
}

/// Memory of an op beside its operands: scratch that all workers share, sized as one worker's; and its results, of
/// which those that nobody reads are scratch too.
class SharedMemory {
public:
  SharedMemory(KernelCode &kernel, Operation &op) : kernel(kernel), end(getAffineConstantExpr(0, op.getContext())) {
    for (OpResult result : op.getResults()) {
      ValueRange yielded = op.getBlock()->getTerminator()->getOperands();
      auto found = llvm::find(yielded, result);
      bool isRead = found != yielded.end();
      results.push_back(isRead ? Place{std::distance(yielded.begin(), found), {}}
                               : Place{-1, reserve(bytesOf(result))});
    }
  }

  /// Where `bytes` more begin.
  AffineExpr reserve(AffineExpr bytes) {
    AffineExpr first = end;
    end = first + bytes.ceilDiv(64) * 64;
    kernel.setScratch(end);
    return first;
  }

  Value at(CodeBuilder &code, const KernelScope &scope, AffineExpr first) {
    return code.offsetBytes(scope.scratch, kernel.extent(code, scope, first));
  }
  Value result(CodeBuilder &code, const KernelScope &scope, unsigned index) {
    const Place &place = results[index];
    return place.result < 0 ? at(code, scope, place.first) : kernel.result(scope, place.result);
  }

private:
  struct Place {
    int64_t result;   // of the kernel; -1: in scratch
    AffineExpr first; // there
  };
  AffineExpr bytesOf(Value value) {
    AffineExpr bytes =
        getAffineConstantExpr(getElementTypeOrSelf(value).getIntOrFloatBitWidth() / 8, value.getContext());
    for (AffineExpr extent : kernel.extents(value))
      bytes = bytes * extent;
    return bytes;
  }

  KernelCode &kernel;
  AffineExpr end;
  SmallVector<Place> results;
};

} // namespace

void OrderKernel::sample(SampleOp sample) {
  int64_t vocabulary = shapeOf(sample.getLogits())[1];
  kernel.setScratch(getAffineConstantExpr(8 * vocabulary, op.getContext()));
  forEach(1, rowsOf(sample.getLogits(), 1), [&](CodeBuilder &code, const KernelScope &scope, Value at, Value worker) {
    auto number = [&](Value of) { return code.load(code.i32(), code.offset(code.i32(), of, at)); };
    Value token =
        kernel.callRuntime(code, "attn_sample", code.i32(),
                           {code.offset(input(scope, 0), code.mul(at, vocabulary)), code.constant(code.numberBytes()),
                            code.constant(vocabulary), realOf(code, sample.getTemperature()),
                            code.constant(sample.getTopK()), realOf(code, sample.getTopP()), number(input(scope, 1)),
                            number(input(scope, 2)), kernel.workerScratch(code, scope, worker)});
    code.store(token, code.offset(code.i32(), kernel.result(scope, 0), at));
  });
}

/// NaN if a number is; infinities are not told apart from it, since no continuation of such a row counts.
Value OrderKernel::logSumExp(CodeBuilder &code, Value row, int64_t width) {
  VectorArithmetic arithmetic(code, mathIsa(kernel.isa()));
  Value lowest = code.splatReal(-INFINITY), none = code.splat(arith::ConstantIntOp::create(code.b, 0, 1));
  auto take = [&](Value column, Value mask, ValueRange state) {
    Value x = code.loadVector(code.offset(row, column), mask);
    Value isNan = arith::CmpFOp::create(code.b, arith::CmpFPredicate::UNO, x, x);
    return SmallVector<Value>{code.fmaxFast(state[0], mask ? code.select(mask, x, lowest) : x),
                              arith::OrIOp::create(code.b, state[1], isNan)};
  };
  int64_t full = width - width % code.lanes();
  SmallVector<Value> seen = code.reduce(code.constant(0), code.constant(full), code.lanes(), ValueRange{lowest, none},
                                        [&](Value column, ValueRange state) { return take(column, Value(), state); });
  if (full != width)
    seen = take(code.constant(full), code.maskBelow(code.constant(width - full)), seen);
  Value largest = code.splat(code.maxLanes(seen[0]));
  Value sum = sumColumns(code, width, [&](Value column, Value mask) {
    return arithmetic.exp(code.fsub(code.loadVector(code.offset(row, column), mask), largest));
  });
  Value total = code.fadd(largest, arithmetic.log(code.splat(sum)));
  return code.select(code.anyLane(seen[1]), code.real(NAN), vector::ExtractOp::create(code.b, total, 0));
}

// Of each live hypothesis first the sum of its exponentials and the tokens that may come into question.
void OrderKernel::beamStep(BeamStepOp step) {
  int64_t beams = shapeOf(step.getTokens())[1], vocabulary = shapeOf(step.getLogits())[1];
  AffineExpr rows = kernel.extents(step.getLogits())[0];
  SharedMemory memory(kernel, op);
  AffineExpr totals = memory.reserve(rows * kernel.numberBytes()), best = memory.reserve(rows * (8 * beams));
  AffineExpr places = memory.reserve(rows * 8);
  std::string rank = makeTask(
      "rank", 1, rowsOf(step.getLogits(), 1), [&](CodeBuilder &code, const KernelScope &scope, Value row, Value) {
        Value sum = code.load(code.number(), code.offset(input(scope, 2), row));
        Value lives = arith::CmpFOp::create(code.b, arith::CmpFPredicate::OGT, sum, code.real(-INFINITY));
        Value alive = loadIndex(code, code.offset(code.i32(), input(scope, 5), code.div(row, code.constant(beams))));
        Value goesOn = arith::CmpIOp::create(code.b, arith::CmpIPredicate::ne, alive, code.constant(0));
        code.branch(code.both(lives, goesOn), [&] {
          Value logits = code.offset(input(scope, 0), code.mul(row, vocabulary));
          code.store(logSumExp(code, logits, vocabulary), code.offset(memory.at(code, scope, totals), row));
          Value list = code.offset(code.i32(), memory.at(code, scope, best), code.mul(row, 2 * beams));
          kernel.callRuntime(
              code, "attn_best_tokens", {},
              {logits, code.constant(code.numberBytes()), code.constant(vocabulary), code.constant(2 * beams), list});
        });
      });
  std::string choose = makeTask(
      "choose", 1, rowsOf(step.getAlive(), 0), [&](CodeBuilder &code, const KernelScope &scope, Value sample, Value) {
        SmallVector<Value> members;
        for (unsigned operand = 0; operand < op.getNumOperands(); ++operand)
          members.push_back(input(scope, operand));
        for (unsigned result = 0; result < op.getNumResults(); ++result)
          members.push_back(memory.result(code, scope, result));
        for (AffineExpr first : {totals, best, places})
          members.push_back(memory.at(code, scope, first));
        members.append({code.constant(code.numberBytes()), code.constant(beams),
                        extent(code, scope, step.getTokens(), 2), code.constant(vocabulary),
                        code.constant(step.getEnd()), code.constant(step.getEarly()), realOf(code, step.getAlpha())});
        kernel.callRuntime(code, "attn_beam_step", {}, {makeBeams(code, members), sample});
      });
  kernel.define([&](CodeBuilder &code, const KernelScope &scope) {
    Value frame = kernel.makeFrame(code, scope);
    kernel.parallel(code, scope, rank, frame, rowsOf(step.getLogits(), 1)(code, scope));
    kernel.parallel(code, scope, choose, frame, rowsOf(step.getAlive(), 0)(code, scope));
  });
}

void OrderKernel::beamFinish(BeamFinishOp finish) {
  int64_t beams = shapeOf(finish.getTokens())[1];
  SharedMemory memory(kernel, op);
  AffineExpr places = memory.reserve(kernel.extents(finish.getTokens())[0] * (8 * beams));
  forEach(1, rowsOf(finish.getAlive(), 0), [&](CodeBuilder &code, const KernelScope &scope, Value sample, Value) {
    SmallVector<Value> members{Value()};
    for (unsigned operand = 0; operand < op.getNumOperands(); ++operand)
      members.push_back(input(scope, operand));
    members.append({Value(), Value(), memory.result(code, scope, 0), memory.result(code, scope, 1)});
    members.append({Value(), Value(), Value(), Value(), Value(), memory.at(code, scope, places),
                    code.constant(code.numberBytes()), code.constant(beams), extent(code, scope, finish.getTokens(), 2),
                    code.constant(0), code.constant(-1), code.constant(0), realOf(code, finish.getAlpha())});
    kernel.callRuntime(code, "attn_beam_finish", {}, {makeBeams(code, members), sample});
  });
}

} // namespace mlir::attn
