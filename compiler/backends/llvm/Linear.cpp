// Strategy `linear`: attention through a state S [R, E] and z [R] instead of a map, in time that grows with N and
// memory that does not. A task has a head of keys, with the queries of its group.
//   whole    S = sum k v^T, chunk by chunk; then o = f S / d, chunk by chunk
//   causal   for each chunk of c keys and queries (Katharopoulos et al. 2020; Hua et al. 2022):
//              A = tril(f k^T) [c, c];  o = (f S + A v) / d;  S += k^T v
// Updates that forget take in one key at a time (LinearSteps.cpp). Features are made as rows of a chunk and never
// stored.
#include "compiler/backends/llvm/LinearKernel.h"

namespace mlir::attn {

LinearKernel::LinearKernel(KernelCode &kernel)
    : kernel(kernel), schedule(*kernel.kernel().getSchedule()), attention(linearAttentionOf(kernel.kernel())),
      querySource(attention.getQuery()), keySource(attention.getKey()) {
  heads = attention.getQuery().getType().getDimSize(1);
  keyHeads = attention.getKey().getType().getDimSize(1);
  features = attention.getQuery().getType().getDimSize(3);
  width = attention.getValue().getType().getDimSize(3);
  ArrayRef<AffineExpr> output = kernel.extents(attention.getResult());
  batch = output[0];
  queries = output[2];
  keys = kernel.extents(attention.getKey())[2];
  for (auto [number, value] : llvm::enumerate(kernel.kernel().getBody().front().getTerminator()->getOperands())) {
    auto merge = value.getDefiningOp<MergeHeadsOp>();
    merged |= static_cast<bool>(merge);
    results[merge ? 0 : cast<OpResult>(value).getResultNumber()] = number;
  }
}

LinearKernel::Places LinearKernel::places() {
  int64_t end = 0;
  auto take = [&](int64_t elements) { return std::exchange(end, end + llvm::alignTo(elements, 16)); };
  int64_t rowStride = llvm::alignTo(std::max(querySource.rowWidth, keySource.rowWidth), lanes());
  bool isChunked = attention.getCausal() && !isStepwise();
  Places places;
  places.state = take(features * valueStride());
  places.sum = take(featureStride());
  places.keys = take(chunk() * featureStride());
  places.queries = take((isStepwise() ? group() : 1) * chunk() * featureStride());
  places.keyColumns = take(isChunked ? features * weightStride() : 0);
  places.weights = take(isChunked ? chunk() * weightStride() : 0);
  places.inverses = take(chunk());
  places.rows = take(querySource.random || keySource.random ? chunk() * rowStride : 0);
  places.largest = take(1 + group());
  places.kept = take(isStepwise() ? featureStride() : 0);
  places.carried = take(findsLargest() ? 1 : 0);
  places.plain = take(findsLargest() ? valueStride() : 0);
  places.end = end;
  return places;
}

void LinearKernel::forGroup(CodeBuilder &code, llvm::function_ref<void(Value)> body) {
  code.loop(code.constant(0), code.constant(group()), 1, body);
}

Value LinearKernel::queryHead(CodeBuilder &code, const Head &head, Value member) {
  return code.add(code.mul(head.keyHead, group()), member);
}

/// The offset, in elements, of a head in a tensor of `width` numbers a head of keys.
Value LinearKernel::firstOf(CodeBuilder &code, const Head &head, int64_t width) {
  return code.mul(code.add(code.mul(head.sample, keyHeads), head.keyHead), width);
}

LinearKernel::Head LinearKernel::makeHead(CodeBuilder &code, const KernelScope &scope, Value sample, Value keyHead,
                                          Value worker) {
  Value count = rowsRead(code, scope, keys, attention.getLengths(), sample);
  HeadRows values = headRows(code, kernel, scope, attention.getValue(), {sample, keyHead}, keyHeads);
  return {scope, sample, keyHead, worker, kernel.workerScratch(code, scope, worker), count, values};
}

/// S and z before the first key.
void LinearKernel::startState(CodeBuilder &code, const Head &head) {
  auto start = [&](Value operand, int64_t rows, int64_t columns, int64_t stride, int64_t place) {
    Value target = at(code, head, place);
    StoredNumbers from;
    if (operand)
      from = kernel.numbers(head.scope, cast<BlockArgument>(operand)).at(code, firstOf(code, head, rows * columns));
    code.loop(code.constant(0), code.constant(rows), 1, [&](Value row) {
      Value to = code.offset(target, code.mul(row, stride));
      forColumns(code, columns, [&](Value column, Value mask) {
        Value first = operand ? from.at(code, code.add(code.mul(row, columns), column)).load(code, mask) : code.zeros();
        code.storeVector(first, code.offset(to, column));
      });
    });
  };
  start(attention.getState(), features, width, valueStride(), places().state);
  if (findsLargest())
    start(Value(), 1, width, valueStride(), places().plain);
  if (needsSum())
    start(attention.getSum(), 1, features, featureStride(), places().sum);
}

/// The state after the last key, where it is a result.
void LinearKernel::finishState(CodeBuilder &code, const Head &head) {
  auto finish = [&](unsigned result, int64_t rows, int64_t columns, int64_t stride, int64_t place) {
    StoredNumbers to = kernel.resultNumbers(head.scope, result).at(code, firstOf(code, head, rows * columns));
    Value source = at(code, head, place);
    code.loop(code.constant(0), code.constant(rows), 1, [&](Value row) {
      Value from = code.offset(source, code.mul(row, stride));
      forColumns(code, columns, [&](Value column, Value mask) {
        to.at(code, code.add(code.mul(row, columns), column))
            .store(code, code.loadVector(code.offset(from, column)), mask);
      });
    });
  };
  if (results[1])
    finish(*results[1], features, width, valueStride(), places().state);
  if (results[2])
    finish(*results[2], 1, features, featureStride(), places().sum);
}

HeadRows LinearKernel::outputRows(CodeBuilder &code, const Head &head, Value member) {
  HeadPlace place{head.sample, queryHead(code, head, member)};
  return resultRows(code, kernel, head.scope, *results[0], merged, place, queries, heads, width);
}

/// Keys [from, to) go into the state.
void LinearKernel::buildTake(CodeBuilder &code, const Head &head, Value from, Value to) {
  code.loop(from, to, chunk(), [&](Value key) {
    Value count = code.min(code.sub(to, key), code.constant(chunk()));
    if (isStepwise())
      return buildSteps(code, head, code.constant(0), key, code.constant(0), count);
    HeadRows rows = featureRows(code, head, keySource, head.keyHead, key, count, at(code, head, places().keys),
                                at(code, head, places().largest));
    addKeys(code, head, rows, key, count);
    if (findsLargest())
      addPlainValues(code, head, key, count);
  });
}

/// Queries [from, to) of one head are answered from the state as it is.
void LinearKernel::buildAnswer(CodeBuilder &code, const Head &head, Value member, Value from, Value to) {
  HeadRows output = outputRows(code, head, member);
  code.loop(from, to, chunk(), [&](Value query) {
    Value count = code.min(code.sub(to, query), code.constant(chunk()));
    HeadRows rows = queryRows(code, head, member, query, count, at(code, head, places().queries));
    answer(code, head, rows, count, {output.row(code, query), output.rowStride});
  });
}

/// `count` queries and `keyCount` keys on the diagonal: query `query + i` sees key `key + j` for j <= i.
void LinearKernel::buildChunk(CodeBuilder &code, const Head &head, Value query, Value key, Value count,
                              Value keyCount) {
  HeadRows keyRows = featureRows(code, head, keySource, head.keyHead, key, keyCount, at(code, head, places().keys),
                                 at(code, head, places().largest));
  if (results[0]) {
    transposeKeys(code, head, keyRows, keyCount);
    forGroup(code, [&](Value member) {
      HeadRows rows = queryRows(code, head, member, query, count, at(code, head, places().queries));
      weighKeys(code, head, rows, count, keyCount);
      HeadRows output = outputRows(code, head, member);
      answer(code, head, rows, count, {output.row(code, query), output.rowStride}, key, keyCount);
    });
  }
  addKeys(code, head, keyRows, key, keyCount);
}

void LinearKernel::callTake(CodeBuilder &code, const Head &head, Value from, Value to) {
  kernel.call(code, takeName, kernel.currentFrame(), {head.sample, head.keyHead, head.worker, from, to});
}

void LinearKernel::callAnswer(CodeBuilder &code, const Head &head, Value from, Value to) {
  if (results[0])
    forGroup(code, [&](Value member) {
      kernel.call(code, answerName, kernel.currentFrame(), {head.sample, head.keyHead, head.worker, member, from, to});
    });
}

void LinearKernel::buildWhole(CodeBuilder &code, const Head &head) {
  callTake(code, head, code.constant(0), head.keyCount);
  if (findsLargest())
    settleState(code, head);
  callAnswer(code, head, code.constant(0), kernel.extent(code, head.scope, queries));
}

/// Queries before the diagonal's first key see the state at the start; then come chunks on the diagonal; what lies
/// beyond its end goes into the state that is returned.
void LinearKernel::buildCausal(CodeBuilder &code, const Head &head) {
  Value none = code.constant(0), queryCount = kernel.extent(code, head.scope, queries);
  Value before = none, early = none; // keys and queries that the diagonal leaves out at the beginning
  if (*attention.getCausal() == Alignment::BottomRight) {
    Value offset = code.sub(kernel.extent(code, head.scope, keys), queryCount);
    before = code.max(offset, none);
    early = code.max(code.sub(none, offset), none);
  }
  callTake(code, head, none, code.min(before, head.keyCount));
  callAnswer(code, head, none, early);
  code.loop(early, queryCount, chunk(), [&](Value query) {
    Value key = code.add(before, code.sub(query, early));
    Value count = code.min(code.sub(queryCount, query), code.constant(chunk()));
    Value keyCount = code.max(code.min(code.sub(head.keyCount, key), count), none);
    kernel.call(code, chunkName, kernel.currentFrame(),
                {head.sample, head.keyHead, head.worker, query, key, count, keyCount});
  });
  if (results[1] || results[2])
    callTake(code, head, code.add(before, code.sub(queryCount, early)), head.keyCount);
}

void LinearKernel::buildHead(CodeBuilder &code, const Head &head) {
  startState(code, head);
  Value largest = at(code, head, places().largest);
  prepareRandom(code, head, keySource, head.keyHead, at(code, head, places().keys), largest);
  forGroup(code, [&](Value member) {
    prepareRandom(code, head, querySource, queryHead(code, head, member), at(code, head, places().queries),
                  code.offset(largest, code.add(member, 1)));
  });
  attention.getCausal() ? buildCausal(code, head) : buildWhole(code, head);
  finishState(code, head);
}

void LinearKernel::build() {
  kernel.setScratch(getAffineConstantExpr(kernel.numberBytes() * places().end, kernel.kernel().getContext()));
  auto function = [&](StringRef name, int64_t more,
                      llvm::function_ref<void(CodeBuilder &, const Head &, ValueRange)> body) {
    return kernel.function(name, 3 + more, [&](CodeBuilder &code, const KernelScope &scope, ValueRange arguments) {
      body(code, makeHead(code, scope, arguments[0], arguments[1], arguments[2]), arguments.drop_front(3));
    });
  };
  takeName = function("take", 2,
                      [&](CodeBuilder &code, const Head &head, ValueRange x) { buildTake(code, head, x[0], x[1]); });
  if (results[0])
    answerName = function("answer", 3, [&](CodeBuilder &code, const Head &head, ValueRange x) {
      buildAnswer(code, head, x[0], x[1], x[2]);
    });
  if (attention.getCausal())
    chunkName = function("chunk", 4, [&](CodeBuilder &code, const Head &head, ValueRange x) {
      isStepwise() ? buildSteps(code, head, x[0], x[1], x[2], x[3]) : buildChunk(code, head, x[0], x[1], x[2], x[3]);
    });
  std::string task = kernel.function("task", 2, [&](CodeBuilder &code, const KernelScope &scope, ValueRange arguments) {
    Value count = code.constant(keyHeads);
    buildHead(code, makeHead(code, scope, code.div(arguments[0], count), code.rem(arguments[0], count), arguments[1]));
  });
  kernel.define([&](CodeBuilder &code, const KernelScope &scope) {
    Value frame = kernel.makeFrame(code, scope);
    kernel.parallel(code, scope, task, frame, code.mul(kernel.extent(code, scope, batch), keyHeads));
  });
}

/// Whether the features of queries or keys can be made row by row, in this kernel.
static LogicalResult supportsSource(Value made, std::string &why) {
  FeatureSource source(made);
  if (source.features && failed(supportsFormula(source.features.getFormula(), why)))
    return failure();
  for (Operation *op : source.rowOps) {
    auto pointwise = dyn_cast<PointwiseOp>(op);
    if (pointwise && failed(supportsFormula(pointwise.getFormula(), why)))
      return failure();
    if (!isa<PointwiseOp, SplitHeadsOp>(op)) {
      why = "queries or keys are made by " + op->getName().getStringRef().str() + " inside the kernel";
      return failure();
    }
  }
  return success();
}

LogicalResult supportsLinear(KernelOp kernel, std::string &why) {
  LinearAttentionOp attention = linearAttentionOf(kernel);
  if (!attention) {
    why = "one linear_attention to a kernel";
    return failure();
  }
  if (!sourceOf(attention.getValue())) {
    why = "values are computed inside the kernel";
    return failure();
  }
  ScheduleAttr schedule = *kernel.getSchedule();
  if (schedule.getKeyBlock() < 1) {
    why = "key_block of linear is at least 1";
    return failure();
  }
  return success(succeeded(supportsSource(attention.getQuery(), why)) &&
                 succeeded(supportsSource(attention.getKey(), why)));
}

void lowerLinear(KernelCode &kernel) { LinearKernel(kernel).build(); }

} // namespace mlir::attn
