// What every computing op promises to all later stages.
#pragma once

#include "dialect/Extents.h"
#include "mlir/IR/OpDefinition.h"

#include "dialect/AttnInterfaces.h.inc"
