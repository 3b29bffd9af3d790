// Tensors as bytes; see the header.
#include "compiler/emit/Buffers.h"
#include "dialect/WeightPanels.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/Support/MathExtras.h"

namespace mlir::attn {

FailureOr<func::FuncOp> findModel(ModuleOp module) {
  func::FuncOp model;
  for (auto function : module.getOps<func::FuncOp>()) {
    if (!function.isPublic())
      continue;
    if (model) {
      InFlightDiagnostic error = function.emitError("expected one public function, the model, got '@")
                                 << function.getSymName() << "' beside '@" << model.getSymName() << "'";
      error.attachNote(model.getLoc()) << "the other one; make what is not the model private";
      return error;
    }
    model = function;
  }
  if (!model || model.isExternal())
    return module.emitError("expected one public function with a body, the model, got none");
  return model;
}

func::FuncOp rowFunction(func::FuncOp model) {
  auto row = model->getAttrOfType<FlatSymbolRefAttr>(kRowFunction);
  return row ? SymbolTable::lookupNearestSymbolFrom<func::FuncOp>(model, row) : func::FuncOp();
}

SmallVector<func::FuncOp> functionsOf(func::FuncOp model) {
  llvm::SetVector<func::FuncOp> inner; // each after those it steps through
  std::function<void(func::FuncOp)> visit = [&](func::FuncOp function) {
    if (inner.contains(function))
      return;
    for (auto loop : function.getOps<LoopOp>())
      visit(SymbolTable::lookupNearestSymbolFrom<func::FuncOp>(loop, loop.getCalleeAttr()));
    if (func::FuncOp row = rowFunction(function))
      visit(row);
    inner.insert(function);
  };
  visit(model);
  return SmallVector<func::FuncOp>(llvm::reverse(inner));
}

attn_dtype dtypeOf(Type element) {
  if (element.isF32())
    return ATTN_F32;
  if (element.isF64())
    return ATTN_F64;
  if (element.isBF16())
    return ATTN_BF16;
  if (element.isF16())
    return ATTN_F16;
  if (element.isUnsignedInteger(8))
    return ATTN_U8;
  if (element.isInteger(8))
    return ATTN_I8;
  if (element.isInteger(32))
    return ATTN_I32;
  if (element.isInteger(64))
    return ATTN_I64;
  if (element.isInteger(1))
    return ATTN_BOOL;
  return 0;
}

static int64_t elementBytes(Type element) { return llvm::divideCeil(element.getIntOrFloatBitWidth(), 8); }

AffineExpr storedBytes(RankedTensorType type, ArrayRef<AffineExpr> extents) {
  int64_t element = elementBytes(type.getElementType());
  AffineExpr bytes = getAffineConstantExpr(element, type.getContext());
  LayoutAttr layout = getLayout(type);
  if (layout && layout.getKind() == LayoutKind::RowMajor && layout.getStorage() != Precision::Own)
    bytes = getAffineConstantExpr(layout.getStorage() == Precision::Bf16 ? 2 : 4, type.getContext());
  if (layout && layout.getKind() == LayoutKind::WeightPanels)
    return extents[0].ceilDiv(layout.getWidth()) * WeightPanels(layout, type.getDimSize(1), element).bytes();
  SmallVector<AffineExpr> stored(extents);
  // Panels are full: of [..., M, heads*D], M is rounded up for keys, D for values.
  if (layout && layout.getKind() == LayoutKind::KeyPanels) {
    AffineExpr &tokens = stored[stored.size() - 2];
    tokens = tokens.ceilDiv(layout.getWidth()) * layout.getWidth();
  } else if (layout && layout.getKind() == LayoutKind::ValuePanels) {
    AffineExpr panels = stored.back().floorDiv(layout.getHeads()).ceilDiv(layout.getWidth());
    stored.back() = panels * (layout.getWidth() * layout.getHeads());
  }
  for (AffineExpr extent : stored)
    bytes = bytes * extent;
  return bytes;
}

uint64_t storedBytes(RankedTensorType type) {
  Extents extents = llvm::map_to_vector(
      type.getShape(), [&](int64_t size) -> AffineExpr { return getAffineConstantExpr(size, type.getContext()); });
  return cast<AffineConstantExpr>(storedBytes(type, extents)).getValue();
}

uint64_t weightOffset(WeightOp weight) {
  auto offset = weight->getAttrOfType<IntegerAttr>("attn.offset");
  return offset ? offset.getInt() : 0;
}

std::string weightText(WeightOp weight) {
  std::string text = weight.getName().str();
  if (weight.getSlice().empty())
    return text;
  llvm::raw_string_ostream os(text);
  llvm::interleave(weight.getSlice(), os << "[", ",");
  os << "]";
  return text;
}

uint64_t packedBytes(func::FuncOp model) {
  auto bytes = model->getAttrOfType<IntegerAttr>("attn.packed_bytes");
  return bytes ? bytes.getInt() : 0;
}

void placeWeights(ArrayRef<func::FuncOp> variants) {
  llvm::DenseMap<std::tuple<Attribute, Attribute, Type>, uint64_t> known;
  uint64_t end = 0;
  for (func::FuncOp model : variants)
    model->getParentOfType<ModuleOp>().walk([&](WeightOp weight) {
      auto [place, fresh] = known.try_emplace({weight.getNameAttr(), weight.getSliceAttr(), weight.getType()}, end);
      if (fresh)
        end = llvm::alignTo(end + storedBytes(cast<RankedTensorType>(weight.getType())), kBufferAlignment);
      weight->setAttr("attn.offset", Builder(model.getContext()).getI64IntegerAttr(place->second));
    });
  for (func::FuncOp model : variants)
    model->setAttr("attn.packed_bytes", Builder(model.getContext()).getI64IntegerAttr(end));
}

} // namespace mlir::attn
