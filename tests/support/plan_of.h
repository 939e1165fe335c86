#pragma once

#include <exeunt/plan.h>

#include <functional>
#include <string>

#include "plan/plan_data.h"

/// Plans of graph texts, for tests of what runs plans. The library behind this header stands in for the compiler
/// (engine/compile), with which it must not be linked.
namespace exeunt::testing {

Plan plan_of(const std::string& graph_text, const std::string& backend = "ref");

/// The plan of a graph on the reference, with changes: other functions for its steps, say.
Plan changed_plan_of(const std::string& graph_text, const std::function<void(PlanData&)>& change);

}  // namespace exeunt::testing
