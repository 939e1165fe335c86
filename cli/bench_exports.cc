#include "bench_exports.h"

#include <exeunt/tools/report.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace exeunt::cli {

namespace {

constexpr double kMsInUs = 1e-3;

/// What all lists say of a step, the same in each.
Json step_json(const StepTable& table, std::size_t id) {
  const StepInfo& step = table.inspection.steps[id];
  return {{"id", id},
          {"name", step.name},
          {"op", step.op},
          {"kernel", step.kernel},
          {"segment", step.segment},
          {"reached_by", exits_behind(table.inspection, step.segment)},
          {"macs", step.macs},
          {"bytes", step.bytes}};
}

/// The typical times of all steps in all runs, for shares: one slow run does not move them.
double typical_total(const Profile& profile) {
  double total = 0;
  for (const StepTimes& step : profile.steps) total += step.median_us * static_cast<double>(step.runs);
  return total;
}

double share_of(const Profile& profile, std::size_t id) {
  const double total = typical_total(profile);
  const StepTimes& step = profile.steps[id];
  return total > 0 ? step.median_us * static_cast<double>(step.runs) / total : 0;
}

Json measured_json(const Profiled& profiled, std::size_t id) {
  const StepTimes& step = profiled.profile->steps[id];
  const auto runs = static_cast<double>(std::max<std::int64_t>(profiled.profile->runs, 1));
  return {{"timeMs", step.total_us * kMsInUs},
          {"averageMs", step.total_us * kMsInUs / runs},
          {"medianMs", step.median_us * kMsInUs},
          {"percentage", 100 * share_of(*profiled.profile, id)},
          {"runs", step.runs}};
}

/// How a step does beside what the machine could.
void add_roofline(const StepTable& table, std::size_t id, double us, Json& row) {
  const StepInfo& step = table.inspection.steps[id];
  const double gmacs = us > 0 ? step.macs / us / 1e3 : 0;
  const double peak = table.peaks.of_kernel(step.kernel) * table.threads;
  row["gmacs"] = gmacs;
  row["peak_gmacs"] = peak > 0 ? Json(peak) : Json();
  row["peak_share"] = peak > 0 ? Json(gmacs / peak) : Json();
  row["gbytes_per_s"] = us > 0 ? static_cast<double>(step.bytes) / us / 1e3 : 0;
}

/// What was measured, as one.
Json call_json(const Profiled& profiled) {
  const PathTimes& us = profiled.profile->median_us;
  double sum = 0;
  for (const StepTimes& step : profiled.profile->steps) sum += step.total_us;
  return {{"measured", profiled.name},       {"count", profiled.profile->runs},
          {"sumMs", sum * kMsInUs},          {"inputMs", us.input * kMsInUs},
          {"stepsMs", us.steps * kMsInUs},   {"decisionsMs", us.scores * kMsInUs},
          {"outputMs", us.output * kMsInUs}, {"runMs", profiled.report->latency_us.p50 * kMsInUs}};
}

void add_times(const RunReport& report, const std::string& name, std::vector<Json>& rows) {
  for (const TimedRun& run : report.runs) {
    const double start = run.start_us * kMsInUs;
    const double end = (run.start_us + run.us) * kMsInUs;
    rows.push_back({{"startH2dMs", start},
                    {"endH2dMs", start},
                    {"startComputeMs", start},
                    {"endComputeMs", end},
                    {"startD2hMs", end},
                    {"endD2hMs", end},
                    {"h2dMs", 0},
                    {"computeMs", run.us * kMsInUs},
                    {"d2hMs", 0},
                    {"latencyMs", run.us * kMsInUs},
                    {"measured", name},
                    {"stream", run.stream},
                    {"exit", run.exit}});
  }
}

}  // namespace

Json times_json(const Bench& result) {
  std::vector<Json> rows;
  for (const ExitBench& exit : result.exits) add_times(exit.report, fmt::format("exit {}", exit.exit), rows);
  if (result.mix) add_times(result.mix->report, "mix", rows);
  std::stable_sort(rows.begin(), rows.end(), [](const Json& a, const Json& b) {
    return a["startComputeMs"].get<double>() < b["startComputeMs"].get<double>();
  });
  return rows;
}

Json profile_json(const StepTable& table, const Bench& result) {
  const std::vector<Profiled> all = all_profiled(result);
  Json calls = Json::array();
  for (const Profiled& each : all) calls.push_back(call_json(each));
  Json rows = {{{"count", all.back().profile->runs}, {"measured", all.back().name}, {"calls", calls}}};
  for (std::size_t id = 0; id < table.inspection.steps.size(); ++id) {
    Json row = step_json(table, id);
    row.update(measured_json(all.back(), id));
    add_roofline(table, id, typical_step_us(result, id), row);
    row["exits"] = Json::array();
    for (const Profiled& each : all) {
      Json part = {{"measured", each.name}};
      part.update(measured_json(each, id));
      row["exits"].push_back(part);
    }
    rows.push_back(row);
  }
  return rows;
}

