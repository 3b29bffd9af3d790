// Every weight of the model against the file: name, element type, shape, slice; the numbers of graphs. One look at the
// errors is enough to mend all.
#include "compiler/emit/Buffers.h"
#include "compiler/emit/GraphWeights.h"
#include "compiler/emit/PackWeights.h"
#include "dialect/Ports.h"
#include "llvm/ADT/SmallSet.h"
#include "llvm/ADT/StringExtras.h"

namespace mlir::attn {

static std::string tensorText(StringRef type, ArrayRef<int64_t> shape) {
  std::string text = type.lower() + "[";
  llvm::raw_string_ostream os(text);
  llvm::interleave(shape, os, ",");
  os << "]";
  return text;
}

namespace {

class WeightMatcher {
public:
  WeightMatcher(const attn_safetensors *file, const WeightSource &source) : file(file), source(source) {}

  FailureOr<PackedTensor> match(WeightOp weight) {
    const attn_safetensors_tensor *found = attn_safetensors_find(file, weight.getName().str().c_str());
    if (!found)
      return missing(weight);
    auto type = cast<RankedTensorType>(weight.getType());
    ArrayRef<int64_t> fileShape(found->shape, found->rank);
    attn_dtype wanted = dtypeOf(type.getElementType());
    std::string has = tensorText(found->type_name, fileShape);
    std::string wants = tensorText(attn_dtype_name(declaredType(weight)), type.getShape());
    size_t depth = weight.getSlice().size();
    if (depth)
      wants += " at a slice of " + std::to_string(depth) + (depth == 1 ? " index" : " indices");
    if (fileShape.size() < depth || fileShape.drop_front(depth) != type.getShape())
      return wrongShape(weight, has, wants, fileShape, type.getShape());
    if (!isDeclared(weight, found->dtype) && !(source.convert && canConvert(found->dtype, wanted)))
      return wrongType(weight, has, wants, canConvert(found->dtype, wanted));
    for (auto [index, extent] : llvm::zip(weight.getSlice(), fileShape))
      if (index < 0 || index >= extent)
        return problem(weight) << " is " << has << ", the model takes index " << index << " of an extent of " << extent;
    PackedTensor tensor = packed(weight, *found, type);
    if (tensor.from == ATTN_I64 && tensor.to == ATTN_I32)
      if (std::optional<int64_t> at = findOutside(tensor, INT32_MIN, INT32_MAX))
        return wrongNumber(weight, tensor, *at) << ", which i32 does not hold";
    return tensor;
  }

  /// Numbers that code follows without a look at them.
  LogicalResult checkGraph(const GraphWeight &graph, const PackedTensor &tensor) {
    if (!graph.rising) {
      std::optional<int64_t> at = findOutside(tensor, 0, graph.upper);
      return at ? wrongNumber(graph.weight, tensor, *at) << ", outside [0, " << graph.upper << "]" : success();
    }
    int64_t count = tensor.rows * tensor.cols, before = 0;
    for (int64_t at = 0; at < count; ++at) {
      int64_t number = numberAt(tensor, at);
      if (at == 0 ? number != before : number < before)
        return wrongNumber(graph.weight, tensor, at) << ", expected " << (at ? "no less than " : "") << before;
      before = number;
    }
    if (before != graph.upper)
      return wrongNumber(graph.weight, tensor, count - 1) << ", expected " << graph.upper;
    return success();
  }

private:
  static int64_t numberAt(const PackedTensor &tensor, int64_t at) {
    return readInteger(tensor.source + at * attn_dtype_bytes(tensor.from), tensor.from);
  }

  static std::optional<int64_t> findOutside(const PackedTensor &tensor, int64_t lower, int64_t upper) {
    for (int64_t at = 0; at < tensor.rows * tensor.cols; ++at)
      if (int64_t number = numberAt(tensor, at); number < lower || number > upper)
        return at;
    return std::nullopt;
  }

  InFlightDiagnostic wrongNumber(WeightOp weight, const PackedTensor &tensor, int64_t at) {
    ArrayRef<int64_t> shape = cast<RankedTensorType>(weight.getType()).getShape();
    SmallVector<int64_t> place(shape.size());
    int64_t rest = at;
    for (int64_t d = shape.size() - 1; d >= 0; rest /= shape[d--])
      place[d] = rest % shape[d];
    std::string text;
    llvm::raw_string_ostream os(text);
    llvm::interleave(place, os, ",");
    return weight.emitError() << "weights '" << source.path << "': tensor \"" << weightText(weight) << "\"[" << text
                              << "] is " << numberAt(tensor, at);
  }

  /// The type that the model's text gives a weight.
  static attn_dtype declaredType(WeightOp weight) {
    auto storage = weight->getAttrOfType<StringAttr>(kStorage);
    return !storage                       ? dtypeOf(getElementTypeOrSelf(weight.getType()))
           : storage.getValue() == "bf16" ? attn_dtype(ATTN_BF16)
                                          : attn_dtype(ATTN_F32);
  }

