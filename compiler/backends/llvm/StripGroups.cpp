// Which places of a strip are one group: the keys of a query run through the lanes of vectors; for the heads of a place
// and the queries of a key, every lane is a group of its own.
#include "compiler/backends/llvm/StripKernel.h"

namespace mlir::attn {

void StripKernel::forGroups(CodeBuilder &code, const Strip &strip, const GroupedMap &grouped,
                            llvm::function_ref<void(PlaceGroup &, const Place &)> body) {
  Value target = grouped.target ? grouped.target : grouped.map;
  auto placesOf = [&](Value head, Value row, Value column, Value valid) {
    return GroupPlaces{code.offset(rowOf(code, strip, grouped.map, head, row), column),
                       code.offset(rowOf(code, strip, target, head, row), column), valid};
  };
  auto run = [&](PlaceGroup::Each each, const Place &at) {
    PlaceGroup group(code, mathIsa(kernel.isa()), grouped.hidden, grouped.axis == MapAxis::Keys ? 1 : lanes(),
                     std::move(each));
    body(group, at);
  };
  auto [from, to] = grouped.rows;
  if (grouped.axis == MapAxis::Keys)
    return forHeads(code, strip, grouped.map, [&, from = from, to = to](Value head) {
      code.loop(from, to, 1, [&](Value row) {
        auto each = [&](ValueRange initial, PlaceGroup::Step step) {
          Value full = code.sub(strip.keys, code.rem(strip.keys, code.constant(lanes())));
          auto vectors = [&](Value first, Value last, ValueRange sums, bool partial) {
            return code.reduce(first, last, lanes(), sums, [&](Value column, ValueRange state) {
              Value valid = partial ? code.maskBelow(code.sub(strip.keys, column)) : Value();
              return step(placesOf(head, row, column, valid), state);
            });
          };
          return vectors(full, strip.keys, vectors(code.constant(0), full, initial, false), true);
        };
        run(each, {head, row, {}, {}});
      });
    });
  auto forColumns = [&](Value head, Value row, Value first, Value last, bool rows) {
    code.loop(code.constant(0), strip.keys, lanes(), [&](Value column) {
      auto each = [&](ValueRange initial, PlaceGroup::Step step) {
        return code.reduce(first, last, 1, initial, [&](Value at, ValueRange state) {
          return step(placesOf(rows ? head : at, rows ? at : row, column, Value()), state);
        });
      };
      run(each, {head, row, column, code.maskBelow(code.sub(strip.keys, column))});
    });
  };
  if (grouped.axis == MapAxis::Queries)
    return forHeads(code, strip, grouped.map,
                    [&, from = from, to = to](Value head) { forColumns(head, {}, from, to, /*rows=*/true); });
  Value heads = code.constant(cast<RankedTensorType>(grouped.map.getType()).getDimSize(1));
  code.loop(from, to, 1, [&](Value row) { forColumns({}, row, code.constant(0), heads, /*rows=*/false); });
}

} // namespace mlir::attn
