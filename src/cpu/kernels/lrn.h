#pragma once

#include <cstddef>

namespace exeunt::cpu {

/// Local response normalisation across the innermost axis: x * (bias + factor * sum of squares)^-beta, the sum over
/// `below` channels before each, itself and `above` behind it as far as they exist.
struct Lrn {
  /// What takes the power, beta being 1/2, 3/4 or 1.
  enum class Power { half, three_quarters, one };

  std::ptrdiff_t pixels = 0;
  int channels = 0;
  int below = 0;
  int above = 0;
  float bias = 1;  ///< above 0
  float factor = 0;
  Power power = Power::three_quarters;
};

/// Pixels whose squares are written before the first of them is read: a sum's loads reach over two stores, which must
/// have left the store buffer by then.
inline constexpr int kLrnPixels = 8;

/// Floats of squares of one pixel, with zeros beside them.
constexpr std::ptrdiff_t lrn_line_floats(const Lrn& lrn, int lanes) {
  return lrn.below + (lrn.channels + lanes - 1) / lanes * lanes + lrn.above;
}

/// @param squares  kLrnPixels lines of lrn_line_floats()
using LrnFn = void (*)(const Lrn& lrn, const float* x, float* squares, float* y) noexcept;

}  // namespace exeunt::cpu
