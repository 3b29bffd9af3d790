// Types, extents and checks of loop, cache_append, argmax, sample, beam_step and beam_finish.
#include "dialect/StepExtents.h"
#include "dialect/Verify.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace mlir::attn {

static RankedTensorType withShape(RankedTensorType type, ArrayRef<int64_t> shape) {
  return RankedTensorType::get(shape, type.getElementType());
}

// More steps than anyone waits for; far from what would overflow.
constexpr int64_t mostSteps = int64_t(1) << 24;

/// The part of a sequence [B, T, ...] that one step sees.
static RankedTensorType partOf(RankedTensorType sequence) {
  SmallVector<int64_t> shape(sequence.getShape());
  shape.erase(shape.begin() + 1);
  return withShape(sequence, shape);
}

LogicalResult LoopOp::verify() {
  for (Value sequence : getEach())
    if (typeOf(sequence).getRank() < 2) // loop_c1
      return emitOpError("expected sequences [B, T, ...], got ") << sequence.getType();
  if (getSteps().has_value() == !getEach().empty()) // loop_c2
    return emitOpError("expected either sequences or a number of steps, got ") << (getSteps() ? "both" : "neither");
  if (getSteps() && (static_cast<int64_t>(*getSteps()) < 1 || static_cast<int64_t>(*getSteps()) > mostSteps)) // loop_c3
    return emitOpError("expected 1 to ") << mostSteps << " steps, got " << static_cast<int64_t>(*getSteps());
  if (getResults().size() < getCarried().size()) // loop_c4
    return emitOpError("expected a result for each carried tensor, got ")
           << getResults().size() << " for " << getCarried().size();
  for (auto [result, carried] : llvm::zip(getResults(), getCarried()))
    if (withoutLayout(result.getType()) != withoutLayout(carried.getType())) // loop_c5
      return emitOpError("expected results of the types of the carried tensors, got ")
             << result.getType() << " for " << carried.getType();
  for (Value collected : getResults().drop_front(getCarried().size()))
    if (typeOf(collected).getRank() < 2) // loop_c6
      return emitOpError("expected collected results [B, T, ...], got ") << collected.getType();
  return success();
}

LogicalResult LoopOp::verifySymbolUses(SymbolTableCollection &symbols) {
  auto callee = symbols.lookupNearestSymbolFrom<func::FuncOp>(*this, getCalleeAttr());
  if (!callee || callee.isDeclaration() || !callee.isPrivate()) // loop_c7
    return emitOpError("refers to @") << getCallee() << ", which is not a private function with a body";
  SmallVector<Type> arguments, results;
  for (Value carried : getCarried())
    arguments.push_back(withoutLayout(carried.getType()));
  for (Value sequence : getEach())
    arguments.push_back(partOf(typeOf(sequence)));
  for (Value with : getWith())
    arguments.push_back(withoutLayout(with.getType()));
  for (auto [index, result] : llvm::enumerate(getResults()))
    results.push_back(index < getCarried().size() ? withoutLayout(result.getType()) : partOf(typeOf(result)));
  bool fits = callee.getArgumentTypes() == ArrayRef<Type>(arguments);
  ArrayRef<Type> returned = callee.getResultTypes();
  if (fits && getConditional()) {
    auto alive = returned.empty() ? RankedTensorType() : dyn_cast<RankedTensorType>(returned.back());
    fits = alive && alive.getElementType().isSignlessInteger(32);
    returned = fits ? returned.drop_back() : returned;
  }
  if (!fits || returned != ArrayRef<Type>(results)) // loop_c8
    return emitOpError("expected @") << getCallee() << " to be a function "
                                     << FunctionType::get(getContext(), arguments, results)
                                     << (getConditional() ? " that returns a tensor of i32 besides" : "") << ", got "
                                     << callee.getFunctionType();
  if (callee->isAncestor(*this)) // loop_c9
    return emitOpError("steps through the function it stands in");
  return success();
}

