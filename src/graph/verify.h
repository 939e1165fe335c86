#pragma once

#include "graph/graph.h"

namespace exeunt {

/// Checks everything that the rest of the program takes for granted: ids in range, one producer a
/// value, no cycles, types as the shape rules say, a well-formed tree, criteria that fit their values,
/// one output a name at every exit. @throws Error internal, naming the node
void verify(const Graph& graph);

}  // namespace exeunt
