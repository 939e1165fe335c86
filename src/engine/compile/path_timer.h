#pragma once

#include <memory>
#include <span>
#include <vector>

#include "plan/plan_data.h"

namespace exeunt {

/// What each plan takes to each exit, in us: [plan][exit]. The plans take turns, each running some times in a row so
/// that the caches hold what it leaves there; the fastest quarter counts.
/// @param level  as BuildOptions::optimization_level, 1 to 5: more and more turns
std::vector<std::vector<double>> time_paths(std::span<const std::shared_ptr<const PlanData>> plans, int level);

}  // namespace exeunt
