// All ops, by family; nothing else.
#ifndef ATTN_OPS_TD
#define ATTN_OPS_TD

include "dialect/ProjectionOps.td"
include "dialect/BlockOps.td"
include "dialect/ScoreOps.td"
include "dialect/MapOps.td"
include "dialect/LinearOps.td"
include "dialect/OrderOps.td"
include "dialect/MoveOps.td"
include "dialect/GraphOps.td"
include "dialect/StateOps.td"
include "dialect/StructureOps.td"
include "dialect/KernelOps.td"

#endif
