#pragma once

#include <exeunt/tools/calibrate.h>

#include <string>
#include <vector>

#include "graph/graph.h"

namespace exeunt {

/// Why a node cannot compute on 16-bit floats of the type `half`, bf16 or f16; empty if it can. Convolutions without
/// groups and products with one row can, where weights are constant; on f16 if refuse_half_numbers has nothing against
/// those.
std::string refuse_halved(const Graph& graph, const Node& node, DType half);

/// Why a node cannot compute on f16 by the ranges of what it reads and makes, as far as they are known: a number beyond
/// 65504 would be infinite there. Empty if it can.
/// @param names  the graph's calibration_names
std::string refuse_half_ranges(const Node& node, const std::vector<std::string>& names, const Calibration& calibration);

/// The graph with the chosen nodes computing on 16-bit floats: operands, weights and results are such. The bias stays
/// f32: it is added to a sum that is f32, takes no time, and rounding it would move every result of its channel the
/// same way. What lies between them and only moves values moves 16-bit floats; everything else reads and writes f32. A
/// product becomes a convolution of one pixel.
/// @param half    bf16 or f16
/// @param chosen  by NodeId; refuse_halved has nothing against those that are set
Graph halve_graph(const Graph& graph, DType half, const std::vector<bool>& chosen);

}  // namespace exeunt
