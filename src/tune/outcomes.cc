#include "tune/outcomes.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "tune/scores.h"

namespace exeunt {

HeadAnswers every_other(const HeadAnswers& answers, std::int64_t first, std::int64_t step) {
  HeadAnswers part;
  part.exits = answers.exits;
  part.classes = answers.classes;
  const auto row = static_cast<std::size_t>(answers.exits * answers.classes);
  for (std::int64_t n = first; n < answers.samples; n += step) {
    const auto values = std::span(answers.probabilities).subspan(static_cast<std::size_t>(n) * row, row);
    part.probabilities.insert(part.probabilities.end(), values.begin(), values.end());
    part.labels.push_back(answers.labels[static_cast<std::size_t>(n)]);
    ++part.samples;
  }
  return part;
}

SearchSamples search_samples(const HeadAnswers& answers, const Scoring& scoring) {
  const auto exits = static_cast<std::size_t>(answers.exits);
  const auto count = static_cast<std::size_t>(answers.samples);
  SearchSamples samples{std::vector(exits - 1, std::vector<float>(count)),
                        std::vector(exits, std::vector<std::uint8_t>(count))};
  std::vector<float> p;
  for (std::size_t n = 0; n < count; ++n) {
    for (std::size_t e = 0; e < exits; ++e) {
      const auto row = answers.of(static_cast<std::int64_t>(n), static_cast<std::int64_t>(e));
      const auto top = std::ranges::max_element(row) - row.begin();
      samples.right[e][n] = top == answers.labels[n] ? 1 : 0;
      if (e + 1 == exits) continue;
      p.assign(row.begin(), row.end());
      apply_temperature(p, scoring.temperatures[e]);
      samples.scores[e][n] = score_of(scoring.criteria[e], p);
    }
  }
  return samples;
}

Outcome outcome_of(const SearchSamples& samples, const PathCosts& costs, const Thresholds& thresholds) {
  Outcome outcome;
  outcome.samples = static_cast<std::int64_t>(samples.size());
  outcome.shares.resize(samples.decisions() + 1);
  if (outcome.samples == 0) return outcome;
  const auto n = static_cast<double>(samples.size());
  double squares = 0;
  for (std::size_t i = 0; i < samples.size(); ++i) {
    const std::size_t exit = exit_of(samples, thresholds, i);
    outcome.shares[exit] += 1;
    outcome.accuracy += samples.right[exit][i];
    outcome.full_accuracy += samples.right.back()[i];
    squares += samples.right[exit][i] == samples.right.back()[i] ? 0 : 1;
  }
  for (double& share : outcome.shares) share /= n;
  outcome.accuracy /= n;
  outcome.full_accuracy /= n;
  outcome.drop = outcome.full_accuracy - outcome.accuracy;
  outcome.drop_error = std::sqrt(std::max(0.0, squares / n - outcome.drop * outcome.drop) / n);
  const std::vector<bool> enabled = enabled_of(thresholds);
  outcome.latency_us = costs.mix_mean_us(outcome.shares, enabled);
  outcome.p99_us = costs.mix_p99_us(outcome.shares, enabled);
  return outcome;
}

double head_accuracy(const SearchSamples& samples, std::size_t exit) {
  const auto& right = samples.right[exit];
  if (right.empty()) return 0;
  return static_cast<double>(std::accumulate(right.begin(), right.end(), std::int64_t{0})) /
         static_cast<double>(right.size());
}

ThresholdCurve threshold_curve(const SearchSamples& samples, std::size_t decision) {
  constexpr int kSteps = 100;
  ThresholdCurve curve;
  for (int i = 0; i <= kSteps; ++i) {
    const double threshold = static_cast<double>(i) / kSteps;
    std::int64_t above = 0;
    std::int64_t right = 0;
    for (std::size_t n = 0; n < samples.size(); ++n) {
      if (!(static_cast<double>(samples.scores[decision][n]) > threshold)) continue;
      ++above;
      right += samples.right[decision][n];
    }
    curve.thresholds.push_back(threshold);
    curve.shares.push_back(static_cast<double>(above) / static_cast<double>(std::max<std::size_t>(1, samples.size())));
    curve.accuracies.push_back(above > 0 ? static_cast<double>(right) / static_cast<double>(above)
                                         : std::numeric_limits<double>::quiet_NaN());
  }
  return curve;
}

std::vector<std::vector<std::int64_t>> score_counts(const SearchSamples& samples, const Thresholds& thresholds,
                                                    std::size_t bins) {
  std::vector counts(samples.decisions(), std::vector<std::int64_t>(bins));
  for (std::size_t n = 0; n < samples.size(); ++n) {
    const std::size_t exit = exit_of(samples, thresholds, n);
    for (std::size_t d = 0; d < samples.decisions() && d <= exit; ++d) {
      const float score = samples.scores[d][n];
      if (std::isnan(score)) continue;
      const auto bin = static_cast<std::ptrdiff_t>(static_cast<double>(score) * static_cast<double>(bins));
      ++counts[d][static_cast<std::size_t>(std::clamp<std::ptrdiff_t>(bin, 0, static_cast<std::ptrdiff_t>(bins) - 1))];
    }
  }
  return counts;
}

}  // namespace exeunt
