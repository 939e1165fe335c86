#pragma once

#include <exeunt/tools/evaluate.h>

#include <vector>

namespace exeunt {

/// Mean and percentiles (nearest rank) of latencies in microseconds.
LatencySummary summarize_latency(std::vector<double> us);

}  // namespace exeunt
