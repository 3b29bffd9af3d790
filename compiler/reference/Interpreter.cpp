// One walk over a function: each op's operands are looked up, its meaning computed, its results remembered until their
// last use.
#include "compiler/reference/Interpreter.h"
#include "compiler/reference/Ops.h"
#include "compiler/reference/Ports.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/SymbolTable.h"
#include "llvm/ADT/ScopeExit.h"
#include "llvm/ADT/TypeSwitch.h"
#include "llvm/Support/raw_ostream.h"

namespace mlir::attn::reference {
namespace {

// Functions that call themselves would never end; models nest a handful deep.
constexpr int maxCallDepth = 64;

template <class T>
class Interpreter {
public:
  using Tensors = std::vector<Tensor<T>>;

  Interpreter(const WeightProvider &weights, attn::Precision products) : weights(weights), products(products) {}

  llvm::Expected<Tensors> call(func::FuncOp function, Tensors inputs) {
    if (++depth > maxCallDepth)
      return error("calls nest deeper than " + llvm::Twine(maxCallDepth) + " at @" + function.getName());
    llvm::scope_exit leave([&] { --depth; });
    if (!function.getBody().hasOneBlock())
      return error("@" + function.getName() + " has no body of one block");
    return block(function.getBody().front(), std::move(inputs));
  }

private:
  /// Runs a block of ops on tensors; the values of its terminator are the result.
  llvm::Expected<Tensors> block(Block &block, Tensors arguments) {
    for (auto [argument, tensor] : llvm::zip_equal(block.getArguments(), arguments))
      define(argument, std::move(tensor));
    for (Operation &op : block.without_terminator()) {
      llvm::Expected<Tensors> results = compute(op);
      if (!results)
        return results.takeError();
      for (auto [value, tensor] : llvm::zip_equal(op.getResults(), *results))
        define(value, std::move(tensor));
    }
    Tensors results;
    for (Value value : block.getTerminator()->getOperands())
      results.push_back(take(value));
    return results;
  }

  void define(Value value, Tensor<T> tensor) {
    if (int64_t uses = std::distance(value.use_begin(), value.use_end()))
      defined[{value, depth}] = {std::move(tensor), uses};
  }

  /// The tensor of an operand, for one use of it.
  Tensor<T> take(Value value) {
    auto slot = defined.find({value, depth});
    if (--slot->second.uses)
      return slot->second.tensor;
    Tensor<T> tensor = std::move(slot->second.tensor);
    defined.erase(slot);
    return tensor;
  }

  /// The results of an op; an error of it gets the op's name and place.
  llvm::Expected<Tensors> compute(Operation &op) {
    Tensors operands;
    for (Value value : op.getOperands())
      operands.push_back(take(value));
    if (auto kernel = dyn_cast<KernelOp>(op))
      return block(kernel.getBody().front(), std::move(operands));
    if (auto callOp = dyn_cast<func::CallOp>(op))
      return callee(op, callOp.getCallee(), std::move(operands));
    if (auto repeatOp = dyn_cast<RepeatOp>(op))
      return repeat(repeatOp, std::move(operands));
    if (auto loopOp = dyn_cast<LoopOp>(op))
      return loop(loopOp, std::move(operands));
    if (auto linear = dyn_cast<LinearAttentionOp>(op)) {
      llvm::Expected<Tensors> results = linearAttentionOf(linear, operands);
      return results ? std::move(results) : located(op, results.takeError());
    }
    if (auto step = dyn_cast<BeamStepOp>(op))
      return beamStep(pointers(operands),
                      {static_cast<int64_t>(step.getEnd()), step.getAlpha().convertToDouble(), step.getEarly()});
    if (auto finish = dyn_cast<BeamFinishOp>(op))
      return beamFinish(pointers(operands), finish.getAlpha().convertToDouble());
    ExpectedTensor<T> result = single(op, operands);
    if (!result)
      return located(op, result.takeError());
    Tensors results;
    results.push_back(std::move(*result));
    return results;
  }

  static llvm::Error located(Operation &op, llvm::Error cause) {
    std::string place;
    if (auto location = dyn_cast<FileLineColLoc>(op.getLoc()))
      place = (location.getFilename().getValue() + ":" + llvm::Twine(location.getLine()) + ":" +
               llvm::Twine(location.getColumn()) + ": ")
                  .str();
    return error(place + "'" + op.getName().getStringRef() + "' op " + llvm::toString(std::move(cause)));
  }

