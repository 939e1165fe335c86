#pragma once

#include "graph/graph.h"

namespace exeunt::fuzz {

/// Runs all passes and, if the graph is small, builds its plan on the reference and runs it once on zeros.
void run_graph(Graph graph);

}  // namespace exeunt::fuzz
