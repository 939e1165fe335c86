#pragma once

#include <vector>

#include "graph/graph.h"
#include "support/tensors.h"

namespace exeunt::testing {

/// What a graph answers: the exit it leaves at, and that exit's outputs.
struct Answer {
  std::size_t exit = 0;
  std::vector<Tensor> outputs;
};

/// Runs a graph by the references, following its decisions. The inputs are one sample.
Answer run_graph(const Graph& graph, const std::vector<OpInput>& inputs);

}  // namespace exeunt::testing
