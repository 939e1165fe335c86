#pragma once

#include "graph/graph.h"

namespace exeunt {

/// Checks everything that the rest of the program takes for granted: ids in range, one producer a
/// value, no cycles, types as the shape rules say, a well-formed tree, criteria that fit their values,
/// one output a name at every exit, predictions inside the outputs. @throws Error internal, naming the
/// node or tree position; shape, dtype, argument where an op or criterion refuses its operands
void verify(const Graph& graph);

}  // namespace exeunt
