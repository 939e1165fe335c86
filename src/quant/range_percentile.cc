#include "base/error.h"
#include "quant/range_methods.h"

namespace exeunt {

ValueRange range_percentile(const Histogram& seen, double share) {
  require(share > 0 && share <= 1, ErrorCode::argument,
          "a share of {} of the values is to stay in the range; give one above 0 up to 1", share);
  auto left = static_cast<std::int64_t>((1 - share) * static_cast<double>(seen.total()));
  Bins bins = seen.all();
  while (bins.count() > 1) {
    const bool first = seen.first_is_outer(bins);
    left -= seen.counts()[static_cast<std::size_t>(first ? bins.first : bins.last)];
    if (left < 0) break;
    first ? ++bins.first : --bins.last;
  }
  return range_of(seen, bins);
}

}  // namespace exeunt
