// Traits that op families share.
#ifndef ATTN_OP_TRAITS_TD
#define ATTN_OP_TRAITS_TD

include "dialect/AttnAttrs.td"
include "dialect/AttnInterfaces.td"
include "mlir/Interfaces/SideEffectInterfaces.td"
include "mlir/Interfaces/InferTypeOpInterface.td"
include "mlir/Interfaces/ControlFlowInterfaces.td"
include "mlir/IR/SymbolInterfaces.td"
include "mlir/IR/RegionKindInterface.td"
include "mlir/Interfaces/CallInterfaces.td"

// A float tensor of known rank, in any layout.
def Attn_Tensor : RankedTensorOf<[AnyFloat]>;
def Attn_IndexTensor : RankedTensorOf<[I32]>;
def Attn_Map : TensorRankOf<[AnyFloat], [4]>;
// Keys or values: [B, Hk, M, D]; [Hk, M, D] that all samples share; [M, D] that all heads share too.
def Attn_Keys : TensorRankOf<[AnyFloat], [2, 3, 4]>;

// The first result is a score or weight map. Pointwise ops make maps too, when they read some.
def Attn_MakesMap : NativeOpTrait<"attn::MakesMap">;

// A pure op whose result types and extents follow from its operands.
class Attn_ComputeOp<string mnemonic, list<Trait> traits = []>
    : Attn_Op<mnemonic, !listconcat([Pure, InferTypeOpAdaptor,
                                     DeclareOpInterfaceMethods<Attn_ExtentOpInterface>], traits)>;

#endif
