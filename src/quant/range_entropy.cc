#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

#include "quant/range_methods.h"

namespace exeunt {

namespace {

/// Bins that are taken away at a time.
constexpr int kStride = 8;

/// The bin of what rounds to zero in most ranges. It is left out as zeros are: spread over a level it would diverge so
/// much, after a softmax say, that the rest would not matter.
int bin_at_zero(const Histogram& seen) {
  int bin = 0;
  while (bin < Histogram::kBins - 1 && seen.high_edge(bin) <= 0) ++bin;
  return bin;
}

/// The Kullback-Leibler divergence of the quantised bins from all that was seen.
double divergence(std::span<const std::int64_t> counts, Bins bins) {
  const auto sum = [&](int from, int to) {
    return static_cast<double>(std::accumulate(counts.begin() + from, counts.begin() + to, std::int64_t{0}));
  };
  const double below = sum(0, bins.first);
  const double inside = sum(bins.first, bins.last + 1);
  const double all = below + inside + sum(bins.last + 1, Histogram::kBins);
  if (inside == 0) return std::numeric_limits<double>::infinity();
  constexpr double kLeast = 1e-12;  // for a bin at an end that only what lies beyond fills
  constexpr int kLevels = kQuantSteps + 1;
  double result = 0;
  for (int level = 0; level < kLevels; ++level) {
    const int first = bins.first + level * bins.count() / kLevels;
    const int next = bins.first + (level + 1) * bins.count() / kLevels;
    const auto filled = std::count_if(counts.begin() + first, counts.begin() + next, [](auto n) { return n > 0; });
    const double quantised = filled == 0 ? 0 : sum(first, next) / static_cast<double>(filled) / inside;
    for (int i = first; i < next; ++i) {
      auto count = static_cast<double>(counts[static_cast<std::size_t>(i)]);
      const double q = count > 0 ? quantised : 0;
      if (i == bins.first) count += below;
      if (i == bins.last) count += all - below - inside;
      if (count > 0) result += count / all * std::log(count / all / std::max(q, kLeast));
    }
  }
  return result;
}

}  // namespace

ValueRange range_entropy(const Histogram& seen) {
  Bins best = seen.all();
  if (seen.low() == seen.high()) return range_of(seen, best);
  std::vector<std::int64_t> counts(seen.counts().begin(), seen.counts().end());
  counts[static_cast<std::size_t>(bin_at_zero(seen))] = 0;
  double least = std::numeric_limits<double>::infinity();
  for (Bins bins = seen.all(); bins.count() > kQuantSteps;) {
    const double now = divergence(counts, bins);
    if (now < least) {
      least = now;
      best = bins;
    }
    for (int i = 0; i < kStride; ++i) seen.first_is_outer(bins) ? ++bins.first : --bins.last;
  }
  return range_of(seen, best);
}

}  // namespace exeunt
