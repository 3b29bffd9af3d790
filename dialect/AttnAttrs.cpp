// Parsing and verification of the attributes.
#include "dialect/AttnAttrs.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/DialectImplementation.h"
#include "llvm/ADT/TypeSwitch.h"

#include "dialect/AttnEnums.cpp.inc"
#define GET_ATTRDEF_CLASSES
#include "dialect/AttnAttrs.cpp.inc"

namespace mlir::attn {

void AttnDialect::registerAttributes() {
  addAttributes<
#define GET_ATTRDEF_LIST
#include "dialect/AttnAttrs.cpp.inc"
      >();
}

LogicalResult LayoutAttr::verify(function_ref<InFlightDiagnostic()> emitError, LayoutKind kind, int64_t width,
                                 int64_t heads, Precision storage) {
  if (width < 1 || width > 1024)
    return emitError() << "expected a panel width from 1 to 1024, got " << width;
  if (heads < 1)
    return emitError() << "expected a positive number of heads, got " << heads;
  if (storage == Precision::Int8 && kind != LayoutKind::WeightPanels)
    return emitError() << "expected weight_panels of int8, which hold their scales, got " << stringifyEnum(kind);
  if (storage == Precision::F32 && kind != LayoutKind::RowMajor)
    return emitError() << "expected rows of f32, which ports of f64 are stored in, got " << stringifyEnum(kind);
  return success();
}

LogicalResult ScheduleAttr::verify(function_ref<InFlightDiagnostic()> emitError, BackendKind, Strategy, int64_t lanes,
                                   int64_t rows, int64_t cols, int64_t blockRows, int64_t keyBlock, int64_t depthBlock,
                                   Precision) {
  if (lanes < 1 || lanes > 64 || (lanes & (lanes - 1)))
    return emitError() << "expected lanes to be a power of two from 1 to 64, got " << lanes;
  if (rows < 1 || rows > 64)
    return emitError() << "expected 1 to 64 rows in a register tile, got " << rows;
  if (cols < 1 || cols > 1024 || cols % lanes)
    return emitError() << "expected cols to be a multiple of lanes (" << lanes << ") up to 1024, got " << cols;
  if (blockRows < 0 || keyBlock < 0 || depthBlock < 0)
    return emitError() << "expected block sizes that are not negative";
  return success();
}

} // namespace mlir::attn
