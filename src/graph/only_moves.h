#pragma once

#include "graph/graph.h"

namespace exeunt {

/// Whether a node only moves or picks what its one operand holds, so that it can act on any type: max pooling, Slice,
/// Reshape, Transpose, and a Pad with zeros or with what is there.
bool only_moves(const Node& node);

/// The op of such a node on bytes in which `zero` stands for 0.
Op moving_bytes(const Op& op, std::int64_t zero);

}  // namespace exeunt
