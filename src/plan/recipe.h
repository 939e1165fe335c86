#pragma once

#include <map>
#include <span>
#include <string>

#include "plan/backend.h"
#include "plan/plan_data.h"

namespace exeunt {

/// The kernels that a plan took, to build it again.
struct Recipe {
  struct Taken {
    std::string backend;
    std::string kernel;
    int parts = 1;
  };
  std::map<ValueId, Taken> taken;     ///< by the value that the node makes
  WeightPacker::Source weights = {};  ///< empty: they are packed anew
};

/// What `plan` took.
Recipe recipe_of(const PlanData& plan);

/// The one candidate that the recipe names for a node; `view` asks for no other.
/// @throws Error unsupported if its backend or kernel is not there
Candidate offer_again(NodeView& view, std::span<const Backend* const> backends, const Recipe& recipe);

}  // namespace exeunt
