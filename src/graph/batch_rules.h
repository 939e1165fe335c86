#pragma once

#include <string>
#include <variant>

#include "graph/batch.h"

namespace exeunt {

/// Where the batch is in a node's result, or why it is nowhere: "reduces over the samples".
using BatchVerdict = std::variant<BatchPlace, std::string>;

/// A node with at least one operand that holds samples; the others are shared.
/// @param states  one an operand; shared for those left out
/// @param free_batch  see BatchAxes
BatchVerdict follow_batch(const Graph& graph, const Node& node, const std::vector<BatchState>& states, bool free_batch);

}  // namespace exeunt
