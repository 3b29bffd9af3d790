// Updates of the state that forget: one key at a time, each with the query at its place.
//   gated         S = exp(g) S + k v^T
//   delta         u = S^T k;  S = S + k (r (v - u))^T, with S decayed first for gated_delta
#include "compiler/backends/llvm/LinearKernel.h"
#include "mlir/Dialect/Math/IR/Math.h"

namespace mlir::attn {

/// As for buildChunk. Without queries the keys only go into the state.
void LinearKernel::buildSteps(CodeBuilder &code, const Head &head, Value query, Value key, Value count,
                              Value keyCount) {
  Value keyPlace = at(code, head, places().keys), largest = at(code, head, places().largest);
  HeadRows keyRows = featureRows(code, head, keySource, head.keyHead, key, keyCount, keyPlace, largest);
  Value queryPlace = at(code, head, places().queries);
  auto queriesOf = [&](Value member) { return code.offset(queryPlace, code.mul(member, chunk() * featureStride())); };
  if (results[0] && !querySource.isInMemory())
    forGroup(code, [&](Value member) { queryRows(code, head, member, query, count, queriesOf(member)); });
  code.loop(code.constant(0), code.max(count, keyCount), 1, [&](Value index) {
    code.branch(code.less(index, keyCount),
                [&] { takeStep(code, head, keyRows.row(code, index), code.add(key, index)); });
    if (!results[0])
      return;
    code.branch(code.less(index, count), [&] {
      forGroup(code, [&](Value member) {
        Value row = code.add(query, index);
        HeadRows output = outputRows(code, head, member), made{{queriesOf(member)}, featureStride()};
        HeadRows one{made.row(code, index), made.rowStride};
        if (querySource.isInMemory())
          one = featureRows(code, head, querySource, queryHead(code, head, member), row, code.constant(1), Value(),
                            Value());
        answer(code, head, one, code.constant(1), {output.row(code, row), output.rowStride});
      });
    });
  });
}

void LinearKernel::takeStep(CodeBuilder &code, const Head &head, const StoredNumbers &key, Value index) {
  Value state = at(code, head, places().state), kept = at(code, head, places().kept);
  Value tokens = kernel.extent(code, head.scope, keys);
  Value token = code.add(code.mul(firstOf(code, head, 1), tokens), index);
  bool isDelta = attention.getRate() != Value();
  if (Value decay = attention.getDecay()) {
    StoredNumbers numbers = kernel.numbers(head.scope, cast<BlockArgument>(decay));
    bool perFeature = cast<RankedTensorType>(decay.getType()).getRank() == 4;
    StoredNumbers row = numbers.at(code, perFeature ? code.mul(token, features) : token);
    forColumns(code, features, [&](Value column, Value mask) {
      Value exponent = perFeature ? row.at(code, column).load(code, mask) : code.splat(row.loadOne(code));
      code.storeVector(math::ExpOp::create(code.b, exponent), code.offset(kept, column));
    });
  }
  auto keptOf = [&](Value feature) {
    return attention.getDecay() ? code.splat(code.load(code.number(), code.offset(kept, feature))) : Value();
  };
  Value rate =
      isDelta ? code.splat(
                    kernel.numbers(head.scope, cast<BlockArgument>(attention.getRate())).at(code, token).loadOne(code))
              : Value();
  forValueTiles(code, [&](Value column, int64_t columns) {
    int64_t vectors = llvm::divideCeil(columns, lanes());
    auto place = [&](Value feature, int64_t v) {
      return code.offset(code.offset(state, code.add(code.mul(feature, valueStride()), column)), v * lanes());
    };
    SmallVector<Value> added;
    for (int64_t v = 0; v < vectors; ++v)
      added.push_back(valueVector(code, head.values, index, column, v, columns));
    if (isDelta) {
      SmallVector<Value> known(vectors, code.zeros());
      known = code.reduce(code.constant(0), code.constant(features), 1, known, [&](Value feature, ValueRange sums) {
        Value factor = keptOf(feature), x = code.splat(key.at(code, feature).loadOne(code));
        SmallVector<Value> next;
        for (int64_t v = 0; v < vectors; ++v) {
          Value old = code.loadVector(place(feature, v));
          next.push_back(code.fma(x, factor ? code.fmul(old, factor) : old, sums[v]));
        }
        return next;
      });
      for (int64_t v = 0; v < vectors; ++v)
        added[v] = code.fmul(rate, code.fsub(added[v], known[v]));
    }
    code.loop(code.constant(0), code.constant(features), 1, [&](Value feature) {
      Value factor = keptOf(feature), x = code.splat(key.at(code, feature).loadOne(code));
      for (int64_t v = 0; v < vectors; ++v) {
        Value old = code.loadVector(place(feature, v));
        code.storeVector(code.fma(x, added[v], factor ? code.fmul(old, factor) : old), place(feature, v));
      }
    });
  });
  if (!needsSum())
    return;
  Value sum = at(code, head, places().sum);
  forColumns(code, features, [&](Value column, Value mask) {
    Value to = code.offset(sum, column), old = code.loadVector(to);
    if (attention.getDecay())
      old = code.fmul(old, code.loadVector(code.offset(kept, column)));
    code.storeVector(code.fadd(old, key.at(code, column).load(code, mask)), to);
  });
}

} // namespace mlir::attn
