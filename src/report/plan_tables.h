#pragma once

#include <exeunt/tools/report.h>

#include <string>

namespace exeunt {

// The parts of a plan's page that can be read as tables, without pictures and scripts. Rows of steps have the ids
// "step-PREFIX7".

/// What each exit takes, holds and costs.
std::string exits_table(const PlanReport& report);
/// The steps segment by segment, with bars of their times that lead to the graph's boxes.
std::string layers_part(const PlanReport& report, const std::string& prefix, double slowest_us);
/// All that there is to say of each step.
std::string steps_table(const PlanReport& report, const std::string& prefix);
/// Which nodes of the file became one step.
std::string fusions_table(const PlanReport& report, const std::string& prefix);
/// Step by step the kernels that were not taken, with their times and the reason.
std::string rivals_part(const PlanReport& report, const std::string& prefix);
/// What is odd about the model, and what the build has to say.
std::string warnings_part(const PlanReport& report);

}  // namespace exeunt
