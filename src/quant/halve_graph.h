#pragma once

#include <string>
#include <vector>

#include "graph/graph.h"

namespace exeunt {

/// Why a node cannot compute on bf16; empty if it can. Convolutions without groups and products with one row can, where
/// weights are constant.
std::string refuse_halved(const Graph& graph, const Node& node);

/// The graph with the chosen nodes computing on bf16: operands, weights and results are bf16. The bias stays f32: it is
/// added to a sum that is f32, takes no time, and rounding it would move every result of its channel the same way. What
/// lies between them and only moves values moves bf16; everything else reads and writes floats. A product becomes a
/// convolution of one pixel.
/// @param chosen  by NodeId; refuse_halved has nothing against those that are set
Graph halve_graph(const Graph& graph, const std::vector<bool>& chosen);

}  // namespace exeunt
