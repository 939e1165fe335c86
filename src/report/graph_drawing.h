#pragma once

#include <exeunt/tools/report.h>

#include <string>

namespace exeunt {

/// The plan's graph and its decision tree as SVG: a box a step, coloured by its time, which stands in it too.
/// Boxes have the ids "node-PREFIX7" and lead to "#step-PREFIX7".
/// @param slowest_us  the time of the hottest colour
std::string graph_drawing(const PlanReport& report, const std::string& prefix, double slowest_us);

/// The same with what its colours mean, search and zoom.
std::string graph_panel(const PlanReport& report, const std::string& prefix, double slowest_us);

}  // namespace exeunt
