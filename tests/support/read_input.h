#pragma once

#include "graph/graph.h"

namespace exeunt::testing {

/// What the nodes of a graph see of an array that a caller hands for `input`.
Tensor read_input(const Value& input, const Tensor& given);

}  // namespace exeunt::testing