LogicalResult LoopOp::inferExtents(ArrayRef<Extents> operands, SmallVectorImpl<Extents> &results) {
  FailureOr<StepExtents> step = StepExtents::compute(*this, operands);
  if (failed(step))
    return failure();
  unsigned carried = getCarried().size(), each = getEach().size();
  AffineExpr time = getSteps() ? getAffineConstantExpr(*getSteps(), getContext()) : operands[carried][1];
  for (unsigned s = 1; s < each; ++s)
    if (failed(requireEqualExtents(*this, time, operands[carried + s][1], "time of the sequences")))
      return failure();
  for (unsigned index = 0; index < getNumResults(); ++index) {
    FailureOr<Extents> extents = step->ofResult(*this, index);
    if (failed(extents))
      return failure();
    if (index >= carried)
      extents->insert(extents->begin() + 1, time);
    else
      for (auto [before, after] : llvm::zip_equal(operands[index], *extents))
        if (failed(requireEqualExtents(*this, before, after, "carried tensor " + Twine(index) + " before and after")))
          return failure();
    results.push_back(*extents);
  }
  return success();
}

LogicalResult CacheAppendOp::inferReturnTypes(MLIRContext *, std::optional<Location> location, Adaptor adaptor,
                                              SmallVectorImpl<Type> &results) {
  OpError error{location, getOperationName()};
  RankedTensorType cache = typeOf(adaptor.getCache()), rows = typeOf(adaptor.getRows()), at = typeOf(adaptor.getAt());
  if (cache.getElementType() != rows.getElementType() || cache.getRank() != rows.getRank()) // cache_append_c1
    return error("expected cache and rows of one rank and element type, got " + typeText(cache) + " and " +
                 typeText(rows));
  int64_t rank = cache.getRank();
  for (int64_t dim = 0; dim < rank; ++dim)
    if (dim != rank - 2 && !sizesAgree(cache.getDimSize(dim), rows.getDimSize(dim))) // cache_append_c2
      return error("expected cache and rows that differ in their numbers of rows alone, got " + typeText(cache) +
                   " and " + typeText(rows));
  if (!sizesAgree(at.getDimSize(0), cache.getDimSize(0))) // cache_append_c3
    return error("expected one place a sample, got " + typeText(at) + " for " + typeText(cache));
  results.push_back(withoutLayout(cache));
  return success();
}

LogicalResult CacheAppendOp::inferExtents(ArrayRef<Extents> operands, SmallVectorImpl<Extents> &results) {
  for (size_t dim = 0; dim < operands[0].size(); ++dim)
    if (dim != operands[0].size() - 2 && failed(requireEqualExtents(*this, operands[0][dim], operands[1][dim],
                                                                    "dimension " + Twine(dim) + " of cache and rows")))
      return failure();
  if (failed(requireEqualExtents(*this, operands[0][0], operands[2][0], "batch of cache and places")))
    return failure();
  results.push_back(operands[0]);
  return success();
}

LogicalResult ArgmaxOp::inferReturnTypes(MLIRContext *context, std::optional<Location> location, Adaptor adaptor,
                                         SmallVectorImpl<Type> &results) {
  OpError error{location, getOperationName()};
  RankedTensorType input = typeOf(adaptor.getInput());
  if (input.getRank() < 1 || input.getShape().back() == 0) // argmax_c1
    return error("expected a last dimension that is not 0, got " + typeText(input));
  results.push_back(RankedTensorType::get(input.getShape().drop_back(), IntegerType::get(context, 32)));
  return success();
}

LogicalResult ArgmaxOp::inferExtents(ArrayRef<Extents> operands, SmallVectorImpl<Extents> &results) {
  results.push_back(Extents(ArrayRef<AffineExpr>(operands[0]).drop_back()));
  return success();
}