  llvm::Expected<Tensors> callee(Operation &op, llvm::StringRef name, Tensors operands) {
    auto function = SymbolTable::lookupNearestSymbolFrom<func::FuncOp>(&op, StringAttr::get(op.getContext(), name));
    if (!function)
      return located(op, error("calls @" + name + ", which is not a function of this module"));
    return call(function, std::move(operands));
  }

  /// The results of one call replace the first operands of the next; weight names of call t begin with the prefix, its
  /// `#` replaced by t.
  llvm::Expected<Tensors> repeat(RepeatOp op, Tensors operands) {
    std::string outer = prefix;
    llvm::scope_exit restore([&] { prefix = outer; });
    for (uint64_t t = 0;; ++t) {
      prefix = outer;
      for (char c : op.getPrefix())
        prefix += c == '#' ? std::to_string(t) : std::string(1, c);
      llvm::Expected<Tensors> results = callee(*op, op.getCallee(), operands);
      if (!results || t + 1 == op.getCount())
        return results;
      std::move(results->begin(), results->end(), operands.begin());
    }
  }

  /// What the callee returns first replaces the carried tensors; what follows is collected at the time of the step.
  /// Without a step, one on zeros tells the shapes of what is collected.
  llvm::Expected<Tensors> loop(LoopOp op, Tensors operands) {
    size_t carried = op.getCarried().size(), sequences = carried + op.getEach().size();
    int64_t time = op.getSteps() ? static_cast<int64_t>(*op.getSteps()) : operands[carried].shape[1];
    for (size_t s = carried; s < sequences; ++s)
      if (operands[s].shape[1] != time)
        return located(*op, error("has sequences of " + llvm::Twine(time) + " and " +
                                  llvm::Twine(operands[s].shape[1]) + " steps"));
    for (size_t s = 0; s < carried; ++s) { // steps compute it
      operands[s].input.clear();
      operands[s].weight.clear();
    }
    Tensors collected(op.getNumResults() - carried);
    bool goesOn = true;
    for (int64_t count = 0; count < std::max<int64_t>(time, 1) && goesOn; ++count) {
      int64_t t = op.getReverse() ? time - 1 - count : count;
      Tensors arguments = operands;
      for (size_t s = carried; s < sequences; ++s)
        arguments[s] = partOf(operands[s], t, isa<FloatType>(getElementTypeOrSelf(op->getOperand(s))));
      llvm::Expected<Tensors> results = callee(*op, op.getCallee(), std::move(arguments));
      if (!results)
        return results;
      if (op.getConditional())
        goesOn = llvm::any_of(results->back().integers, [](int64_t alive) { return alive != 0; });
      for (size_t s = 0; s < carried && time > 0; ++s)
        operands[s] = std::move((*results)[s]);
      for (auto [sequence, part] : llvm::zip(collected, llvm::drop_begin(*results, carried)))
        if (llvm::Error cause = collect(sequence, part, t, time))
          return located(*op, std::move(cause));
    }
    operands.resize(carried);
    std::move(collected.begin(), collected.end(), std::back_inserter(operands));
    return operands;
  }

  ExpectedTensor<T> weight(WeightOp op) {
    auto type = cast<RankedTensorType>(op.getResult().getType());
    ExpectedTensor<double> tensor = weights(prefix + op.getName().str(), op.getSlice(), type);
    if (!tensor)
      return tensor.takeError();
    return convert<T>(*tensor);
  }

  ExpectedTensor<T> constant(arith::ConstantOp op) {
    auto elements = dyn_cast<DenseElementsAttr>(op.getValue());
    if (!elements)
      return error("the reference does not know this constant");
    ExpectedTensor<T> tensor = makeTensor<T>(cast<ShapedType>(elements.getType()).getShape());
    if (!tensor)
      return tensor;
    tensor->reals.clear();
    if (isa<FloatType>(elements.getElementType()))
      for (const APFloat &value : elements.getValues<APFloat>())
        tensor->reals.push_back(T(FloatAttr::get(elements.getElementType(), value).getValueAsDouble()));
    else
      for (const APInt &value : elements.getValues<APInt>())
        tensor->integers.push_back(value.getSExtValue());
    return tensor;
  }

