#pragma once

#include "graph/graph.h"

namespace exeunt::fuzz {

/// Runs all passes, if the nodes are few, and, if their work is small, too, builds a plan on the reference and runs it
/// once on zeros.
void run_graph(Graph graph);

}  // namespace exeunt::fuzz