LogicalResult SampleOp::inferReturnTypes(MLIRContext *context, std::optional<Location> location, Adaptor adaptor,
                                         SmallVectorImpl<Type> &results) {
  OpError error{location, getOperationName()};
  RankedTensorType logits = typeOf(adaptor.getLogits()), seed = typeOf(adaptor.getSeed()),
                   step = typeOf(adaptor.getStep());
  if (logits.isDynamicDim(1) || logits.getDimSize(1) == 0) // sample_c1
    return error("expected a static vocabulary, got " + typeText(logits));
  if (!sizesAgree(seed.getDimSize(0), logits.getDimSize(0)) ||
      !sizesAgree(step.getDimSize(0), logits.getDimSize(0))) // sample_c2
    return error("expected one seed and one step a sample, got " + typeText(seed) + " and " + typeText(step) + " for " +
                 typeText(logits));
  if (adaptor.getTemperatureAttr() && adaptor.getTopKAttr() && adaptor.getTopPAttr()) { // sample_c3
    double temperature = adaptor.getTemperature().convertToDouble(), topP = adaptor.getTopP().convertToDouble();
    if (!(temperature >= 0) || !std::isfinite(temperature) || static_cast<int64_t>(adaptor.getTopK()) < 0 ||
        !(topP > 0 && topP <= 1))
      return error("expected a temperature and a top_k of 0 or more and a top_p above 0 and not above 1, got " +
                   std::to_string(temperature) + ", " + Twine(static_cast<int64_t>(adaptor.getTopK())) + " and " +
                   std::to_string(topP));
  }
  results.push_back(RankedTensorType::get({logits.getDimSize(0)}, IntegerType::get(context, 32)));
  return success();
}

LogicalResult SampleOp::inferExtents(ArrayRef<Extents> operands, SmallVectorImpl<Extents> &results) {
  for (unsigned operand : {1, 2})
    if (failed(requireEqualExtents(*this, operands[0][0], operands[operand][0], "batch of logits, seed and step")))
      return failure();
  results.push_back({operands[0][0]});
  return success();
}

/// Whether live and stored hypotheses are tokens [B, K, T] with numbers [B, K] alike, `alive` [B] and `step` [1].
template <class Adaptor>
static bool hypothesesFit(Adaptor op, RankedTensorType step) {
  RankedTensorType tokens = typeOf(op.getTokens()), sums = typeOf(op.getSums());
  return typeOf(op.getStored()) == tokens && typeOf(op.getScores()) == sums &&
         sums.getDimSize(1) == tokens.getDimSize(1) && sizesAgree(sums.getDimSize(0), tokens.getDimSize(0)) &&
         sizesAgree(typeOf(op.getAlive()).getDimSize(0), tokens.getDimSize(0)) && step.getDimSize(0) == 1;
}

template <class Adaptor>
static std::string hypothesesText(Adaptor op, RankedTensorType step) {
  std::string text;
  for (Value value : {op.getTokens(), op.getSums(), op.getStored(), op.getScores(), op.getAlive()})
    text += typeText(typeOf(value)) + ", ";
  return text + "and " + typeText(step);
}

/// The batch of the operands from `first` on is that of the tokens, and so is the length of stored ones.
static LogicalResult requireEqualHypotheses(Operation *op, ArrayRef<Extents> operands, unsigned first) {
  const Extents &tokens = operands[first];
  for (unsigned operand = first + 1; operand < first + 5; ++operand)
    if (failed(requireEqualExtents(op, tokens[0], operands[operand][0], "batch of hypotheses")))
      return failure();
  return requireEqualExtents(op, tokens[2], operands[first + 2][2], "length of live and stored tokens");
}

