#pragma once

#include <string>

#include "graph/graph.h"

namespace exeunt {

/// Where two graphs differ first, in words; empty if they are the same up to names, the order in which a caller hands
/// the inputs' axes, constants within `tolerance` (absolute, or relative where they are larger than 1), and the
/// element type and shape of constants that are outputs (flags).
std::string first_difference(const Graph& a, const Graph& b, double tolerance = 1e-6);

}  // namespace exeunt
