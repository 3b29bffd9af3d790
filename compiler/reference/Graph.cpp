// edge_score, edge_values, segment_pool, and what a graph in compressed rows must be.
#include "compiler/reference/Ops.h"
#include <limits>

namespace mlir::attn::reference {

template <class T>
llvm::Error checkGraph(const Tensor<T> &rowptr, const Tensor<T> &col, int64_t nodes, int64_t keys) {
  auto isNot = [&](int64_t at, const llvm::Twine &expected) {
    return error(nameOf(rowptr, "row pointers") + shapeText({at}) + ": " + llvm::Twine(rowptr.integers[at]) +
                 ", expected " + expected);
  };
  if (rowptr.shape[0] != nodes + 1)
    return error(llvm::Twine(rowptr.shape[0]) + " row pointers for " + llvm::Twine(nodes) + " nodes");
  if (rowptr.integers[0] != 0)
    return isNot(0, "0");
  for (int64_t i = 0; i < nodes; ++i)
    if (rowptr.integers[i + 1] < rowptr.integers[i])
      return isNot(i + 1, "no less than " + llvm::Twine(rowptr.integers[i]));
  if (rowptr.integers[nodes] != col.shape[0])
    return isNot(nodes, llvm::Twine(col.shape[0]));
  return checkRange(col, keys - 1);
}

template <class T>
llvm::ArrayRef<int64_t> columnsOf(const Tensor<T> &rowptr, const Tensor<T> &col, int64_t node) {
  int64_t first = rowptr.integers[node];
  return llvm::ArrayRef(col.integers).slice(first, rowptr.integers[node + 1] - first);
}

template <class T>
ExpectedTensor<T> edgeScore(const Tensor<T> &values, const Tensor<T> &rowptr, const Tensor<T> &col) {
  int64_t heads = values.shape[0], edges = values.shape[1], nodes = rowptr.shape[0] - 1;
  if (edges != col.shape[0])
    return error(llvm::Twine(edges) + " values for " + llvm::Twine(col.shape[0]) + " edges");
  if (llvm::Error fault = checkGraph(rowptr, col, nodes, nodes))
    return fault;
  ExpectedTensor<T> map = makeTensor<T>({1, heads, nodes, nodes});
  if (!map)
    return map;
  map->visible.resize(map->reals.size(), 0);
  for (int64_t h = 0; h < heads; ++h)
    for (int64_t i = 0; i < nodes; ++i)
      for (int64_t e = rowptr.integers[i]; e < rowptr.integers[i + 1]; ++e) {
        int64_t at = (h * nodes + i) * nodes + col.integers[e];
        map->reals[at] += values.reals[h * edges + e];
        map->visible[at] = 1;
      }
  for (int64_t at = 0; at < map->size(); ++at)
    if (!map->visible[at])
      map->reals[at] = -std::numeric_limits<T>::infinity();
  return map;
}

template <class T>
ExpectedTensor<T> edgeValues(const Tensor<T> &map, const Tensor<T> &rowptr, const Tensor<T> &col) {
  int64_t lists = map.shape[0] * map.shape[1], nodes = map.shape[2], edges = col.shape[0];
  if (map.shape[3] != nodes)
    return error("a map of shape " + shapeText(map.shape) + " for the edges of one graph");
  if (llvm::Error fault = checkGraph(rowptr, col, nodes, nodes))
    return fault;
  ExpectedTensor<T> result = makeTensor<T>({map.shape[0], map.shape[1], edges});
  for (int64_t list = 0; result && list < lists; ++list)
    for (int64_t i = 0; i < nodes; ++i)
      for (int64_t e = rowptr.integers[i]; e < rowptr.integers[i + 1]; ++e) {
        int64_t at = (list * nodes + i) * nodes + col.integers[e];
        result->reals[list * edges + e] = map.visible.empty() || map.visible[at] ? map.reals[at] : T(0);
      }
  return result;
}

template <class T>
ExpectedTensor<T> segmentPool(PoolKind kind, const Tensor<T> &input, const Tensor<T> &ids, int64_t groups) {
  int64_t rows = input.shape[0], width = input.shape[1];
  if (ids.shape[0] != rows)
    return error(llvm::Twine(ids.shape[0]) + " ids for " + llvm::Twine(rows) + " rows");
  if (llvm::Error outside = checkInput(ids, groups - 1, -1))
    return outside;
  ExpectedTensor<T> result = makeTensor<T>({groups, width});
  std::vector<int64_t> counts(groups);
  for (int64_t n = 0; result && n < rows; ++n) {
    int64_t group = ids.integers[n];
    if (group < 0 || group >= groups)
      continue;
    bool isFirst = counts[group]++ == 0;
    for (int64_t c = 0; c < width; ++c) {
      T &pooled = result->reals[group * width + c], x = input.reals[n * width + c];
      if (kind == PoolKind::Max)
        pooled = isFirst || pooled < x ? x : pooled;
      else
        pooled += x;
    }
  }
  for (int64_t at = 0; result && kind == PoolKind::Mean && at < result->size(); ++at)
    if (int64_t count = counts[at / width])
      result->reals[at] /= count;
  return result;
}

#define INSTANTIATE(T)                                                                                                 \
  template llvm::Error checkGraph(const Tensor<T> &, const Tensor<T> &, int64_t, int64_t);                             \
  template llvm::ArrayRef<int64_t> columnsOf(const Tensor<T> &, const Tensor<T> &, int64_t);                           \
  template ExpectedTensor<T> edgeScore(const Tensor<T> &, const Tensor<T> &, const Tensor<T> &);                       \
  template ExpectedTensor<T> edgeValues(const Tensor<T> &, const Tensor<T> &, const Tensor<T> &);                      \
  template ExpectedTensor<T> segmentPool(PoolKind, const Tensor<T> &, const Tensor<T> &, int64_t);
INSTANTIATE(float)
INSTANTIATE(double)
INSTANTIATE(long double)

} // namespace mlir::attn::reference