Json layers_json(const StepTable& table) {
  const Inspection& inspection = table.inspection;
  Json layers = Json::array();
  for (std::size_t id = 0; id < inspection.steps.size(); ++id) {
    const StepInfo& step = inspection.steps[id];
    Json row = {{"Name", step.name}, {"LayerType", step.op}, {"TacticName", step.kernel}};
    row["Outputs"] =
        Json::array({{{"Name", step.name},
                      {"Dimensions", to_json(step.result)["shape"]},
                      {"Format/Datatype", fmt::format("{} {}", dtype_name(step.result.dtype), step.layout)}}});
    row["Metadata"] = fmt::format("{}", fmt::join(step.nodes, " + "));
    row.update(step_json(table, id));
    layers.push_back(row);
  }
  Json bindings = Json::array();
  for (const InputInfo& input : inspection.inputs) bindings.push_back(input.name);
  for (const std::string& output : inspection.outputs) bindings.push_back(output);
  return {{"Layers", layers}, {"Bindings", bindings}};
}

namespace {

/// The events of one call, in the format of Chrome's tracer, which Perfetto reads.
class CallTrace {
 public:
  CallTrace(const StepTable& table, const Profile& profile, int thread, Json& events)
      : table_(table), call_(profile.typical), thread_(thread), events_(events) {}

  void add() {
    event(fmt::format("run to exit {}", call_.exit), "call", call_.us.all(), {{"exit", call_.exit}});
    forward("input", call_.us.input, {});
    for (int segment = 0;;) {
      const SegmentInfo& info = table_.inspection.segments[static_cast<std::size_t>(segment)];
      add_steps(segment);
      if (info.exit >= 0) break;
      const double score = call_.scores_us[static_cast<std::size_t>(info.decision)];
      if (!std::isnan(score)) forward(fmt::format("decision {}", info.decision), score, {{"decision", info.decision}});
      segment = leads_to(info.leave, call_.exit) ? info.leave : info.stay;
    }
    forward("output", call_.us.output, {});
  }

 private:
  bool leads_to(int segment, int exit) const {
    return std::ranges::binary_search(exits_behind(table_.inspection, segment), exit);
  }
  void add_steps(int segment) {
    for (std::size_t id = 0; id < table_.inspection.steps.size(); ++id) {
      if (table_.inspection.steps[id].segment != segment || std::isnan(call_.steps_us[id])) continue;
      Json row = step_json(table_, id);
      add_roofline(table_, id, call_.steps_us[id], row);
      forward(table_.inspection.steps[id].name, call_.steps_us[id], row);
    }
  }
  void event(const std::string& name, const char* category, double us, const Json& args) {
    events_.push_back({{"name", name},
                       {"cat", category},
                       {"ph", "X"},
                       {"ts", at_us_},
                       {"dur", us},
                       {"pid", 1},
                       {"tid", thread_},
                       {"args", args.is_null() ? Json::object() : args}});
  }
  void forward(const std::string& name, double us, const Json& args) {
    event(name, args.contains("kernel") ? "step" : "call", us, args);
    at_us_ += us;
  }

  const StepTable& table_;
  const Profile::Typical& call_;
  int thread_;
  Json& events_;
  double at_us_ = 0;
};

Json name_event(const char* what, int thread, const std::string& name) {
  return {{"name", what}, {"ph", "M"}, {"pid", 1}, {"tid", thread}, {"args", {{"name", name}}}};
}

void write_json(const std::string& path, const Json& json) {
  if (!path.empty()) save_text(json.dump(1, ' ', false, Json::error_handler_t::replace) + "\n", path);
}

}  // namespace

Json trace_json(const StepTable& table, const Bench& result, const std::string& model) {
  Json events = Json::array({name_event("process_name", 0, model)});
  int thread = 0;
  for (const Profiled& each : all_profiled(result)) {
    events.push_back(name_event("thread_name", ++thread, each.name));
    CallTrace(table, *each.profile, thread, events).add();
  }
  return {{"traceEvents", events}, {"displayTimeUnit", "ns"}};
}

void write_exports(const BenchOutcome& outcome, const StepTable& table) {
  const BenchExports& files = outcome.command.exports;
  if (!files.times.empty()) write_json(files.times, times_json(outcome.result));
  if (!files.profile.empty()) write_json(files.profile, profile_json(table, outcome.result));
  if (!files.layers.empty()) write_json(files.layers, layers_json(table));
  if (!files.trace.empty()) write_json(files.trace, trace_json(table, outcome.result, outcome.command.model.path));
}

}  // namespace exeunt::cli
