#include "tune/latency.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace exeunt {

LatencySummary summarize_latency(std::vector<double> us) {
  if (us.empty()) return {};
  std::ranges::sort(us);
  const auto count = static_cast<double>(us.size());
  const auto percentile = [&](double share) {
    return us[static_cast<std::size_t>(std::max(1.0, std::ceil(share * count))) - 1];
  };
  return {std::accumulate(us.begin(), us.end(), 0.0) / count, percentile(0.50), percentile(0.90), percentile(0.99)};
}

}  // namespace exeunt