  ExpectedTensor<T> product(const Tensor<T> &input, const Tensor<T> &weight, const Tensor<T> *bias) {
    if constexpr (std::is_same_v<T, float>)
      if (products != attn::Precision::Own)
        return reducedLinear(input, weight, bias, products);
    return linear(input, weight, bias);
  }

  /// Whether W k is one linear for all heads.
  static bool isLinear(ScoreOp op) {
    return op.getKind() == ScoreKind::Bilinear &&
           cast<RankedTensorType>(op.getParameters()[0].getType()).getRank() == 2;
  }
  ExpectedTensor<T> scoreOfLinear(ScoreOp op, llvm::ArrayRef<Tensor<T>> x) {
    ExpectedTensor<T> key = product(x[1], x[2], nullptr);
    return key ? score<T>(ScoreKind::Dot, x[0], *key, {}, op.getScale().convertToDouble()) : std::move(key);
  }

  /// score, formula, mask, softmax, combine.
  ExpectedTensor<T> attention(AttentionOp op, llvm::ArrayRef<Tensor<T>> x) {
    ExpectedTensor<T> map = score<T>(ScoreKind::Dot, x[0], x[1], {}, op.getScale().convertToDouble());
    if (map && !op.getFormula().empty())
      map = modify(std::move(*map), op.getFormula(), {});
    if (map && op.getMask())
      map = mask(std::move(*map), *op.getMask(), pointers(x.drop_front(3)), nullptr);
    if (!map)
      return map;
    map = normalize<T>(std::move(*map), {Normalizer::Softmax}, nullptr);
    return map ? combine<T>(*map, x[2], nullptr, Alignment::TopLeft) : std::move(map);
  }

  static llvm::Expected<Tensors> linearAttentionOf(LinearAttentionOp op, llvm::ArrayRef<Tensor<T>> x) {
    LinearAttentionInputs<T> inputs{&x[0], &x[1], &x[2]};
    size_t next = 3;
    auto take = [&](Value operand, const Tensor<T> *&to) { to = operand ? &x[next++] : nullptr; };
    take(op.getLengths(), inputs.lengths);
    take(op.getDecay(), inputs.decay);
    take(op.getRate(), inputs.rate);
    take(op.getState(), inputs.state);
    take(op.getSum(), inputs.sum);
    return linearAttention(inputs, {op.getCausal(), op.getDenominator(), op.getEps().convertToDouble()});
  }

  static llvm::SmallVector<const Tensor<T> *, 4> storedPointers(llvm::ArrayRef<Tensor<T>> tensors) {
    return llvm::map_to_vector<4>(tensors, [](const Tensor<T> &tensor) { return &tensor; });
  }
  llvm::ArrayRef<const Tensor<T> *> pointers(llvm::ArrayRef<Tensor<T>> tensors) {
    scratch = storedPointers(tensors);
    return scratch;
  }

  /// Whether a result is one of integers.
  static bool isWhole(Operation &op) { return getElementTypeOrSelf(op.getResult(0)).isInteger(); }

