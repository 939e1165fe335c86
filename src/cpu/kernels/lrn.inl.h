#pragma once

#include <algorithm>
#include <limits>

#include "cpu/kernels/lrn.h"

namespace exeunt::cpu {

/// s^-beta for positive s, from its reciprocal square root and that one's.
template <class S, Lrn::Power kPower>
[[gnu::always_inline]] inline typename S::Vec inverse_power(typename S::Vec s) noexcept {
  // The approximation would make NaN of infinity.
  const typename S::Vec t = S::reciprocal_sqrt(S::min(s, S::set1(std::numeric_limits<float>::max())));
  if constexpr (kPower == Lrn::Power::half) return t;
  if constexpr (kPower == Lrn::Power::one) return S::mul(t, t);
  return S::mul(S::mul(t, t), S::reciprocal_sqrt(t));
}

template <class S, Lrn::Power kPower>
void lrn_pixels(const Lrn& lrn, int count, std::ptrdiff_t line, const float* x, float* squares, float* y) noexcept {
  const int size = lrn.below + 1 + lrn.above;
  const typename S::Vec bias = S::set1(lrn.bias);
  const typename S::Vec factor = S::set1(lrn.factor);
  for (int p = 0; p < count; ++p) {
    const float* from = x + static_cast<std::ptrdiff_t>(p) * lrn.channels;
    float* to = squares + p * line + lrn.below;
    for (int c = 0; c < lrn.channels; c += S::kLanes) {
      const typename S::Vec v = S::load_part(from + c, std::min(S::kLanes, lrn.channels - c));
      S::store(to + c, S::mul(v, v));
    }
  }
  for (int p = 0; p < count; ++p) {
    const std::ptrdiff_t at = static_cast<std::ptrdiff_t>(p) * lrn.channels;
    for (int c = 0; c < lrn.channels; c += S::kLanes) {
      const float* window = squares + p * line + c;
      typename S::Vec sum = S::load(window);
      for (int k = 1; k < size; ++k) sum = S::add(sum, S::load(window + k));
      const int lanes = std::min(S::kLanes, lrn.channels - c);
      const typename S::Vec scale = inverse_power<S, kPower>(S::fma(factor, sum, bias));
      S::store_part(y + at + c, S::mul(S::load_part(x + at + c, lanes), scale), lanes);
    }
  }
}

template <class S>
void lrn(const Lrn& lrn, const float* x, float* squares, float* y) noexcept {
  const std::ptrdiff_t line = lrn_line_floats(lrn, S::kLanes);
  std::fill_n(squares, line * kLrnPixels, 0.0F);
  for (std::ptrdiff_t pixel = 0; pixel < lrn.pixels; pixel += kLrnPixels) {
    const int count = static_cast<int>(std::min<std::ptrdiff_t>(kLrnPixels, lrn.pixels - pixel));
    const std::ptrdiff_t at = pixel * lrn.channels;
    switch (lrn.power) {
      case Lrn::Power::half:
        lrn_pixels<S, Lrn::Power::half>(lrn, count, line, x + at, squares, y + at);
        break;
      case Lrn::Power::three_quarters:
        lrn_pixels<S, Lrn::Power::three_quarters>(lrn, count, line, x + at, squares, y + at);
        break;
      case Lrn::Power::one:
        lrn_pixels<S, Lrn::Power::one>(lrn, count, line, x + at, squares, y + at);
        break;
    }
  }
}

}  // namespace exeunt::cpu
