#pragma once

#include <exeunt/tools/calibrate.h>

#include "quant/observer.h"

namespace exeunt {

/// Steps between the ends of a range of eight bits. All methods weigh an affine quantisation of the range, widened to
/// hold zero.
inline constexpr int kQuantSteps = 255;

// The range of a value by what was seen of it, {0, 0} if that is nothing. A method never goes beyond what was seen, and
// takes away at the end that is farther from zero: that is what makes the steps coarse.

/// All that was seen.
ValueRange range_min_max(const RangeObserver& seen);

/// The smallest one that leaves out no more than a share of 1 - `share` of the numbers, to the nearest bin.
/// @param share  in (0, 1]  @throws Error argument
ValueRange range_percentile(const Histogram& seen, double share);

/// The one whose quantised histogram diverges least from what was seen, numbers beyond counted at its ends.
/// Source: Migacz, 8-bit inference with TensorRT, GTC 2017; here for affine ranges, and without zeros.
ValueRange range_entropy(const Histogram& seen);

/// The one with the least mean square error: a step's uniform rounding error for what lies within, the distance to the
/// end for what lies beyond. Both ends are searched in turns.
ValueRange range_mse(const Histogram& seen);

/// The range that some bins cover.
inline ValueRange range_of(const Histogram& seen, Bins bins) {
  return {static_cast<float>(seen.low_edge(bins.first)), static_cast<float>(seen.high_edge(bins.last))};
}

}  // namespace exeunt
