#pragma once

#include <exeunt/tools/report.h>

#include <string>
#include <vector>

namespace exeunt {

/// How many samples take each exit, as one bar; says loudly if nobody knows.
std::string shares_part(const PlanReport& report);

/// What the time to each exit is made of: steps, heads that are passed, decisions, input and output. One scale.
std::string paths_part(const PlanReport& report);

/// One series of a histogram of latencies.
struct LatencySeries {
  std::string name;
  const RunReport* runs = nullptr;
};

/// How long the runs of one kind took: one series as bars, two as outlines. The slowest
/// runs are beyond the axis and counted below.
std::string latency_chart(const std::string& title, const std::vector<LatencySeries>& series);

}  // namespace exeunt
