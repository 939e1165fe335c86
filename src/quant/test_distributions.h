#pragma once

#include <cmath>
#include <numbers>
#include <random>
#include <vector>

#include "quant/observer.h"

namespace exeunt::testing {

/// Uniform in (0, 1): the same numbers with every compiler, which the standard's distributions do not promise.
inline double uniform(std::mt19937& random) { return (static_cast<double>(random()) + 0.5) * 0x1p-32; }

inline std::vector<float> uniform_values(std::size_t count, float low, float high) {
  std::mt19937 random(1);
  std::vector<float> values(count);
  for (float& value : values) value = low + (high - low) * static_cast<float>(uniform(random));
  return values;
}

/// Normal with deviation 1. Source: Box and Muller 1958.
inline std::vector<float> normal_values(std::size_t count) {
  std::mt19937 random(1);
  std::vector<float> values(count);
  for (float& value : values) {
    const double radius = std::sqrt(-2 * std::log(uniform(random)));
    value = static_cast<float>(radius * std::cos(2 * std::numbers::pi * uniform(random)));
  }
  return values;
}

inline std::vector<float> relu(std::vector<float> values) {
  for (float& value : values) value = value > 0 ? value : 0;
  return values;
}

inline std::vector<float> with(std::vector<float> values, const std::vector<float>& more) {
  values.insert(values.end(), more.begin(), more.end());
  return values;
}

/// A histogram over all of the values, as calibration makes it.
inline Histogram histogram_of(const std::vector<float>& values) {
  RangeObserver range;
  range.add(values);
  Histogram histogram(range.low(), range.high());
  histogram.add(values);
  return histogram;
}

/// The mean square error of values that are quantised to 255 steps of a range that holds zero.
inline double quantisation_error(const std::vector<float>& values, double low, double high) {
  low = std::min(low, 0.0);
  high = std::max(high, 0.0);
  const double step = (high - low) / 255;
  double sum = 0;
  for (const float value : values) {
    const double near = low + step * std::round((std::clamp<double>(value, low, high) - low) / step);
    sum += (near - value) * (near - value);
  }
  return sum / static_cast<double>(values.size());
}

}  // namespace exeunt::testing
