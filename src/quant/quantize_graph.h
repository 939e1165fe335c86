#pragma once

#include <exeunt/tools/calibrate.h>

#include <string>
#include <vector>

#include "graph/graph.h"

namespace exeunt {

/// Why a node cannot compute on integers; empty if it can. Convolutions without groups and products with one row can,
/// where weights are constant and the ranges of their operands known.
/// @param names  calibration_names of the graph
std::string refuse_quantized(const Graph& graph, const Node& node, const std::vector<std::string>& names,
                             const Calibration& calibration);

/// The graph with the chosen nodes computing on integers: u8 values of one scale, i8 weights with a scale for each
/// channel, a bias that makes up for what rounding the weights does to the mean. What lies between them and only moves
/// values moves bytes; everything else reads and writes floats.
/// @param chosen  by NodeId; refuse_quantized has nothing against those that are set
Graph quantize_graph(const Graph& graph, const Calibration& calibration, const std::vector<bool>& chosen);

}  // namespace exeunt