  /// The result of an op that has one.
  ExpectedTensor<T> single(Operation &op, llvm::ArrayRef<Tensor<T>> x) {
    using Result = ExpectedTensor<T>;
    return llvm::TypeSwitch<Operation *, Result>(&op)
        .Case([&](WeightOp o) { return weight(o); })
        .Case([&](arith::ConstantOp o) { return constant(o); })
        .Case([&](LinearOp o) { return product(x[0], x[1], o.getBias() ? &x[2] : nullptr); })
        .Case([&](SplitHeadsOp o) { return splitHeads(x[0], o.getHeads()); })
        .Case([&](MergeHeadsOp) { return mergeHeads(x[0]); })
        .Case([&](EmbedOp) { return embed(x[0], x[1]); })
        .Case([&](PositionsOp) { return positions(x[0], x[1]); })
        .Case([&](PointwiseOp o) {
          llvm::ArrayRef<const Tensor<T> *> all = pointers(x);
          size_t inputs = o.getInputs().size();
          return pointwise(all.take_front(inputs), o.getFormula(), all.drop_front(inputs),
                           {o.getIndexed(), isWhole(op)});
        })
        .Case([&](ActivationOp o) { return activation(o.getKind(), x[0]); })
        .Case([&](AddOp) { return add(x[0], x[1]); })
        .Case([&](BlendOp o) { return blend(x[0], x[1], o.getAlpha().convertToDouble()); })
        .Case([&](LayerNormOp o) { return layerNorm(x[0], x[1], x[2], o.getEps().convertToDouble()); })
        .Case([&](RmsNormOp o) { return rmsNorm(x[0], x[1], o.getEps().convertToDouble()); })
        .Case([&](L2NormalizeOp o) { return l2Normalize(x[0], o.getEps().convertToDouble()); })
        .Case([&](PoolOp o) { return pool(o.getKind(), x[0], o.getLengths() ? &x[1] : nullptr); })
        .Case([&](ScoreOp o) {
          if (products != attn::Precision::Own && isLinear(o))
            return scoreOfLinear(o, x);
          return score(o.getKind(), x[0], x[1], pointers(x.drop_front(2)), o.getScale().convertToDouble());
        })
        .Case([&](GivenScoreOp o) { return givenScore(x[0], o.getQuery() ? &x[1] : nullptr, x.back()); })
        .Case([&](PairScoreOp o) {
          return pairScore(x[0], x[1], o.getFormula(), pointers(x.drop_front(2)), o.getScale().convertToDouble());
        })
        .Case([&](RelativeScoreOp o) {
          return relativeScore(x[0], x[1], x[2].shape[2], o.getAlignment(), o.getScale().convertToDouble());
        })
        .Case([&](RelativeScore2dOp o) { return relativeScore2d(x[0], x[1], x[2], o.getScale().convertToDouble()); })
        .Case([&](ModifyOp o) { return modify(x[0], o.getFormula(), pointers(x.drop_front())); })
        .Case([&](MaskOp o) { return mask(x[0], o.getMask(), pointers(x.drop_front()), &o.getPredicate()); })
        .Case([&](NormalizeOp o) {
          NormalizerKind how{o.getKind(), o.getAxis(), o.getEps().convertToDouble(),
                             static_cast<int64_t>(o.getIterations().value_or(0))};
          return normalize(x[0], how, o.getSink() ? &x[1] : nullptr);
        })
        .Case([&](FillOp o) { return fill(x[0], o.getValue().convertToDouble()); })
        .Case([&](TopKOp o) { return topK(x[0], o.getCount()); })
        .Case([&](MixHeadsOp) { return mixHeads(x[0], x[1]); })
        .Case([&](MapConvOp o) { return mapConv(x[0], x[1], o.getBias() ? &x[2] : nullptr, o.getShift()); })
        .Case([&](CombineOp o) {
          return combine(x[0], x[1], o.getRelative() ? &x[2] : nullptr, o.getAlignment().value_or(Alignment::TopLeft));
        })
        .Case([&](ReduceMapOp o) { return reduceMap(x[0], o.getKind(), o.getAxis()); })
        .Case([&](AttentionOp o) { return attention(o, x); })
        .Case([&](FeaturesOp o) { return features(x[0], o.getTerms(), o.getFormula(), pointers(x.drop_front())); })
        .Case([&](RandomFeaturesOp o) {
          return randomFeatures(x[0], x[1], o.getStabilizer(), o.getLengths() ? &x[2] : nullptr,
                                o.getEps().convertToDouble());
        })
        .Default([&](Operation *) { return ordering(op, x); });
  }

