#include "report/plan_facts.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

namespace exeunt {

namespace {

std::size_t index_of(int id) { return static_cast<std::size_t>(id); }

}  // namespace

double step_us(const PlanReport& report, std::size_t step) {
  const double profiled = typical_step_us(report.bench, step);
  const double us = profiled > 0 ? profiled : report.inspection.steps[step].us;
  return std::isfinite(us) && us > 0 ? us : 0;
}

double slowest_step_us(const PlanReport& report) {
  double slowest = 0;
  for (std::size_t i = 0; i < report.inspection.steps.size(); ++i) slowest = std::max(slowest, step_us(report, i));
  return slowest;
}

std::string kernel_label(const StepInfo& step) {
  if (step.backend == "ref") return "ref:" + step.kernel;
  for (const std::string_view isa : {"avx512_", "avx2_", "neon_", "scalar_"}) {
    if (step.kernel.starts_with(isa)) return step.kernel.substr(isa.size());
  }
  return step.kernel;
}

std::string compute_type(const StepInfo& step) {
  for (const std::string_view type : {"int8", "bf16", "fp16"}) {
    if (step.kernel.find(type) != std::string::npos) return std::string(type);
  }
  if (step.result.dtype == DType::f32) return "fp32";
  return step.result.dtype == DType::i8 || step.result.dtype == DType::u8 ? "int8"
                                                                          : std::string(dtype_name(step.result.dtype));
}

std::string passed_by(const Inspection& inspection, int segment) {
  const std::vector<int> exits = exits_behind(inspection, segment);
  if (exits.size() == inspection.exits.size()) return "all";
  return fmt::format("exit{} {}", exits.size() == 1 ? "" : "s", fmt::join(exits, ", "));
}

std::string segment_title(const Inspection& inspection, int segment) {
  const SegmentInfo& info = inspection.segments[index_of(segment)];
  return info.exit >= 0 ? fmt::format("to exit {}", info.exit) : fmt::format("up to decision {}", info.decision);
}

std::vector<int> path_segments(const Inspection& inspection, int exit) {
  std::vector<int> path;
  for (int at = 0; at >= 0;) {
    path.push_back(at);
    const SegmentInfo& info = inspection.segments[index_of(at)];
    if (info.exit >= 0) break;
    at = std::ranges::binary_search(exits_behind(inspection, info.leave), exit) ? info.leave : info.stay;
  }
  return path;
}

std::string decision_test(const DecisionInfo& decision) {
  std::string text =
      decision.tunable ? fmt::format("{} > {}", decision.criterion, decision.threshold) : "predicate of the model";
  if (decision.temperature != 1) text += fmt::format(", temperature {}", decision.temperature);
  if (!decision.enabled) text += ", switched off";
  return text;
}

const RunReport* exit_runs(const PlanReport& report, int exit) {
  const auto found = std::ranges::find(report.bench.exits, exit, &ExitBench::exit);
  return found == report.bench.exits.end() ? nullptr : &found->report;
}

std::vector<double> known_shares(const PlanReport& report) {
  if (report.knows_shares()) return report.bench.mix->shares;
  return report.calibration_shares;
}

std::string heat_class(double us, double slowest) {
  if (!(us > 0) || !(slowest > 0)) return "hx";
  return fmt::format("h{}", std::clamp(static_cast<int>(kHeats * std::sqrt(us / slowest)), 0, kHeats - 1));
}

double heat_bound(int heat, double slowest) {
  const double share = static_cast<double>(heat + 1) / kHeats;
  return share * share * slowest;
}

}  // namespace exeunt
