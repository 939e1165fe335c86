#pragma once

#include <string>
#include <vector>

#include "graph/graph.h"

namespace exeunt {

/// The names of a graph's values in Calibration::ranges, by ValueId: the value's own, or its op's if it has none. Where
/// one repeats, "#2", "#3" and so on follow it, in execution order. Empty for constants and for what nothing needs.
std::vector<std::string> calibration_names(const Graph& graph);

}  // namespace exeunt
