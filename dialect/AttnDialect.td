// The attn dialect: attention models as their papers write them, on ranked tensors.
#ifndef ATTN_DIALECT_TD
#define ATTN_DIALECT_TD

include "mlir/IR/OpBase.td"

def Attn_Dialect : Dialect {
  let name = "attn";
  let cppNamespace = "::mlir::attn";
  let summary = "attention models: projections, score maps, normalisers, blocks";
  let description = [{
    A small language of score maps. Shapes are named by letters throughout: B batch, H heads, N queries, M keys,
    D query and key width per head, E value width per head, C model width. A *map* is `tensor<BxHxNxM>`.

    Function arguments carry two attributes: `attn.name`, the name in the C interface, and `attn.dims`, one name for each
    dimension; dimensions of the same name are equal in every call.
  }];
  let useDefaultAttributePrinterParser = 1;
  let hasRegionArgAttrVerify = 1;
  let hasRegionResultAttrVerify = 1;
  let extraClassDeclaration = "void registerAttributes();";
  let dependentDialects = ["::mlir::func::FuncDialect", "::mlir::arith::ArithDialect", "::mlir::math::MathDialect",
                           "::mlir::tensor::TensorDialect"];
}

class Attn_Op<string mnemonic, list<Trait> traits = []> : Op<Attn_Dialect, mnemonic, traits>;

#endif
