#pragma once

#include <map>

#include "graph/graph.h"

namespace exeunt {

struct SinkOptions {
  /// An operand that must be transposed for another user anyway is taken as it is.
  bool take_what_is_there = true;
  /// Also through ops whose result is larger than what is transposed (Pad, Concat, broadcasting).
  bool through_growth = true;
  /// By index of a graph input: the Transpose of it that becomes the input, its axes told by Value::order.
  std::map<std::size_t, ops::Ints> inputs;
};

/// Moves every Transpose towards the exits: through ops that do not care for the order of axes,
/// against other Transposes, into Reshapes and the weights of matrix products. Those that cannot go
/// further stay there. Leaves dead nodes behind. Whether that is better is for the caller to judge.
void sink_transposes(Graph& graph, const SinkOptions& options);

}  // namespace exeunt
