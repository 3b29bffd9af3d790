// The strategies of this back end; each in a file of its own, with what it can not do and why.
#pragma once

#include "compiler/backends/code/KernelCode.h"
#include "compiler/backends/math/MathIsa.h"

namespace mlir::attn {

LogicalResult supportsDense(KernelOp kernel, std::string &why);
void lowerDense(KernelCode &kernel);
/// Rows of the input are widened as they are prepared for the product.
bool denseReadsNarrow(BlockArgument argument);
/// Where a row is normalised in the memory of its result, that is f32.
bool denseWritesNarrow(OpResult result);

/// Whether a result is the combined values, in a kernel that writes each of their numbers once.
bool mapsWriteNarrow(OpResult result);

LogicalResult supportsStream(KernelOp kernel, std::string &why);
void lowerStream(KernelCode &kernel);
/// Whether an operand is keys in rows, which are packed: a query is read once for every panel of keys, one number at a
/// time, and a value once for every tile.
bool streamReadsNarrow(BlockArgument argument);

/// Of what streams, too.
void lowerDecode(KernelCode &kernel);
/// Whether an operand is read as queries, keys or values alone.
bool decodeReadsNarrow(BlockArgument argument);

LogicalResult supportsStrip(KernelOp kernel, std::string &why);
void lowerStrip(KernelCode &kernel);
/// Whether an operand is read as keys or values alone: those that a strip is given in rows.
bool stripReadsNarrow(BlockArgument argument);

LogicalResult supportsLinear(KernelOp kernel, std::string &why);
void lowerLinear(KernelCode &kernel);
/// Whether an operand is queries, keys or values: they are read as numbers.
bool linearReadsNarrow(BlockArgument argument);

LogicalResult supportsRows(KernelOp kernel, std::string &why);
void lowerRows(KernelCode &kernel);
/// Whether a kernel of rows reads all it needs of an operand, stored in bf16, as numbers.
bool rowsReadNarrow(BlockArgument argument);
/// Whether rows that it needs in memory, where that of a result is not f32, fit the stack.
bool rowsWriteNarrow(OpResult result);

/// Of maps that lie along the edges of a graph.
LogicalResult supportsEdges(KernelOp kernel, std::string &why);
void lowerEdges(KernelCode &kernel);
/// Whether an operand is read as queries, keys or values alone.
bool edgesReadNarrow(BlockArgument argument);

/// Of one op that says which row goes where.
LogicalResult supportsOrder(KernelOp kernel, std::string &why);
void lowerOrder(KernelCode &kernel);

} // namespace mlir::attn
