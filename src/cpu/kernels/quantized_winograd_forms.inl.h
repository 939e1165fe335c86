#pragma once

#include <cstdint>

#include "cpu/kernels/quantized_conv.h"

namespace exeunt::cpu {

// The forms of exact Winograd convolutions: what becomes of an axis of a patch and of its products. Weights are
// transformed kScale times too large for both axes together, which is 9 times a power of two.

/// Stride 1: F(4, 3), points 0, 1, -1, 2, -2 and infinity.
template <class S>
struct QuantizedStride1 {
  using V = typename S::Shorts;
  using W = typename S::Vec;
  static constexpr int kStride = 1;
  static constexpr int kPatch = 6;
  static constexpr int kPoints = 6;
  static constexpr std::int32_t kScale = 24 * 24;
  static constexpr int kScaleBits = 6;

  /// B^T d: store(point, value).
  template <class Load, class Store>
  [[gnu::always_inline]] static void transform(const Load& load, const Store& store) noexcept {
    V a;
    V b;
    pair<0>(load, a, b);
    store(0, a);
    store(5, b);
    pair<1>(load, a, b);
    store(1, a);
    store(2, b);
    pair<2>(load, a, b);
    store(3, a);
    store(4, b);
  }

  /// A^T m, twice as much for the last result's last term: half of its factor did not fit the weights.
  [[gnu::always_inline]] static void results(const W (&m)[kPoints], W (&y)[4]) noexcept {
    const W sum1 = S::add(m[1], m[2]);
    const W sum2 = S::add(m[3], m[4]);
    const W difference1 = S::sub(m[1], m[2]);
    const W difference2 = S::sub(m[3], m[4]);
    y[0] = S::add(S::add(m[0], sum1), sum2);
    y[1] = S::add(difference1, S::template shift_left<1>(difference2));
    y[2] = S::add(sum1, S::template shift_left<2>(sum2));
    y[3] = S::add(difference1, S::template shift_left<1>(S::add(S::template shift_left<2>(difference2), m[5])));
  }

 private:
  /// Rows 0 and 5, 1 and 2, or 3 and 4 of B^T d: points 0 and infinity, 1 and -1, 2 and -2.
  template <int kPair, class Load>
  [[gnu::always_inline]] static void pair(const Load& d, V& a, V& b) noexcept {
    if constexpr (kPair == 0) {
      const V d2 = d(2);
      const V d3 = d(3);
      a = S::add_shorts(S::template shift_shorts<2>(S::sub_shorts(d(0), d2)), S::sub_shorts(d(4), d2));
      b = S::add_shorts(S::template shift_shorts<2>(S::sub_shorts(d(1), d3)), S::sub_shorts(d(5), d3));
    } else if constexpr (kPair == 1) {
      const V even = S::sub_shorts(d(4), S::template shift_shorts<2>(d(2)));
      const V odd = S::sub_shorts(d(3), S::template shift_shorts<2>(d(1)));
      a = S::add_shorts(even, odd);
      b = S::sub_shorts(even, odd);
    } else {
      const V even = S::sub_shorts(d(4), d(2));
      const V odd = S::template shift_shorts<1>(S::sub_shorts(d(3), d(1)));
      a = S::add_shorts(even, odd);
      b = S::sub_shorts(even, odd);
    }
  }
};

/// Stride 2: F(4, 2) of the even numbers, with points 0, 1, -1, 2 and infinity, beside the odd ones, which one tap
/// multiplies.
template <class S>
struct QuantizedStride2 {
  using V = typename S::Shorts;
  using W = typename S::Vec;
  static constexpr int kStride = 2;
  static constexpr int kPatch = 9;
  static constexpr int kPoints = 9;
  static constexpr std::int32_t kScale = 6 * 6;
  static constexpr int kScaleBits = 2;

  template <class Load, class Store>
  [[gnu::always_inline]] static void transform(const Load& load, const Store& store) noexcept {
    const V e1 = load(2);
    const V e2 = load(4);
    const V e3 = load(6);
    const V outer = S::sub_shorts(e3, e1);
    const V inner = S::sub_shorts(e1, e2);
    store(0, S::add_shorts(S::template shift_shorts<1>(S::sub_shorts(load(0), e2)), outer));
    store(1, S::sub_shorts(outer, S::add_shorts(e1, e2)));
    store(2, S::add_shorts(S::add_shorts(outer, inner), S::template shift_shorts<1>(inner)));
    store(3, outer);
    store(4, S::sub_shorts(S::sub_shorts(load(8), e2), S::template shift_shorts<1>(outer)));
    for (int k = 0; k < 4; ++k) store(5 + k, load(2 * k + 1));
  }

  /// A^T m of the even numbers' products, and those of the odd ones.
  [[gnu::always_inline]] static void results(const W (&m)[kPoints], W (&y)[4]) noexcept {
    const W sum = S::add(m[1], m[2]);
    const W difference = S::sub(m[1], m[2]);
    const W twice = S::template shift_left<1>(m[3]);
    y[0] = S::add(S::add(m[0], m[5]), S::add(sum, m[3]));
    y[1] = S::add(S::add(difference, m[6]), twice);
    y[2] = S::add(S::add(sum, m[7]), S::template shift_left<1>(twice));
    y[3] = S::add(S::add(difference, m[8]), S::add(S::template shift_left<2>(twice), m[4]));
  }
};

}  // namespace exeunt::cpu
