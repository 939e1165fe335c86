#include <exeunt/tools/drift.h>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <span>

#include "base/error.h"

namespace exeunt {

namespace {

double sum(std::span<const double> values) { return std::accumulate(values.begin(), values.end(), 0.0); }

/// @param now, then  samples by bin
Drift compare(std::string of, std::span<const double> now, std::span<const double> then) {
  constexpr double kSome = 0.1;
  constexpr double kMuch = 0.25;
  // Half a sample a bin keeps the logarithm finite.
  constexpr double kPrior = 0.5;
  Drift drift;
  drift.of = std::move(of);
  const auto bins = static_cast<double>(now.size());
  const double now_all = sum(now) + kPrior * bins;
  const double then_all = sum(then) + kPrior * bins;
  double used = 0;
  for (std::size_t i = 0; i < now.size(); ++i) {
    const double a = (now[i] + kPrior) / now_all;
    const double e = (then[i] + kPrior) / then_all;
    drift.psi += (a - e) * std::log(a / e);
    if (now[i] > 0 || then[i] > 0) ++used;
  }
  // Under no drift it is near chi-squared, of one degree of freedom less than bins, over the numbers of samples.
  const double freedom = std::max(0.0, used - 1);
  drift.chance = (freedom + 3 * std::sqrt(2 * freedom)) * (1 / now_all + 1 / then_all);
  const double beyond = drift.psi - drift.chance;
  drift.level = beyond > kMuch ? DriftLevel::much : beyond > kSome ? DriftLevel::some : DriftLevel::none;
  return drift;
}

template <class T>
std::vector<double> doubles(const std::vector<T>& counts) {
  return {counts.begin(), counts.end()};
}

/// How many samples the tuning saw: all of them come by the first decision.
double tuned_samples(const Tuning& then) {
  constexpr double kNotKnown = 1000;
  if (then.scores.empty()) return kNotKnown;
  return std::max(1.0, sum(doubles(then.scores.front().counts)));
}

void check(const Statistics& now, const Tuning& then) {
  require(then.shares.empty() || then.shares.size() == now.exits.size(), ErrorCode::argument,
          "the tuning is for {} exits; the model has {}", then.shares.size(), now.exits.size());
  require(then.scores.empty() || then.scores.size() == now.decisions.size(), ErrorCode::argument,
          "the tuning is for {} decisions; the model has {}", then.scores.size(), now.decisions.size());
}

}  // namespace

std::string_view drift_level_name(DriftLevel level) noexcept {
  if (level == DriftLevel::none) return "none";
  return level == DriftLevel::some ? "some" : "much";
}

std::vector<Drift> find_drift(const Statistics& now, const Tuning& then) {
  check(now, then);
  std::vector<Drift> result;
  std::vector<double> exits;
  for (const ExitStatistics& exit : now.exits) exits.push_back(static_cast<double>(exit.samples));
  constexpr auto kLeast = static_cast<double>(kLeastDriftSamples);
  if (!then.shares.empty() && sum(exits) >= kLeast && tuned_samples(then) >= kLeast) {
    std::vector<double> tuned = then.shares;
    for (double& share : tuned) share *= tuned_samples(then);
    result.push_back(compare("exit shares", exits, tuned));
  }
  for (std::size_t d = 0; d < then.scores.size(); ++d) {
    const DecisionStatistics& seen = now.decisions[d];
    const ScoreHistogram& tuned = then.scores[d];
    const std::vector<double> before = doubles(tuned.counts);
    const std::vector<double> after = doubles(seen.scores);
    if (sum(before) == 0 || sum(after) == 0) continue;
    require(before.size() == after.size() && tuned.low == 0 && static_cast<double>(tuned.high) == seen.highest,
            ErrorCode::argument,
            "decision {}: the tuning has {} bins of scores from {} to {}; the session counts {} from 0 to {}", d,
            before.size(), tuned.low, tuned.high, after.size(), seen.highest);
    if (sum(before) < kLeast || sum(after) < kLeast) continue;
    result.push_back(compare(fmt::format("scores of decision {}", d), after, before));
  }
  return result;
}

}  // namespace exeunt
