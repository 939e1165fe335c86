#pragma once

#include <vector>

#include "plan/plan_data.h"

namespace exeunt {

/// Where what is read comes from: k >= 0 is the result of step k, -1 - k is input k of the model. Ascending, each once.
struct StepReads {
  std::vector<std::vector<int>> steps;     ///< by step
  std::vector<std::vector<int>> segments;  ///< by segment: what its decision looks at, or its exit hands out
};

/// The edges between a plan's steps. Constants are no edges; views (a Reshape that moves nothing) are seen through.
/// @pre plan.graph is the graph that it was built from
StepReads step_reads(const PlanData& plan);

}  // namespace exeunt
