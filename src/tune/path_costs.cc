#include <exeunt/tools/verdict.h>

#include <algorithm>
#include <numeric>

#include "base/error.h"

namespace exeunt {

namespace {

constexpr int kQuantiles = 1000;
constexpr double kP99 = 0.99;

/// What the decisions that are switched off before an exit save.
double saved_us(const PathCosts& costs, std::size_t exit, const std::vector<bool>& enabled) {
  double saved = 0;
  for (std::size_t d = 0; d < std::min(exit, enabled.size()); ++d) saved += enabled[d] ? 0 : costs.off_saves_us[d];
  return saved;
}

/// Without the slowest 1 %: one interruption by the system would outweigh hundreds of runs.
double usual_mean(const LatencyReport& latency) {
  const auto count = std::max<std::size_t>(1, latency.percentiles.size() * 99 / 100);
  if (latency.percentiles.empty()) return latency.mean;
  return std::accumulate(latency.percentiles.begin(), latency.percentiles.begin() + static_cast<std::ptrdiff_t>(count),
                         0.0) /
         static_cast<double>(count);
}

}  // namespace

double PathCosts::mean_us(std::size_t exit, const std::vector<bool>& enabled) const {
  return std::max(0.0, exits[exit].mean_us - saved_us(*this, exit, enabled));
}

double PathCosts::share_within(std::size_t exit, const std::vector<bool>& enabled, double limit_us) const {
  const std::vector<double>& times = exits[exit].quantiles_us;
  const auto within = std::ranges::upper_bound(times, limit_us + saved_us(*this, exit, enabled)) - times.begin();
  return static_cast<double>(within) / static_cast<double>(times.size());
}

double PathCosts::alone_us(std::size_t exit) const {
  // In the order of saved_us: with all decisions switched off the two are the same to the last bit.
  double heads = 0;
  for (std::size_t d = 0; d < exit; ++d) heads += heads_us[d];
  return std::max(0.0, exits[exit].mean_us - heads);
}

double PathCosts::mix_mean_us(std::span<const double> shares, const std::vector<bool>& enabled) const {
  double sum = 0;
  for (std::size_t e = 0; e < shares.size(); ++e) sum += shares[e] * mean_us(e, enabled);
  return sum;
}

double PathCosts::mix_p99_us(std::span<const double> shares, const std::vector<bool>& enabled) const {
  struct Weighted {
    double us;
    double weight;
  };
  std::vector<Weighted> all;
  for (std::size_t e = 0; e < shares.size(); ++e) {
    if (shares[e] <= 0) continue;
    const double saved = saved_us(*this, e, enabled);
    const std::vector<double>& times = exits[e].quantiles_us;
    for (const double us : times)
      all.push_back({std::max(0.0, us - saved), shares[e] / static_cast<double>(times.size())});
  }
  std::ranges::sort(all, {}, &Weighted::us);
  // Sums of many shares may miss the limit by their rounding.
  double below = 1e-9;
  for (const Weighted& w : all) {
    below += w.weight;
    if (below >= kP99) return w.us;
  }
  return all.empty() ? 0 : all.back().us;
}

std::vector<double> path_percentiles() {
  std::vector<double> all;
  for (int i = 1; i <= kQuantiles; ++i) all.push_back(100.0 * i / kQuantiles);
  return all;
}

PathCosts path_costs(const Bench& bench) {
  PathCosts costs;
  require(!bench.exits.empty(), ErrorCode::argument, "no exit was measured");
  for (std::size_t e = 0; e < bench.exits.size(); ++e) {
    const ExitBench& exit = bench.exits[e];
    require(exit.exit == static_cast<int>(e), ErrorCode::argument, "exit {} was not measured", e);
    const LatencyReport& latency = exit.report.latency_us;
    costs.exits.push_back({usual_mean(latency), latency.percentiles});
    if (latency.percentiles.empty()) costs.exits.back().quantiles_us = {latency.p50, latency.max};
  }
  // The scores on the way to exit d are those of decisions 0 .. d, but the last exit has no decision.
  const std::size_t decisions = bench.exits.size() - 1;
  for (std::size_t d = 0; d < decisions; ++d) {
    const auto& here = bench.exits[d].profile;
    const auto& next = bench.exits[d + 1].profile;
    double cost = 0;
    if (here && next) {
      const double scores_before = d == 0 ? 0 : bench.exits[d - 1].profile->median_us.scores;
      cost = next->median_us.heads - here->median_us.heads + here->median_us.scores - scores_before;
    }
    costs.heads_us.push_back(std::max(0.0, cost));
    // The steps that only this head needs and its score: what a session skips.
    costs.off_saves_us.push_back(costs.heads_us.back());
  }
  return costs;
}

PathCosts measure_paths(const Plan& plan, std::span<const Tensor> samples, double seconds,
                        const std::function<void(std::int64_t done, std::int64_t total)>& progress) {
  Session session(plan);
  // With every head at work: what the ones that are switched off save is taken off later.
  std::vector<ExitSettings> all = session.exit_settings();
  for (ExitSettings& settings : all) settings.enabled = true;
  session.set_exit_settings(all);
  BenchOptions options;
  for (std::size_t e = 0; e < plan.exits().size(); ++e) options.exits.push_back(static_cast<int>(e));
  options.mix = false;
  options.duration_s = seconds;
  options.percentiles = path_percentiles();
  options.progress = progress;
  return path_costs(bench(std::span(&session, 1), samples, options));
}

}  // namespace exeunt