  /// The result of an op that says which row goes where.
  ExpectedTensor<T> ordering(Operation &op, llvm::ArrayRef<Tensor<T>> x) {
    using Result = ExpectedTensor<T>;
    return llvm::TypeSwitch<Operation *, Result>(&op)
        .Case([&](BucketOp o) { return bucket(x[0], x[1], o.getLengths() ? &x[2] : nullptr); })
        .Case([&](SortOp) { return sort(x[0]); })
        .Case([&](InvertOp) { return invert(x[0]); })
        .Case([&](WrapOp o) { return wrap(x[0], o.getRounds(), o.getChunk(), o.getBefore(), o.getAfter()); })
        .Case([&](GatherOp) { return gather(x[0], x[1]); })
        .Case([&](ScatterOp) { return scatter(x[0], x[1], x[2]); })
        .Case([&](MergePartsOp o) { return mergeParts(x[0], x[1], o.getParts()); })
        .Case([&](GroupRowsOp o) { return groupRows(x[0], o.getSize()); })
        .Case([&](UngroupRowsOp o) { return ungroupRows(x[0], o.getSize()); })
        .Case([&](BlockSumOp o) { return blockSum(x[0], o.getSize(), o.getRunning()); })
        .Case([&](ConcatOp) { return concat(x[0], x[1]); })
        .Case([&](SampleOp o) {
          return sample(
              x[0], x[1], x[2],
              {o.getTemperature().convertToDouble(), static_cast<int64_t>(o.getTopK()), o.getTopP().convertToDouble()});
        })
        .Case([&](EdgeScoreOp) { return edgeScore(x[0], x[1], x[2]); })
        .Case([&](EdgeValuesOp) { return edgeValues(x[0], x[1], x[2]); })
        .Case([&](SegmentPoolOp o) { return segmentPool(o.getKind(), x[0], x[1], o.getGroups()); })
        .Case([&](RearrangeOp o) { return rearrange(x[0], o.getSizes(), o.getFrom(), isWhole(op)); })
        .Case([&](TakeOp) { return reference::take(x[0], x[1], isWhole(op)); })
        .Case([&](AppendRowsOp) { return appendRows(x[0], x[1], isWhole(op)); })
        .Case([&](ScatterAddOp) { return scatterAdd(x[0], x[1], x[2]); })
        .Case([&](ArgmaxOp) { return argmax(x[0]); })
        .Case([&](CacheAppendOp) { return cacheAppend(x[0], x[1], x[2]); })
        .Default([&](Operation *) -> Result { return error("has no meaning in the reference"); });
  }

  struct Slot {
    Tensor<T> tensor;
    int64_t uses = 0; // still to come
  };

  const WeightProvider &weights;
  const attn::Precision products; // what linears multiply
  /// Values by the depth of the call they belong to, so that a function may stand on the stack twice.
  llvm::DenseMap<std::pair<Value, int>, Slot> defined;
  llvm::SmallVector<const Tensor<T> *, 4> scratch;
  std::string prefix;
  int depth = 0;
};

template <class T>
llvm::Expected<std::vector<Tensor<double>>> runIn(func::FuncOp function, llvm::ArrayRef<Tensor<double>> inputs,
                                                  const WeightProvider &weights, attn::Precision products) {
  std::vector<Tensor<T>> arguments;
  for (const Tensor<double> &input : inputs)
    arguments.push_back(convert<T>(input));
  llvm::Expected<std::vector<Tensor<T>>> results =
      Interpreter<T>(weights, products).call(function, std::move(arguments));
  if (!results)
    return results.takeError();
  std::vector<Tensor<double>> converted;
  for (const Tensor<T> &result : *results)
    converted.push_back(convert<double>(result));
  return converted;
}

} // namespace

llvm::Expected<std::vector<Tensor<double>>> run(func::FuncOp function, std::vector<Tensor<double>> inputs,
                                                const WeightProvider &weights, Precision precision) {
  llvm::Expected<std::vector<Port>> ports = inputPorts(function);
  if (!ports)
    return ports.takeError();
  for (auto [input, port] : llvm::zip(inputs, *ports))
    input.input = port.name;
  if (llvm::Error mismatch = checkInputs(*ports, inputs))
    return mismatch;
  switch (precision) {
  case Precision::F64:
    return runIn<double>(function, inputs, weights, attn::Precision::Own);
  case Precision::F80:
    return runIn<long double>(function, inputs, weights, attn::Precision::Own);
  case Precision::F32:
    return runIn<float>(function, inputs, weights, attn::Precision::Own);
  case Precision::Bf16:
    return runIn<float>(function, inputs, weights, attn::Precision::Bf16);
  case Precision::Int8:
    return runIn<float>(function, inputs, weights, attn::Precision::Int8);
  }
  llvm_unreachable("unknown precision");
}

} // namespace mlir::attn::reference
