#include <exeunt/tools/report.h>
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "bench_exports.h"
#include "inspect_text.h"
#include "table.h"

namespace exeunt::cli {

namespace {

std::string step_time(const StepTimes& step) { return step.runs > 0 ? microseconds(step.median_us) : ""; }

/// Where steps of a segment lead to.
std::string heading(const Inspection& inspection, int segment) {
  const SegmentInfo& info = inspection.segments[static_cast<std::size_t>(segment)];
  return info.exit >= 0 ? fmt::format("-> exit {}", info.exit) : fmt::format("-> decision {}", info.decision);
}

std::vector<std::string> profile_row(const StepTable& table, const std::vector<Profiled>& all, const Json& row) {
  const auto id = row["id"].get<std::size_t>();
  const StepInfo& step = table.inspection.steps[id];
  std::vector<std::string> cells = {std::to_string(id), step.op, step.kernel};
  for (const Profiled& each : all) cells.push_back(step_time(each.profile->steps[id]));
  const bool multiplies = step.macs > 0 && row["gmacs"].get<double>() > 0;
  const Json& share = row["peak_share"];
  cells.push_back(percent(row["percentage"].get<double>() / 100));
  cells.push_back(step.macs > 0 ? count_text(step.macs) : "");
  cells.push_back(bytes_text(static_cast<double>(step.bytes)));
  cells.push_back(multiplies ? fmt::format("{:.1f}", row["gmacs"].get<double>()) : "");
  cells.push_back(multiplies && !share.is_null() ? fmt::format("{:.0f}%", 100 * share.get<double>()) : "");
  cells.push_back(shortened(step.name, 24));
  return cells;
}

std::vector<std::string> sum_row(const std::vector<Profiled>& all, const std::string& name,
                                 double (*us)(const Profiled&)) {
  std::vector<std::string> cells = {"", name, ""};
  for (const Profiled& each : all) cells.push_back(microseconds(us(each)));
  return cells;
}

}  // namespace

void dump_layers(const StepTable& table) {
  fmt::print("\n");
  print_steps(table.inspection);
}

void dump_profile(const StepTable& table, const Bench& result) {
  const std::vector<Profiled> all = all_profiled(result);
  std::vector<std::string> header = {"id", "op", "kernel"};
  for (const Profiled& each : all) header.push_back(each.name);
  header.insert(header.end(), {"share", "MACs", "bytes", "GMAC/s", "peak", "name"});
  Table text(header, {1, 2, header.size() - 1});
  int segment = -1;
  const Json rows = profile_json(table, result);
  for (std::size_t i = 1; i < rows.size(); ++i) {
    const int its_segment = rows[i]["segment"].get<int>();
    if (std::exchange(segment, its_segment) != its_segment) text.add_heading(heading(table.inspection, its_segment));
    text.add(profile_row(table, all, rows[i]));
  }
  text.add_rule();
  text.add(sum_row(all, "steps", [](const Profiled& each) { return each.profile->median_us.steps; }));
  text.add(sum_row(all, "run", [](const Profiled& each) { return each.report->latency_us.p50; }));
  fmt::print("\nmedian us of each step; shares of {}\n{}", all.back().name, text.str());
  fmt::print("peak of a core in GMAC/s: {:.1f} f32", table.peaks.f32);
  if (table.peaks.bf16 > 0) fmt::print(", {:.1f} bf16", table.peaks.bf16);
  if (table.peaks.fp16 > 0) fmt::print(", {:.1f} fp16", table.peaks.fp16);
  if (table.peaks.int8 > 0) fmt::print(", {:.1f} int8", table.peaks.int8);
  fmt::print("; more than it by steps that save multiplications (Winograd)\n");
  const std::string& refusal = result.trust.no_counters;
  if (!refusal.empty()) fmt::print("cycles, instructions and cache misses are missing: {}\n", refusal);
}

}  // namespace exeunt::cli
