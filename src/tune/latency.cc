#include "tune/latency.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace exeunt {

namespace {

double mean_of(std::span<const double> values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

/// @param sorted  not empty
double percentile(std::span<const double> sorted, double percent) {
  const double rank = std::ceil(percent * static_cast<double>(sorted.size()) / 100);
  return sorted[static_cast<std::size_t>(std::max(1.0, rank)) - 1];
}

}  // namespace

LatencySummary summarize_latency(std::vector<double> us) {
  if (us.empty()) return {};
  std::ranges::sort(us);
  return {mean_of(us), percentile(us, 50), percentile(us, 90), percentile(us, 99)};
}

LatencyReport report_latency(std::vector<double> us, std::span<const double> percentiles) {
  LatencyReport report;
  report.percentiles.resize(percentiles.size());
  if (us.empty()) return report;
  std::ranges::sort(us);
  report.runs = static_cast<std::int64_t>(us.size());
  report.min = us.front();
  report.max = us.back();
  report.mean = mean_of(us);
  report.p50 = percentile(us, 50);
  report.p90 = percentile(us, 90);
  report.p95 = percentile(us, 95);
  report.p99 = percentile(us, 99);
  double squares = 0;
  for (const double value : us) squares += (value - report.mean) * (value - report.mean);
  if (report.mean > 0) report.cv = std::sqrt(squares / static_cast<double>(us.size())) / report.mean;
  std::ranges::transform(percentiles, report.percentiles.begin(), [&](double p) { return percentile(us, p); });
  return report;
}

}  // namespace exeunt
