#include "tune/search.h"

#include <algorithm>
#include <cmath>
#include <ranges>

namespace exeunt {

namespace {

/// Beyond it a grid that fits is too coarse.
constexpr std::size_t kMostInGrid = 4;

/// A number from a up to, but not including, the larger b.
float between(float a, float b) {
  const float middle = a + (b - a) / 2;
  return middle < b ? middle : a;
}

}  // namespace

std::vector<float> threshold_candidates(std::vector<float> scores, std::size_t most) {
  std::erase_if(scores, [](float score) { return std::isnan(score); });
  std::ranges::sort(scores);
  std::vector<float> candidates = {kAllLeave};
  const auto add_below = [&](std::size_t i) {
    // The first of its equals that is in the upper part of the samples.
    const auto at = std::ranges::lower_bound(scores, scores[i]);
    if (at == scores.begin()) return;
    const float candidate = between(*std::prev(at), *at);
    if (candidate > candidates.back()) candidates.push_back(candidate);
  };
  std::vector<float> distinct = scores;
  distinct.erase(std::unique(distinct.begin(), distinct.end()), distinct.end());
  if (distinct.size() <= most) {
    for (std::size_t i = 1; i < distinct.size(); ++i) candidates.push_back(between(distinct[i - 1], distinct[i]));
  } else {
    for (std::size_t i = 1; i < most; ++i) add_below(i * scores.size() / most);
  }
  return candidates;
}

std::size_t exit_of(const SearchSamples& samples, const Thresholds& thresholds, std::size_t sample) {
  for (std::size_t d = 0; d < thresholds.size(); ++d) {
    if (thresholds[d] && samples.scores[d][sample] > *thresholds[d]) return d;
  }
  return thresholds.size();
}

std::vector<bool> enabled_of(const Thresholds& thresholds) {
  std::vector<bool> enabled;
  for (const auto& threshold : thresholds) enabled.push_back(threshold.has_value());
  return enabled;
}

std::vector<FrontPoint> Front::points() const {
  std::vector<FrontPoint> points;
  double fastest = kNone;
  for (std::size_t right = latency_us_.size(); right-- > 0;) {
    if (latency_us_[right] >= fastest) continue;
    fastest = latency_us_[right];
    points.push_back({thresholds_[right], static_cast<std::int64_t>(right), fastest});
  }
  std::ranges::reverse(points);
  return points;
}

std::vector<FrontPoint> search_front(const SearchSamples& samples, const PathCosts& costs,
                                     const SearchOptions& options) {
  return samples.decisions() <= kMostInGrid ? search_grid(samples, costs, options)
                                            : search_coordinates(samples, costs, options);
}

}  // namespace exeunt
