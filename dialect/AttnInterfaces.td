// What every computing op promises to all later stages.
#ifndef ATTN_INTERFACES_TD
#define ATTN_INTERFACES_TD

include "mlir/IR/OpBase.td"

def Attn_ExtentOpInterface : OpInterface<"ExtentOpInterface"> {
  let cppNamespace = "::mlir::attn";
  let description = [{
    The extents of an op's results as affine expressions of the extents of its operands, so that every stage can speak of
    sizes that are only known at run time. See `dialect/Extents.h`.
  }];
  let methods = [InterfaceMethod<
      "Extents of the results; emits an error on the op when extents that must be equal are not known to be.",
      "::mlir::LogicalResult", "inferExtents",
      (ins "::llvm::ArrayRef<::mlir::attn::Extents>":$operands,
           "::llvm::SmallVectorImpl<::mlir::attn::Extents> &":$results)>];
}

#endif
