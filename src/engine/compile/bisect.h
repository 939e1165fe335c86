#pragma once

#include <exeunt/tools/compare.h>

#include <string>
#include <vector>

#include "graph/graph.h"

namespace exeunt {

/// A graph as a pass left it.
struct PassStage {
  std::string pass;
  int limit = 0;
  int rewrites = 0;
  Graph graph;
};

/// Compares the outputs of each stage with those of `first`, until one is past the tolerance.
Bisection bisect_stages(const Graph& first, std::span<const PassStage> stages, std::span<const Tensor> inputs,
                        const CompareOptions& options);

}  // namespace exeunt
