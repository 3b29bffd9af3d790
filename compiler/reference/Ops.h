// The meaning of every attn op: one plain function each, written to be read, never to be fast.
//
// Every function is a plain loop in precision T, each operation rounded on its own and sums taken in index order: with
// T = double it is the truth that tests compare with, with T = float the error a straightforward program would make;
// what is computed in f64 is compared with T = long double, by the error of T = double.
// Shapes are named as in the dialect: B batch, H heads, N queries, M keys, D and E widths, C model width. Extents that
// the verifier could not compare, because they are known only at run time, are checked here.
#pragma once

#include "compiler/reference/Formula.h"
#include "dialect/AttnOps.h"

namespace mlir::attn::reference {

template <class T>
using Operands = llvm::ArrayRef<const Tensor<T> *>;

// --- Projection.cpp
/// `bias` may be null.
template <class T>
ExpectedTensor<T> linear(const Tensor<T> &input, const Tensor<T> &weight, const Tensor<T> *bias);
/// A linear that multiplies bf16 or int8 numbers (dialect/ReducedNumbers.h).
ExpectedTensor<float> reducedLinear(const Tensor<float> &input, const Tensor<float> &weight, const Tensor<float> *bias,
                                    attn::Precision products);
template <class T>
ExpectedTensor<T> splitHeads(const Tensor<T> &input, int64_t heads);
template <class T>
ExpectedTensor<T> mergeHeads(const Tensor<T> &input);
/// Fails on an id outside the table.
template <class T>
ExpectedTensor<T> embed(const Tensor<T> &table, const Tensor<T> &ids);
/// Fails when there are more tokens than rows.
template <class T>
ExpectedTensor<T> positions(const Tensor<T> &table, const Tensor<T> &tokens);

// --- Block.cpp
/// A formula that is `indexed` sees its place too; one that is `whole` yields an integer, and reads a masked place as
/// the number that leaves the map there.
struct PointwiseKind {
  bool indexed = false, whole = false;
};
template <class T>
ExpectedTensor<T> pointwise(Operands<T> inputs, Region &formula, Operands<T> captures, PointwiseKind kind);
template <class T>
ExpectedTensor<T> activation(Activation kind, const Tensor<T> &input);
template <class T>
ExpectedTensor<T> add(const Tensor<T> &lhs, const Tensor<T> &rhs);
template <class T>
ExpectedTensor<T> blend(const Tensor<T> &lhs, const Tensor<T> &rhs, double alpha);
template <class T>
ExpectedTensor<T> layerNorm(const Tensor<T> &input, const Tensor<T> &gamma, const Tensor<T> &beta, double eps);
template <class T>
ExpectedTensor<T> rmsNorm(const Tensor<T> &input, const Tensor<T> &gamma, double eps);
template <class T>
ExpectedTensor<T> l2Normalize(const Tensor<T> &input, double eps);
/// `lengths` may be null. Fails on a length outside [0, tokens].
template <class T>
ExpectedTensor<T> pool(PoolKind kind, const Tensor<T> &input, const Tensor<T> *lengths);

/// Row `i` of keys or values for head `h` of `heads`: grouped heads share the rows of one; those of rank 3 are shared
/// by all samples, those of rank 2 by all heads too.
template <class T>
const T *rowOf(const Tensor<T> &tensor, int64_t b, int64_t h, int64_t heads, int64_t i) {
  int64_t rank = tensor.shape.size(), own = rank == 2 ? 1 : tensor.shape[rank - 3];
  int64_t sample = rank == 4 ? b : 0, head = h / (heads / own);
  return tensor.reals.data() + ((sample * own + head) * tensor.shape[rank - 2] + i) * tensor.shape[rank - 1];
}

// --- Score.cpp
template <class T>
ExpectedTensor<T> score(ScoreKind kind, const Tensor<T> &query, const Tensor<T> &key, Operands<T> parameters,
                        double scale);
/// The first places of `table`, for the lengths of query and key; all of its rows where `query` is null.
template <class T>
ExpectedTensor<T> givenScore(const Tensor<T> &table, const Tensor<T> *query, const Tensor<T> &key);
template <class T>
ExpectedTensor<T> pairScore(const Tensor<T> &query, const Tensor<T> &key, Region &formula, Operands<T> captures,
                            double scale);
/// `keys` is the map's number of keys.
template <class T>
ExpectedTensor<T> relativeScore(const Tensor<T> &query, const Tensor<T> &table, int64_t keys, Alignment alignment,
                                double scale);
template <class T>
ExpectedTensor<T> relativeScore2d(const Tensor<T> &query, const Tensor<T> &rows, const Tensor<T> &cols, double scale);

// --- Map.cpp
/// Leaves masked places alone.
template <class T>
ExpectedTensor<T> modify(Tensor<T> scores, Region &formula, Operands<T> captures);
/// Values of masked keys are not read. `relative` may be null.
template <class T>
ExpectedTensor<T> combine(const Tensor<T> &weights, const Tensor<T> &value, const Tensor<T> *relative,
                          Alignment alignment);

// --- Mask.cpp
/// Marks places as not visible and sets their score to -inf. `predicate` is the region of the mask's predicate, if it
/// has one. Fails on operands that do not fit the map and on a length outside [0, M].
template <class T>
ExpectedTensor<T> mask(Tensor<T> scores, MaskAttr mask, Operands<T> operands, Region *predicate);

// --- Normalize.cpp
/// What a normalize op says.
struct NormalizerKind {
  Normalizer kind;
  MapAxis axis = MapAxis::Keys;
  double eps = 0;
  int64_t iterations = 0;
};
/// Weights 0 where masked; visible scores that are all -inf have softmax weights 0. `sink` may be null.
template <class T>
ExpectedTensor<T> normalize(Tensor<T> scores, NormalizerKind how, const Tensor<T> *sink);
template <class T>
ExpectedTensor<T> reduceMap(const Tensor<T> &map, MapReduction kind, MapAxis axis);

// --- Order.cpp
/// `lengths` may be null.
template <class T>
ExpectedTensor<T> bucket(const Tensor<T> &input, const Tensor<T> &rotations, const Tensor<T> *lengths);
template <class T>
ExpectedTensor<T> sort(const Tensor<T> &ids);
/// This, gather and scatter fail on an input with an index outside [-1, rows).
template <class T>
ExpectedTensor<T> invert(const Tensor<T> &order);
template <class T>
ExpectedTensor<T> wrap(const Tensor<T> &lists, int64_t rounds, int64_t chunk, int64_t before, int64_t after);
template <class T>
ExpectedTensor<T> gather(const Tensor<T> &input, const Tensor<T> &index);
template <class T>
ExpectedTensor<T> scatter(Tensor<T> base, const Tensor<T> &index, const Tensor<T> &rows);
template <class T>
ExpectedTensor<T> mergeParts(const Tensor<T> &outputs, const Tensor<T> &logarithms, int64_t parts);
template <class T>
ExpectedTensor<T> groupRows(Tensor<T> input, int64_t size);
template <class T>
ExpectedTensor<T> ungroupRows(Tensor<T> input, int64_t size);
template <class T>
ExpectedTensor<T> blockSum(const Tensor<T> &input, int64_t size, bool running);
template <class T>
ExpectedTensor<T> concat(const Tensor<T> &lhs, const Tensor<T> &rhs);

// --- Move.cpp
/// Of integers if they are `whole`, as in take and append_rows.
template <class T>
ExpectedTensor<T> rearrange(const Tensor<T> &input, AffineMap sizes, AffineMap from, bool whole);
/// This and scatter_add fail on an input with an index outside [-1, rows).
template <class T>
ExpectedTensor<T> take(const Tensor<T> &input, const Tensor<T> &index, bool whole);
template <class T>
ExpectedTensor<T> appendRows(const Tensor<T> &head, const Tensor<T> &tail, bool whole);
template <class T>
ExpectedTensor<T> scatterAdd(Tensor<T> base, const Tensor<T> &index, const Tensor<T> &rows);
template <class T>
ExpectedTensor<T> argmax(const Tensor<T> &input);
template <class T>
ExpectedTensor<T> cacheAppend(Tensor<T> cache, const Tensor<T> &rows, const Tensor<T> &places);

// --- MapMix.cpp
template <class T>
ExpectedTensor<T> topK(Tensor<T> scores, int64_t count);
template <class T>
ExpectedTensor<T> fill(Tensor<T> scores, double value);
template <class T>
ExpectedTensor<T> mixHeads(const Tensor<T> &scores, const Tensor<T> &weight);
/// `bias` may be null; `shift` is empty or [down, right].
template <class T>
ExpectedTensor<T> mapConv(const Tensor<T> &scores, const Tensor<T> &weight, const Tensor<T> *bias,
                          llvm::ArrayRef<int64_t> shift);

// --- LinearAttention.cpp
template <class T>
ExpectedTensor<T> features(const Tensor<T> &input, int64_t terms, Region &formula, Operands<T> captures);
/// `lengths` may be null. Fails on a length outside [0, rows].
template <class T>
ExpectedTensor<T> randomFeatures(const Tensor<T> &input, const Tensor<T> &projection, Stabilizer stabilizer,
                                 const Tensor<T> *lengths, double eps);
/// What a linear_attention op reads; all but query, key and value may be null.
template <class T>
struct LinearAttentionInputs {
  const Tensor<T> *query, *key, *value, *lengths = nullptr, *decay = nullptr, *rate = nullptr, *state = nullptr,
                                        *sum = nullptr;
};
struct LinearAttentionKind {
  std::optional<Alignment> causal;
  Denominator denominator;
  double eps;
};
/// The output, and the state and the sum of keys after the last key. Fails on a length outside [0, M].
template <class T>
llvm::Expected<std::vector<Tensor<T>>> linearAttention(const LinearAttentionInputs<T> &inputs,
                                                       LinearAttentionKind kind);

} // namespace mlir::attn::reference
