#pragma once

#include <exeunt/tools/report.h>

#include <string>

namespace exeunt {

/// The graph with its legend, search and zoom.
std::string graph_panel(const PlanReport& report, const std::string& prefix, double slowest_us);

}  // namespace exeunt
