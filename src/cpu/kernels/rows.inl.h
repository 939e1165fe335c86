#pragma once

#include <limits>

#include "cpu/kernels/math.inl.h"
#include "cpu/kernels/rows.h"
#include "cpu/kernels/unrolled.h"

namespace exeunt::cpu {

/// Combines f(n, x) over the vectors x of a row, whose first element is n: four sums at a time, which do not wait for
/// each other. f gives a vector whose lanes behind the end of the row do not count; `start` stands there instead.
template <class S, class F, class Combine>
[[gnu::always_inline]] inline typename S::Vec fold_row(const float* x, std::ptrdiff_t count, typename S::Vec start,
                                                       const F& f, const Combine& combine) noexcept {
  using Vec = typename S::Vec;
  Vec acc[4] = {start, start, start, start};
  std::ptrdiff_t i = 0;
  for (; i + 4 * S::kLanes <= count; i += 4 * S::kLanes) {
#pragma GCC unroll 4
    for (int u = 0; u < 4; ++u) {
      const std::ptrdiff_t n = i + u * S::kLanes;
      acc[u] = combine(acc[u], f(n, S::load(x + n)));
    }
  }
  for (; i + S::kLanes <= count; i += S::kLanes) acc[0] = combine(acc[0], f(i, S::load(x + i)));
  if (i < count) {
    const int rest = static_cast<int>(count - i);
    acc[1] = combine(acc[1], S::select_part(f(i, S::load_part(x + i, rest)), start, rest));
  }
  return combine(combine(acc[0], acc[1]), combine(acc[2], acc[3]));
}

/// Calls f(n, x) for the vectors x of a row and stores what it gives.
template <class S, class F>
[[gnu::always_inline]] inline void map_row(const float* x, std::ptrdiff_t count, float* y, const F& f) noexcept {
  std::ptrdiff_t i = 0;
  for (; i + S::kLanes <= count; i += S::kLanes)
    S::store(y + i, f(S::load(x + i), [i](const float* p) EXEUNT_INLINE { return S::load(p + i); }));
  if (i < count) {
    const int rest = static_cast<int>(count - i);
    S::store_part(
        y + i,
        f(S::load_part(x + i, rest), [i, rest](const float* p) EXEUNT_INLINE { return S::load_part(p + i, rest); }),
        rest);
  }
}

template <class S>
void normalize_row(const float* x, std::ptrdiff_t count, float epsilon, bool center, const float* scale,
                   const float* bias, float* y) noexcept {
  using Vec = typename S::Vec;
  const float share = 1.0F / static_cast<float>(count);
  const auto sum = [](Vec a, Vec b) EXEUNT_INLINE { return S::add(a, b); };
  float mean = 0;
  if (center)
    mean = share * S::sum(fold_row<S>(
                       x, count, S::zero(), [](std::ptrdiff_t, Vec v) EXEUNT_INLINE { return v; }, sum));
  const Vec first = S::set1(mean);
  // What rounding left of the mean: deviations from it are exact or nearly so, and their mean is what is missing.
  float missing = 0;
  if (center)
    missing =
        share * S::sum(fold_row<S>(
                    x, count, S::zero(), [&](std::ptrdiff_t, Vec v) EXEUNT_INLINE { return S::sub(v, first); }, sum));
  const Vec second = S::set1(missing);
  const float squares = S::sum(fold_row<S>(
      x, count, S::zero(),
      [&](std::ptrdiff_t, Vec v) EXEUNT_INLINE {
        const Vec d = S::sub(S::sub(v, first), second);
        return S::mul(d, d);
      },
      sum));
  const Vec inverse = S::set1(1.0F / __builtin_sqrtf(squares * share + epsilon));
  map_row<S>(x, count, y, [&](Vec v, const auto& load) EXEUNT_INLINE {
    Vec result = S::mul(S::sub(S::sub(v, first), second), inverse);
    if (scale != nullptr) result = S::mul(result, load(scale));
    if (bias != nullptr) result = S::add(result, load(bias));
    return result;
  });
}

/// The row's largest element and the sum of exp(x - largest); the terms are stored if `kStore`.
template <class S, bool kStore>
[[gnu::always_inline]] inline float softmax_sum(const float* x, std::ptrdiff_t count, float* y,
                                                float& largest) noexcept {
  using Vec = typename S::Vec;
  largest = S::highest(fold_row<S>(
      x, count, S::set1(-std::numeric_limits<float>::infinity()), [](std::ptrdiff_t, Vec v) EXEUNT_INLINE { return v; },
      [](Vec a, Vec b) EXEUNT_INLINE { return S::max(a, b); }));
  const Vec top = S::set1(largest);
  return S::sum(fold_row<S>(
      x, count, S::zero(),
      [&](std::ptrdiff_t n, Vec v) EXEUNT_INLINE {
        const Vec e = exp_of<S>(S::sub(v, top));
        if constexpr (kStore) {
          if (n + S::kLanes <= count) {
            S::store(y + n, e);
          } else {
            S::store_part(y + n, e, static_cast<int>(count - n));
          }
        }
        return e;
      },
      [](Vec a, Vec b) EXEUNT_INLINE { return S::add(a, b); }));
}

template <class S>
void softmax(const float* x, std::ptrdiff_t rows, std::ptrdiff_t count, float* y) noexcept {
  for (; rows > 0; --rows, x += count, y += count) {
    float largest = 0;
    const typename S::Vec share = S::set1(1.0F / softmax_sum<S, true>(x, count, y, largest));
    map_row<S>(y, count, y, [&](typename S::Vec v, const auto&) EXEUNT_INLINE { return S::mul(v, share); });
  }
}

template <class S>
void log_softmax(const float* x, std::ptrdiff_t rows, std::ptrdiff_t count, float* y) noexcept {
  for (; rows > 0; --rows, x += count, y += count) {
    float largest = 0;
    const float sum = softmax_sum<S, false>(x, count, y, largest);
    const typename S::Vec top = S::set1(largest);
    const typename S::Vec log = S::set1(__builtin_logf(sum));
    map_row<S>(x, count, y, [&](typename S::Vec v, const auto&) EXEUNT_INLINE { return S::sub(S::sub(v, top), log); });
  }
}

template <class S>
inline constexpr RowKernels kRows = {normalize_row<S>, softmax<S>, log_softmax<S>};

}  // namespace exeunt::cpu