LogicalResult BeamStepOp::inferReturnTypes(MLIRContext *context, std::optional<Location> location, Adaptor adaptor,
                                           SmallVectorImpl<Type> &results) {
  OpError error{location, getOperationName()};
  RankedTensorType logits = typeOf(adaptor.getLogits()), tokens = typeOf(adaptor.getTokens());
  RankedTensorType sums = typeOf(adaptor.getSums()), alive = typeOf(adaptor.getAlive());
  int64_t samples = tokens.getDimSize(0), beams = tokens.getDimSize(1);
  if (ShapedType::isDynamic(beams) || beams < 1 || logits.isDynamicDim(1) || logits.getDimSize(1) < 2) // beam_step_c1
    return error("expected a static number of beams and a static vocabulary of 2 or more, got " + typeText(tokens) +
                 " and " + typeText(logits));
  int64_t rows = ShapedType::isDynamic(samples) ? samples : samples * beams;
  if (!sizesAgree(logits.getDimSize(0), rows)) // beam_step_c2
    return error("expected logits for each of " + Twine(beams) + " beams of " + dimText(samples) + " samples, got " +
                 typeText(logits));
  if (!hypothesesFit(adaptor, typeOf(adaptor.getStep())) ||
      sums.getElementType() != logits.getElementType()) // beam_step_c3
    return error("expected tokens [B, K, T], sums [B, K] in the type of the logits, stored ones of the same types, one "
                 "number a sample that says whether it goes on, and one step, got " +
                 hypothesesText(adaptor, typeOf(adaptor.getStep())));
  if (adaptor.getEndAttr() && static_cast<uint64_t>(adaptor.getEnd()) >= static_cast<uint64_t>(logits.getDimSize(1)))
    return error("expected an end within the vocabulary of " + Twine(logits.getDimSize(1)) + ", got " + // beam_step_c4
                 Twine(static_cast<int64_t>(adaptor.getEnd())));
  if (adaptor.getAlphaAttr() && !std::isfinite(adaptor.getAlpha().convertToDouble())) // beam_step_c5
    return error("expected a finite alpha");
  Type list = RankedTensorType::get({rows}, IntegerType::get(context, 32));
  results.append({tokens, sums, tokens, sums, alive, list, list});
  return success();
}

LogicalResult BeamStepOp::inferExtents(ArrayRef<Extents> operands, SmallVectorImpl<Extents> &results) {
  AffineExpr rows = operands[1][0] * operands[1][1];
  if (failed(requireEqualExtents(*this, operands[0][0], rows, "rows of logits and of hypotheses")))
    return failure();
  if (failed(requireEqualHypotheses(*this, operands, 1)))
    return failure();
  results.append({operands[1], operands[2], operands[1], operands[2], operands[5], {rows}, {rows}});
  return success();
}

LogicalResult BeamFinishOp::inferReturnTypes(MLIRContext *, std::optional<Location> location, Adaptor adaptor,
                                             SmallVectorImpl<Type> &results) {
  OpError error{location, getOperationName()};
  RankedTensorType tokens = typeOf(adaptor.getTokens());
  if (tokens.isDynamicDim(1) || tokens.getDimSize(1) < 1) // beam_finish_c1
    return error("expected a static number of beams, got " + typeText(tokens));
  if (!hypothesesFit(adaptor, typeOf(adaptor.getLength()))) // beam_finish_c2
    return error("expected tokens [B, K, T], sums [B, K], stored ones of the same types, one number a sample that says "
                 "whether it goes on, and one length, got " +
                 hypothesesText(adaptor, typeOf(adaptor.getLength())));
  if (adaptor.getAlphaAttr() && !std::isfinite(adaptor.getAlpha().convertToDouble())) // beam_finish_c3
    return error("expected a finite alpha");
  results.append({tokens, typeOf(adaptor.getSums())});
  return success();
}

LogicalResult BeamFinishOp::inferExtents(ArrayRef<Extents> operands, SmallVectorImpl<Extents> &results) {
  if (failed(requireEqualHypotheses(*this, operands, 0)))
    return failure();
  results.append({operands[0], operands[1]});
  return success();
}

} // namespace mlir::attn
