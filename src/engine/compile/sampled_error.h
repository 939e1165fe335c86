#pragma once

#include "plan/backend.h"

namespace exeunt {

/// How far the results of a convolution are off, at places picked at random that are computed anew in double: the
/// largest difference, relative to the root mean square of the sums before the activation. Cost: some hundred results.
/// @param operands  addresses of the candidate's uses and result, after it ran
/// @return 0 for ops that are no convolution
double sampled_error(const Graph& graph, const Node& node, const Candidate& candidate, std::byte* const* operands);

}  // namespace exeunt