  /// Whether the file may hold the weight so: in the declared type, in what it is computed in, or in a type between.
  static bool isDeclared(WeightOp weight, attn_dtype found) {
    attn_dtype computed = dtypeOf(getElementTypeOrSelf(weight.getType())), declared = declaredType(weight);
    return found == computed || found == declared || (found == ATTN_F32 && declared == ATTN_BF16);
  }

  InFlightDiagnostic problem(WeightOp weight) {
    return weight.emitError() << "weights '" << source.path << "': tensor \"" << weight.getName() << "\"";
  }

  FailureOr<PackedTensor> missing(WeightOp weight) {
    StringRef nearest;
    unsigned best = weight.getName().size() / 2 + 1;
    for (size_t i = 0, count = attn_safetensors_count(file); i < count; ++i) {
      StringRef name = attn_safetensors_at(file, i)->name;
      unsigned distance = weight.getName().edit_distance(name, /*AllowReplacements=*/true, best);
      if (distance < best) {
        best = distance;
        nearest = name;
      }
    }
    InFlightDiagnostic error = problem(weight) << " is not in the file";
    if (!nearest.empty())
      error << "; did you mean \"" << nearest << "\"?";
    return error;
  }

  FailureOr<PackedTensor> wrongShape(WeightOp weight, StringRef has, StringRef wants, ArrayRef<int64_t> fileShape,
                                     ArrayRef<int64_t> shape) {
    InFlightDiagnostic error = problem(weight) << " is " << has << ", the model wants " << wants;
    if (fileShape.size() == 2 && shape.size() == 2 && fileShape[0] == shape[1] && fileShape[1] == shape[0])
      error << "; is it transposed? attn.linear takes [out, in]";
    return error;
  }

  FailureOr<PackedTensor> wrongType(WeightOp weight, StringRef has, StringRef wants, bool convertible) {
    InFlightDiagnostic error = problem(weight) << " is " << has << ", the model wants " << wants;
    if (convertible)
      error << "; add --convert-weights to convert it";
    return error;
  }

  static PackedTensor packed(WeightOp weight, const attn_safetensors_tensor &found, RankedTensorType type) {
    PackedTensor result;
    uint64_t bytes = attn_dtype_bytes(found.dtype);
    ArrayRef<int64_t> shape = type.getShape();
    int64_t position = 0;
    for (auto [index, extent] : llvm::zip(weight.getSlice(), ArrayRef<int64_t>(found.shape, found.rank)))
      position = position * extent + index;
    result.source = static_cast<const char *>(found.data) + position * type.getNumElements() * bytes;
    result.from = found.dtype;
    result.to = dtypeOf(type.getElementType());
    result.rows = shape.empty() ? 1 : shape.front();
    result.cols = result.rows ? type.getNumElements() / result.rows : 0;
    if (LayoutAttr layout = getLayout(type))
      result.panels.emplace(layout, result.cols, attn_dtype_bytes(result.to));
    result.offset = weightOffset(weight);
    llvm::raw_string_ostream os(result.description);
    os << weight.getName() << '[';
    llvm::interleave(weight.getSlice(), os, ",");
    os << "] " << type;
    return result;
  }

  const attn_safetensors *file;
  const WeightSource &source;
};

/// What code follows without a look at it is the same of all variants.
LogicalResult checkGraphs(func::FuncOp model, WeightMatcher &matcher, ArrayRef<PackedTensor> tensors) {
  FailureOr<SmallVector<GraphWeight>> graphs = graphWeights(model);
  if (failed(graphs))
    return failure();
  bool fine = true;
  for (const GraphWeight &graph : *graphs)
    for (const PackedTensor &tensor : tensors)
      if (tensor.offset == weightOffset(graph.weight))
        fine &= succeeded(matcher.checkGraph(graph, tensor));
  return success(fine);
}

} // namespace

FailureOr<SmallVector<PackedTensor>> matchWeights(ArrayRef<func::FuncOp> variants, const attn_safetensors *file,
                                                  const WeightSource &source) {
  WeightMatcher matcher(file, source);
  SmallVector<PackedTensor> result;
  llvm::DenseSet<uint64_t> seen; // equal offsets are equal weights
  for (func::FuncOp model : variants) {
    bool failedAny = false;
    model->getParentOfType<ModuleOp>().walk([&](WeightOp weight) {
      auto type = cast<RankedTensorType>(weight.getType());
      if (type.getNumElements() == 0 || !seen.insert(weightOffset(weight)).second)
        return;
      FailureOr<PackedTensor> tensor = matcher.match(weight);
      if (failed(tensor))
        failedAny = true;
      else
        result.push_back(std::move(*tensor));
    });
    if (failedAny)
      return failure();
  }
  if (failed(checkGraphs(variants.front(), matcher, result)))
    return failure();
  return result;
}

} // namespace mlir::attn
