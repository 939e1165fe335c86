#pragma once

#include <string>
#include <vector>

#include "compose/network.h"

namespace exeunt {

/// The exits of a network that computes everything: `leaves[i]` is the bool of decision i, `predictions[i]` the answer
/// of exit i; there is one more of them.
struct ExitTensors {
  std::vector<std::string> leaves;
  std::vector<std::string> predictions;
};

/// The same network with nested `If`s: what later exits need runs in the else-arms, what only the answer of an exit
/// needs in its then-arm, and what none needs is gone. Outputs `prediction` f32 [N,classes] and `exit` i64 [1], under
/// other names if inputs have these.
onnx::ModelProto nest_exits(Network& network, const ExitTensors& exits, std::int64_t classes);

}  // namespace exeunt
