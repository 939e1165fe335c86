#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "bench_report.h"
#include "table.h"

namespace exeunt::cli {

std::vector<Warning> noise_warning(const BenchCommand& command, const Plan& plan, bool decides) {
  if (command.is_data_real() || plan.decisions().empty() || !decides) return {};
  return {{"noise_input", "",
           "the input is made up, so the decisions send it where they happen to: the mix and the shares say nothing "
           "about real data, only the exits measured one by one do",
           "give --data SRC, or --exit K for one exit"}};
}

namespace {

/// Runs that should all take the same time.
struct Alike {
  std::string name;
  const LatencyReport* latency;
};

std::vector<Alike> alike_runs(const Plan& plan, const Bench& result) {
  std::vector<Alike> all;
  for (const ExitBench& exit : result.exits)
    all.push_back({fmt::format("exit {}", exit.exit), &exit.report.latency_us});
  if (all.empty() && plan.exits().size() == 1) all.push_back({"the exit", &result.mix->report.latency_us});
  return all;
}

void warn_of_variation(const Alike& runs, std::vector<Warning>& warnings) {
  constexpr double kUnstable = 1.5;
  constexpr double kMostVariation = 0.025;
  const LatencyReport& latency = *runs.latency;
  if (latency.p95 > kUnstable * latency.p50) {
    warnings.push_back(
        {"unstable_time", "",
         fmt::format("of the runs to {} one in twenty took more than {:.2f} times the median: something else works on "
                     "this machine",
                     runs.name, latency.p95 / latency.p50),
         "trust min and p50 rather than mean and p99, or measure on an idle machine"});
  }
  if (latency.cv > kMostVariation) {
    warnings.push_back({"high_variation", "",
                        fmt::format("the times of the runs to {} vary: standard deviation over mean is {}, and {} is "
                                    "what a quiet machine stays below",
                                    runs.name, percent(latency.cv), percent(kMostVariation)),
                        "trust min and p50, measure longer (--duration), or compare by `bench --versus A B`"});
  }
}

void warn_of_clock(const std::vector<Alike>& runs, const Trust& trust, std::vector<Warning>& warnings) {
  constexpr double kMostShare = 0.01;
  const double step = std::max(trust.clock_resolution_us, trust.clock_cost_us);
  const auto fastest = std::ranges::min_element(runs, {}, [](const Alike& r) { return r.latency->p50; });
  if (fastest == runs.end() || step <= kMostShare * fastest->latency->p50) return;
  warnings.push_back({"coarse_clock", "",
                      fmt::format("a run to {} takes {} us, the clock's smallest step and what reading it takes are "
                                  "{:.0f} and {:.0f} ns: more than {} of it",
                                  fastest->name, microseconds(fastest->latency->p50), trust.clock_resolution_us * 1e3,
                                  trust.clock_cost_us * 1e3, percent(kMostShare)),
                      "the true time is shorter by about one reading of the clock"});
}

void warn_of_system(const Trust& trust, std::vector<Warning>& warnings) {
  constexpr double kMostPreempted = 0.01;
  constexpr double kMostFaults = 0.1;
  constexpr double kMostChange = 0.02;
  const auto runs = static_cast<double>(std::max<std::int64_t>(trust.runs, 1));
  const SystemEvents& events = trust.events;
  if (static_cast<double>(events.preemptions) > kMostPreempted * runs) {
    warnings.push_back({"context_switches", "",
                        fmt::format("in {} runs the system took the processor away {} times: p99 is its doing",
                                    trust.runs, events.preemptions),
                        "use fewer --streams and --threads than there are idle cores"});
  }
  if (events.major_faults > 0 || static_cast<double>(events.minor_faults) > kMostFaults * runs) {
    warnings.push_back({"page_faults", "",
                        fmt::format("during {} runs {} pages were set up and {} read from disk", trust.runs,
                                    events.minor_faults, events.major_faults),
                        "measure longer, so that memory has settled (--warmup), and see that there is enough of it"});
  }
  if (std::abs(trust.speed_change) > kMostChange) {
    warnings.push_back(
        {"speed_change", "",
         fmt::format("a fixed loop ran {} {} after measuring than before: the processor's clock or its load changed",
                     percent(std::abs(trust.speed_change)), trust.speed_change > 0 ? "faster" : "slower"),
         "fix the processor's frequency, warm up longer (--warmup), or compare by `bench --versus A B`"});
  }
}

}  // namespace

std::vector<Warning> bench_warnings(const BenchCommand& command, const Plan& plan, const Bench& result) {
  std::vector<Warning> warnings = noise_warning(command, plan, command.bench.mix);
  const std::vector<Alike> runs = alike_runs(plan, result);
  for (const Alike& each : runs) warn_of_variation(each, warnings);
  warn_of_clock(runs, result.trust, warnings);
  warn_of_system(result.trust, warnings);
  return warnings;
}

}  // namespace exeunt::cli
