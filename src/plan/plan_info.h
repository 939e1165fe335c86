#pragma once

#include <exeunt/model.h>

#include "graph/graph.h"

namespace exeunt {

/// What a graph looks like from outside: the lists of the public API.
struct PlanInfo {
  std::vector<InputInfo> inputs;
  std::vector<std::string> outputs;
  std::vector<DecisionInfo> decisions;
  std::vector<ExitInfo> exits;
};

PlanInfo describe(const Graph& graph);

}  // namespace exeunt
