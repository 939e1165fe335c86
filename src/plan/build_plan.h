#pragma once

#include <span>

#include "plan/backend.h"
#include "plan/plan_data.h"

namespace exeunt {

/// Lowers a verified graph: picks a step for every node from the first backend that does not refuse
/// it, puts reorders where layouts differ, and lays all buffers out in one arena.
///
/// Reshapes and Transposes become other views of the same bytes where the layout allows it. A value
/// that lives on into an arm keeps its place while the other arm runs.
/// @param backends  in order of preference; the last one must take everything
/// @param time      how long candidates take; without it a backend's first one is taken
/// @throws Error unsupported if no backend takes a node; device
PlanData build_plan(const Graph& graph, std::span<const Backend* const> backends, const TimeCandidates& time = nullptr);

}  // namespace exeunt
