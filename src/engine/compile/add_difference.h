#pragma once

#include <exeunt/tools/compare.h>

#include <algorithm>

#include "base/difference.h"

namespace exeunt {

/// Adds one sample to a difference.
inline void add(Difference& sum, const Distance& sample, double tolerance) {
  sum.max_abs = std::max(sum.max_abs, sample.max_abs);
  sum.max_rel = std::max(sum.max_rel, sample.relative());
  // Rounding in large values is large, and noise around zero is all of a value: neither is an error alone.
  sum.past = sum.past || (sample.max_abs > tolerance && sample.relative() > tolerance);
}

}  // namespace exeunt
