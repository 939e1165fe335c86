#pragma once

#include <exeunt/tools/bench.h>
#include <exeunt/tools/inspect.h>

#include <string>
#include <vector>

#include "bench_command.h"
#include "json.h"

namespace exeunt::cli {

/// The percentiles of every report, and those asked for that are not among them.
struct Percentile {
  std::string name;
  double us = 0;
};
std::vector<Percentile> percentiles_of(const BenchOptions& options, const LatencyReport& latency);

/// What the numbers at the top are about: the mix, or the only exit.
const RunReport& headline(const Bench& result);
/// "mix", "exit 1"
std::string measured_name(const Bench& result);

/// One thing that was measured, with its steps.
struct Profiled {
  std::string name;  ///< "exit 0", "mix"
  const RunReport* report;
  const Profile* profile;
};
/// All of them; the one of the headline last.
std::vector<Profiled> all_profiled(const Bench& result);

Json latency_json(const BenchOptions& options, const LatencyReport& latency);
Json bench_json(const BenchOutcome& outcome);
void print_bench(const BenchOutcome& outcome);

/// Those of the measuring, not of the model: why the figures may not be what they seem.
std::vector<Warning> bench_warnings(const BenchCommand& command, const Plan& plan, const Bench& result);
/// That the samples are made up; nothing if it does not matter.
std::vector<Warning> noise_warning(const BenchCommand& command, const Plan& plan, bool decides);

}  // namespace exeunt::cli
