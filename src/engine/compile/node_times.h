#pragma once

#include <map>
#include <string>

#include "plan/plan_data.h"

namespace exeunt {

/// What each node of `graph` takes in its plan, by name, in microseconds; those without a step of their own are left
/// out.
std::map<std::string, double> float_times(const Graph& graph, const PlanData& plan);

/// What each node of the original graph that computes in a lower precision takes in the plan of a lowered one, by name,
/// with its share of the conversions that it needs.
std::map<std::string, double> lowered_times(const PlanData& plan);

}  // namespace exeunt
