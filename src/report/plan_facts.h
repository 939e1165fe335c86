#pragma once

#include <exeunt/tools/report.h>

#include <string>
#include <vector>

namespace exeunt {

// What the parts of a plan's page ask of a report.

/// The time of a step: profiled, else measured when the plan was built; 0: not known.
double step_us(const PlanReport& report, std::size_t step);
/// The largest of all steps.
double slowest_step_us(const PlanReport& report);

/// The kernel without the instruction set, which the page names once: "conv_direct_4x16"; the reference's as "ref:...".
std::string kernel_label(const StepInfo& step);
/// What the kernel computes in: "int8", "fp32", or the element type of what it makes.
std::string compute_type(const StepInfo& step);
/// "exit 0", "exits 1, 2", "all": who comes by a segment.
std::string passed_by(const Inspection& inspection, int segment);
/// "up to decision 0", "to exit 1"
std::string segment_title(const Inspection& inspection, int segment);
/// The segments on the way to an exit, in order.
std::vector<int> path_segments(const Inspection& inspection, int exit);
/// "max_prob > 0.8", "predicate of the model"
std::string decision_test(const DecisionInfo& decision);

/// What was measured of an exit; null if nothing was.
const RunReport* exit_runs(const PlanReport& report, int exit);
/// The shares of the exits, measured or of the calibration; empty: not known.
std::vector<double> known_shares(const PlanReport& report);

/// The class of a box or bar whose step takes so long: "h0" to "h7"; "hx" for a time that is not known.
std::string heat_class(double us, double slowest);
/// The longest time that is shown in a heat class, 0 to 7.
double heat_bound(int heat, double slowest);
inline constexpr int kHeats = 8;

}  // namespace exeunt
