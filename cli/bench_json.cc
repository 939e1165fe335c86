#include <fmt/format.h>

#include <algorithm>

#include "bench_report.h"
#include "deadline_text.h"

namespace exeunt::cli {

std::vector<Percentile> percentiles_of(const BenchOptions& options, const LatencyReport& latency) {
  std::vector<Percentile> all = {
      {"p50", latency.p50}, {"p90", latency.p90}, {"p95", latency.p95}, {"p99", latency.p99}};
  for (std::size_t i = 0; i < latency.percentiles.size(); ++i) {
    const std::string name = fmt::format("p{}", options.percentiles[i]);
    if (std::ranges::find(all, name, &Percentile::name) == all.end()) all.push_back({name, latency.percentiles[i]});
  }
  return all;
}

const RunReport& headline(const Bench& result) { return result.mix ? result.mix->report : result.exits.front().report; }

std::string measured_name(const Bench& result) {
  return result.mix ? "mix" : fmt::format("exit {}", result.exits.front().exit);
}

std::vector<Profiled> all_profiled(const Bench& result) {
  std::vector<Profiled> all;
  for (const ExitBench& exit : result.exits) {
    if (exit.profile) all.push_back({fmt::format("exit {}", exit.exit), &exit.report, &*exit.profile});
  }
  if (result.mix && result.mix->profile) all.push_back({"mix", &result.mix->report, &*result.mix->profile});
  return all;
}

Json latency_json(const BenchOptions& options, const LatencyReport& latency) {
  Json json = {{"runs", latency.runs}, {"min", latency.min}, {"mean", latency.mean}};
  for (const Percentile& p : percentiles_of(options, latency)) json[p.name] = p.us;
  json["max"] = latency.max;
  json["cv"] = latency.cv;
  return json;
}

namespace {

/// What a call consists of.
void add_parts(const std::optional<Profile>& profile, const RunReport& report, Json& json) {
  if (!profile) return;
  const PathTimes& us = profile->median_us;
  json["input_us"] = us.input;
  json["steps_us"] = us.steps;
  json["heads_us"] = us.heads;
  json["scores_us"] = us.scores;
  json["output_us"] = us.output;
  json["overhead_us"] = us.input + us.output;
  json["run_over_steps"] = us.steps > 0 ? Json(report.latency_us.p50 / us.steps) : Json();
  if (!profile->events) return;
  json["events"] = {{"cycles", profile->events->cycles},
                    {"instructions", profile->events->instructions},
                    {"cache_misses", profile->events->cache_misses}};
}

Json exit_json(const BenchOutcome& outcome, const ExitBench& exit) {
  Json json = {{"exit", exit.exit},
               {"share", nullptr},
               {"latency_us", latency_json(outcome.command.bench, exit.report.latency_us)},
               {"throughput_ips", exit.report.throughput_ips}};
  if (outcome.result.mix) json["share"] = outcome.result.mix->shares[static_cast<std::size_t>(exit.exit)];
  add_parts(exit.profile, exit.report, json);
  return json;
}

Json trust_json(const Trust& trust) {
  return {{"clock_resolution_us", trust.clock_resolution_us},
          {"clock_cost_us", trust.clock_cost_us},
          {"speed_change", trust.speed_change},
          {"runs", trust.runs},
          {"waits", trust.events.waits},
          {"preemptions", trust.events.preemptions},
          {"minor_faults", trust.events.minor_faults},
          {"major_faults", trust.events.major_faults},
          {"no_counters", trust.no_counters.empty() ? Json() : Json(trust.no_counters)}};
}

}  // namespace

Json bench_json(const BenchOutcome& outcome) {
  const auto& [command, plan, result, samples, start, warnings] = outcome;
  Json exits = Json::array();
  for (const ExitBench& exit : result.exits) exits.push_back(exit_json(outcome, exit));
  Json json = {{"model", command.model.path},
               {"data", command.data.empty() ? Json(nullptr) : Json(command.data)},
               {"samples", samples},
               {"backend", command.model.backend},
               {"precision", plan.precision()},
               {"computes_in", plan.computes_in()},
               {"isa", plan.isa()},
               {"threads", plan.threads()},
               {"streams", command.streams},
               {"pinned", false},
               {"batch", command.run.batch},
               {"measured", measured_name(result)},
               {"latency_us", latency_json(command.bench, headline(result).latency_us)},
               {"throughput_ips", headline(result).throughput_ips},
               {"exits", exits}};
  if (result.mix) {
    json["shares"] = result.mix->shares;
    Json mix = {{"latency_us", latency_json(command.bench, result.mix->report.latency_us)}};
    add_parts(result.mix->profile, result.mix->report, mix);
    if (result.mix->deadline) mix["deadline"] = to_json(*result.mix->deadline);
    json["mix"] = mix;
  }
  json["cold_start_ms"] = {
      {"load", start.load_ms}, {"session", start.session_ms}, {"first_run", start.first_run_ms}, {"all", start.all()}};
  json["peak_resident_bytes"] = peak_resident_bytes();
  json["trust"] = trust_json(result.trust);
  json["warnings"] = to_json(warnings);
  return json;
}

}  // namespace exeunt::cli
