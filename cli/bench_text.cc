#include <exeunt/tools/report.h>
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "bench_report.h"
#include "deadline_text.h"
#include "inspect_text.h"
#include "precision_text.h"
#include "table.h"

namespace exeunt::cli {

namespace {

std::vector<std::string> row(const BenchCommand& command, const std::string& name, const std::string& share,
                             const RunReport& report) {
  const LatencyReport& latency = report.latency_us;
  std::vector<std::string> cells = {name, share, std::to_string(latency.runs), microseconds(latency.min),
                                    microseconds(latency.mean)};
  for (const Percentile& p : percentiles_of(command.bench, latency)) cells.push_back(microseconds(p.us));
  cells.insert(cells.end(), {microseconds(latency.max), percent(latency.cv), count_text(report.throughput_ips)});
  return cells;
}

void print_latencies(const BenchCommand& command, const Bench& result) {
  std::vector<std::string> header = {"us a run", "share", "runs", "min", "mean"};
  for (const Percentile& p : percentiles_of(command.bench, headline(result).latency_us)) header.push_back(p.name);
  header.insert(header.end(), {"max", "cv", "images/s"});
  Table table(header);
  for (const ExitBench& exit : result.exits) {
    const std::string share = result.mix ? percent(result.mix->shares[static_cast<std::size_t>(exit.exit)]) : "";
    table.add(row(command, fmt::format("exit {}", exit.exit), share, exit.report));
  }
  if (result.mix && !result.exits.empty()) table.add_rule();
  if (result.mix) table.add(row(command, "mix", percent(1), result.mix->report));
  fmt::print("{}", table.str());
  if (!result.mix || !result.exits.empty()) return;
  fmt::print("\n");
  for (std::size_t e = 0; e < result.mix->shares.size(); ++e)
    fmt::print("exit {}: {}\n", e, percent(result.mix->shares[e]));
}

/// What a call consists of.
void print_parts(const Bench& result) {
  const std::vector<Profiled> all = all_profiled(result);
  if (all.empty()) return;
  Table table({"p50 us", "run", "input", "its steps", "of other heads", "scores", "output", "run / steps"});
  for (const auto& [name, report, profile] : all) {
    const PathTimes& us = profile->median_us;
    const double run = report->latency_us.p50;
    table.add({name, microseconds(run), fmt::format("{:.2f}", us.input), microseconds(us.steps), microseconds(us.heads),
               fmt::format("{:.2f}", us.scores), fmt::format("{:.2f}", us.output),
               us.steps > 0 ? fmt::format("{:.3f}", run / us.steps) : "-"});
  }
  double overhead = 0;
  for (const Profiled& each : all)
    overhead = std::max(overhead, each.profile->median_us.input + each.profile->median_us.output);
  fmt::print("\n{}\na call's own overhead (input and output): {:.2f} us\n", table.str(), overhead);
}

/// What the processor counted.
void print_events(const Bench& result) {
  Table table({"a run", "cycles", "instructions", "a cycle", "cache misses"});
  bool any = false;
  for (const Profiled& each : all_profiled(result)) {
    if (!each.profile->events) continue;
    any = true;
    const ProcessorEvents& events = *each.profile->events;
    table.add({each.name, count_text(events.cycles), count_text(events.instructions),
               fmt::format("{:.2f}", events.cycles > 0 ? events.instructions / events.cycles : 0),
               count_text(events.cache_misses)});
  }
  if (any) fmt::print("\n{}", table.str());
}

void print_start(const BenchOutcome& outcome) {
  const ColdStart& start = outcome.start;
  const auto ms = [](double value) { return microseconds(value); };
  fmt::print("\ncold start {} ms: {} {}, session {}, first run {}; at most {} of memory held\n", ms(start.all()),
             is_plan(outcome.command.model.path) ? "loading" : "loading and building", ms(start.load_ms),
             ms(start.session_ms), ms(start.first_run_ms), bytes_text(static_cast<double>(peak_resident_bytes())));
}

}  // namespace

void print_bench(const BenchOutcome& outcome) {
  const auto& [command, plan, result, samples, start, warnings] = outcome;
  fmt::print("{} on {}, {} sample{}, backend {}, {}, {}, batch {}, {} thread{}",
             std::filesystem::path(command.model.path).filename().string(),
             command.data.empty() ? "noise" : command.data, samples, samples == 1 ? "" : "s", command.model.backend,
             precision_text(plan), plan.isa(), command.run.batch, plan.threads(), plan.threads() == 1 ? "" : "s");
  if (command.streams > 1)
    fmt::print(", {} streams (each a session on a thread of its own, placed by the system)", command.streams);
  fmt::print("\n\n");
  print_latencies(command, result);
  if (result.mix && result.mix->deadline) fmt::print("\n{}", deadline_text(*result.mix->deadline));
  print_parts(result);
  print_events(result);
  print_start(outcome);
  print_warnings(warnings);
}

}  // namespace exeunt::cli
