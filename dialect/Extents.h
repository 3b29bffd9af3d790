// Sizes that are only known at run time. The extents of a tensor are affine expressions: a constant for a static
// dimension, a symbol for a dimension that a function argument names (`attn.dims`), and what ops make of these.
#pragma once

#include "mlir/IR/AffineExpr.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Value.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/SmallVector.h"

namespace mlir::func {
class FuncOp;
}

namespace mlir::attn {

using Extents = llvm::SmallVector<AffineExpr, 4>;

/// A dimension of the model: its name (`attn.dims`) and the values it may take.
struct Symbol {
  std::string name;
  int64_t minimum = 0;
  int64_t maximum = 0;  // 0: unbounded
  int64_t multiple = 1; // of which every value is one
};

/// Has a size lie within `range` in every call, by what the symbol may be that it is made of; fails where these are
/// several, or the largest value is 0, which no symbol can have.
LogicalResult requireRange(AffineExpr size, const Symbol &range, llvm::MutableArrayRef<Symbol> symbols);

/// The extents of a tensor whose dimensions known at run time have these names, or without names ones made of `place`;
/// `symbols` grows by those that are new.
Extents namedExtents(RankedTensorType type, ArrayAttr dims, const llvm::Twine &place,
                     llvm::SmallVectorImpl<Symbol> &symbols);

/// The extents of an argument; none if it is no ranked tensor.
Extents argumentExtents(func::FuncOp function, unsigned argument, llvm::SmallVectorImpl<Symbol> &symbols);

/// The extents of every ranked tensor in a function. Symbol k of the expressions is `symbols()[k]`.
class FunctionExtents {
public:
  /// Fails after emitting an error where extents that must be equal are not known to be.
  static FailureOr<FunctionExtents> compute(func::FuncOp function);

  llvm::ArrayRef<AffineExpr> of(Value value) const;
  llvm::ArrayRef<Symbol> symbols() const { return symbolList; }

private:
  LogicalResult visit(Block &block);
  LogicalResult visit(Operation *op);
  /// Results that name their dimensions have them.
  LogicalResult checkResults(func::FuncOp function);
  /// What an op demands of extents that may be known at run time only, of the symbols that these are made of.
  LogicalResult constrain(Operation *op, llvm::ArrayRef<Extents> operands, const Extents &result);
  /// An extent is a multiple of `size` in every call.
  LogicalResult divide(Operation *op, AffineExpr extent, int64_t size);
  /// A table of `size` rows allows no larger extent; sizes that are known at run time only are left to other checks.
  LogicalResult bound(Operation *op, AffineExpr extent, int64_t size);

  llvm::DenseMap<Value, Extents> extents;
  llvm::SmallVector<Symbol> symbolList;
};

/// The symbol that a name in `attn.dims` is made of, and what is added to it: N and 1 of "N + 1". An empty symbol where
/// it is no such text.
std::pair<llvm::StringRef, int64_t> splitDimension(llvm::StringRef text);

/// The same of a function that a loop steps through, whose dimensions may also be multiples: 4 and B of "4 * B". The
/// factor is 0 where it is no such text.
std::pair<int64_t, llvm::StringRef> splitMultiple(llvm::StringRef text);

/// The text of an extent, e.g. `384`, `S`, `S + 1`.
std::string extentText(AffineExpr extent, llvm::ArrayRef<Symbol> symbols);

} // namespace mlir::attn
