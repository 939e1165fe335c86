#pragma once

#include <vector>

#include "graph/graph.h"
#include "support/tensors.h"

namespace exeunt::testing {

/// One tensor a graph input, of small whole numbers that differ by `seed`: sums and products of a few
/// are exact in every float type.
std::vector<Tensor> sample_inputs(const Graph& graph, std::int64_t seed);

/// Runs the path to one exit by the references: what each decision on it looks at (logits as
/// probabilities), then the exit's outputs. Only nodes that are placed on the path run, so a wrong placement is an
/// Error.
std::vector<Tensor> evaluate_graph(const Graph& graph, const std::vector<Tensor>& inputs, std::size_t exit);

/// Expects that both graphs decide and answer alike at every exit.
void expect_equal_results(const Graph& a, const Graph& b, double tolerance = 0);

}  // namespace exeunt::testing
