#include <algorithm>
#include <vector>

#include "quant/range_methods.h"

namespace exeunt {

namespace {

/// Sums over the first bins, so that the error of any range is a few operations.
class SquareError {
 public:
  explicit SquareError(const Histogram& seen) : seen_(seen), sums_(Histogram::kBins + 1) {
    for (int i = 0; i < Histogram::kBins; ++i) {
      const auto at = static_cast<std::size_t>(i);
      const auto count = static_cast<double>(seen.counts()[at]);
      const double x = seen.centre(i);
      sums_[at + 1] = {sums_[at].count + count, sums_[at].x + count * x, sums_[at].xx + count * x * x};
    }
  }

  /// Of all that was seen, if these bins are quantised and the rest moves to their ends.
  double operator()(Bins bins) const {
    const double low = std::min(seen_.low_edge(bins.first), 0.0);
    const double high = std::max(seen_.high_edge(bins.last), 0.0);
    const double step = (high - low) / kQuantSteps;
    const Sums below = sums_[static_cast<std::size_t>(bins.first)];
    const Sums upto = sums_[static_cast<std::size_t>(bins.last) + 1];
    const Sums above = {sums_.back().count - upto.count, sums_.back().x - upto.x, sums_.back().xx - upto.xx};
    return (upto.count - below.count) * step * step / 12 + below.distance(low) + above.distance(high);
  }

 private:
  struct Sums {
    double count = 0;
    double x = 0;
    double xx = 0;

    /// Sum of squares of x - end.
    double distance(double end) const { return std::max(xx - 2 * end * x + end * end * count, 0.0); }
  };

  const Histogram& seen_;
  std::vector<Sums> sums_;
};

}  // namespace

ValueRange range_mse(const Histogram& seen) {
  Bins best = seen.all();
  if (seen.low() == seen.high()) return range_of(seen, best);
  const SquareError error(seen);
  double least = error(best);
  const auto offer = [&](Bins bins) {
    const double now = error(bins);
    if (now >= least) return false;
    least = now;
    best = bins;
    return true;
  };
  // An end beyond zero would cut nothing: the range is widened to hold zero.
  for (bool better = true; better;) {
    better = false;
    for (Bins bins = {0, best.last}; bins.first <= bins.last; ++bins.first)
      better = (bins.first == 0 || seen.low_edge(bins.first) <= 0) && offer(bins) ? true : better;
    for (Bins bins = {best.first, Histogram::kBins - 1}; bins.first <= bins.last; --bins.last)
      better = (bins.last == Histogram::kBins - 1 || seen.high_edge(bins.last) >= 0) && offer(bins) ? true : better;
  }
  return range_of(seen, best);
}

}  // namespace exeunt
