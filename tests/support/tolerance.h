#pragma once

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/dtype.h"

namespace exeunt::testing {

/// How much of the reference's answer another kernel must reproduce; a property of the op.
enum class Exactness : std::uint8_t {
  exact,               ///< every bit: copies, comparisons, single IEEE operations
  rounding,            ///< sums may be taken in another order and a narrower type
  approximate,         ///< functions by series or table as well
  halves,              ///< sums in f32 of 16-bit numbers that are rounded to 16 bits at the end
  transformed_halves,  ///< the same with operands that are transformed, in 16 bits, before they are summed up
  short_weights,       ///< weights are transformed and then 16-bit fractions of the largest
  half_sums            ///< as halves, but with runs of 36 terms that are summed in 16 bits; terms of size up to 1
};

/// Distance from 1 to the next larger number; 0 for integers, which have no rounding.
inline double epsilon_of(DType dtype) {
  return dispatch(dtype, []<class T>(TypeTag<T>) -> double {
    if constexpr (std::same_as<T, Half>) {
      return std::ldexp(1.0, -10);
    } else if constexpr (std::same_as<T, BFloat16>) {
      return std::ldexp(1.0, -7);
    } else if constexpr (std::floating_point<T>) {
      return std::numeric_limits<T>::epsilon();
    } else {
      return 0;
    }
  });
}

/// What the allowed difference is derived from.
struct Accumulation {
  double terms = 1;      ///< K: additions behind one element
  double magnitude = 1;  ///< of the largest term
};

/// The most by which an element may differ from the reference's `wanted`.
///
/// Each of K additions rounds a partial sum, of about sqrt(i) terms, by half an epsilon of it; these errors add up
/// at random to about 0.4 epsilon K terms. A whole epsilon leaves room for unlucky data. Functions are good to some
/// epsilons: oneDNN's logarithm to 24.
inline double tolerance(Exactness exactness, DType dtype, const Accumulation& sum, double wanted) {
  constexpr double kFunctionError = 32;
  const double epsilon = epsilon_of(dtype);
  switch (exactness) {
    case Exactness::exact:
      return 0;
    case Exactness::rounding:
      return epsilon * (sum.terms * sum.magnitude + std::abs(wanted));
    case Exactness::approximate:
      return epsilon * (sum.terms * sum.magnitude + kFunctionError * std::max(1.0, std::abs(wanted)));
    case Exactness::halves:
      return epsilon * std::abs(wanted) + epsilon_of(DType::f32) * sum.terms * sum.magnitude;
    case Exactness::transformed_halves:
      // The last result of a patch of F(4x4, 3x3), which gets the largest factors, is off by up to a third of the
      // results' root mean square.
      return 20 * epsilon * sum.magnitude;
    case Exactness::short_weights:
      // Each is off by up to 2^-16 of the largest, the last result of a patch of F(4x4, 3x3) by some hundred times
      // that.
      return std::ldexp(1.0, -9) * sum.magnitude;
    case Exactness::half_sums: {
      // Random terms of size up to 1: each addition is off by up to half an epsilon of a partial sum, of at most
      // sqrt(36) terms' size. Of K additions that is sqrt(36 K) / 2, were all partial sums as long as the last one.
      constexpr double kRun = 36;
      return epsilon * (std::abs(wanted) + std::sqrt(kRun * sum.terms) / 2);
    }
  }
  return 0;
}

}  // namespace exeunt::testing
