#pragma once

#include <exeunt/tools/bench.h>
#include <exeunt/tools/evaluate.h>

#include <span>
#include <vector>

namespace exeunt {

/// Mean and percentiles (nearest rank) of latencies in microseconds.
LatencySummary summarize_latency(std::vector<double> us);

/// The same and more, also the percentiles that are asked for, in percent.
LatencyReport report_latency(std::vector<double> us, std::span<const double> percentiles = {});

}  // namespace exeunt
