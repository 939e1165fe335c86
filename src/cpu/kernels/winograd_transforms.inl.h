#pragma once

#include <cstddef>

#include "cpu/kernels/strided.h"
#include "cpu/kernels/unrolled.h"

namespace exeunt::cpu {

/// The transforms of one patch, one vector of channels at a time: B^T d B into the points, and A^T m A back. Each
/// `Points<S, n>` gives, for n values of a row or column,
///   pair<k>(d, a, b)  rows of B^T d that share terms: 0 and n - 1 for k = 0, 2k - 1 and 2k (the points x and -x) else
///   results(m, y)     A^T m
template <class S, int kCount>
struct WinogradPoints;

/// Points 0, 1, -1, infinity.
template <class S>
struct WinogradPoints<S, 4> {
  using Vec = typename S::Vec;
  template <int kPair, class Load>
  [[gnu::always_inline]] static void pair(const Load& d, Vec& a, Vec& b) noexcept {
    if constexpr (kPair == 0) {
      a = S::sub(d(2), d(0));
      b = S::sub(d(3), d(1));
    } else {
      const Vec even = d(2);
      const Vec odd = d(1);
      a = S::add(even, odd);
      b = S::sub(even, odd);
    }
  }
  [[gnu::always_inline]] static void results(const Vec (&m)[4], Vec (&y)[2]) noexcept {
    y[0] = S::add(m[0], S::add(m[1], m[2]));
    y[1] = S::add(m[3], S::sub(m[1], m[2]));
  }
};

/// Points 0, 1, -1, 2, -2, infinity.
template <class S>
struct WinogradPoints<S, 6> {
  using Vec = typename S::Vec;
  template <int kPair, class Load>
  [[gnu::always_inline]] static void pair(const Load& d, Vec& a, Vec& b) noexcept {
    const Vec four = S::set1(4);
    if constexpr (kPair == 0) {
      const Vec d2 = d(2);
      const Vec d3 = d(3);
      a = S::fnma(four, S::sub(d2, d(0)), S::sub(d(4), d2));
      b = S::fnma(four, S::sub(d3, d(1)), S::sub(d(5), d3));
    } else if constexpr (kPair == 1) {
      const Vec even = S::fnma(four, d(2), d(4));
      const Vec odd = S::fnma(four, d(1), d(3));
      a = S::add(even, odd);
      b = S::sub(even, odd);
    } else {
      const Vec two = S::set1(2);
      const Vec even = S::sub(d(4), d(2));
      const Vec odd = S::sub(d(3), d(1));
      a = S::fma(two, odd, even);
      b = S::fnma(two, odd, even);
    }
  }
  template <int kResults>
  [[gnu::always_inline]] static void results(const Vec (&m)[6], Vec (&y)[kResults]) noexcept {
    const Vec sum1 = S::add(m[1], m[2]);
    const Vec sum2 = S::add(m[3], m[4]);
    const Vec difference1 = S::sub(m[1], m[2]);
    const Vec difference2 = S::sub(m[3], m[4]);
    y[0] = S::add(S::add(m[0], sum1), sum2);
    if constexpr (kResults == 2) {
      y[1] = S::fma(S::set1(2), difference2, S::add(difference1, m[5]));
    } else {
      y[1] = S::fma(S::set1(2), difference2, difference1);
      y[2] = S::fma(S::set1(4), sum2, sum1);
      y[3] = S::fma(S::set1(8), difference2, S::add(difference1, m[5]));
    }
  }
};

/// Points 0, 1, -1, 2, -2, 1/2, -1/2, infinity.
template <class S>
struct WinogradPoints<S, 8> {
  using Vec = typename S::Vec;
  template <int kPair, class Load>
  [[gnu::always_inline]] static void pair(const Load& d, Vec& a, Vec& b) noexcept {
    if constexpr (kPair == 0) {
      const Vec c = S::set1(5.25F);
      a = S::fma(c, S::sub(d(2), d(4)), S::sub(d(6), d(0)));
      b = S::fma(c, S::sub(d(3), d(5)), S::sub(d(7), d(1)));
    } else {
      Vec even;
      Vec odd;
      if constexpr (kPair == 1) {
        const Vec c = S::set1(4.25F);
        even = S::fnma(c, d(4), S::add(d(6), d(2)));
        odd = S::fnma(c, d(3), S::add(d(5), d(1)));
      } else if constexpr (kPair == 2) {
        even = S::fma(S::set1(0.25F), d(2), S::fnma(S::set1(1.25F), d(4), d(6)));
        odd = S::fma(S::set1(2), d(5), S::fnma(S::set1(2.5F), d(3), S::mul(S::set1(0.5F), d(1))));
      } else {
        even = S::fma(S::set1(4), d(2), S::fnma(S::set1(5), d(4), d(6)));
        odd = S::fma(S::set1(2), d(1), S::fnma(S::set1(2.5F), d(3), S::mul(S::set1(0.5F), d(5))));
      }
      a = S::add(even, odd);
      b = S::sub(even, odd);
    }
  }
  [[gnu::always_inline]] static void results(const Vec (&m)[8], Vec (&y)[4]) noexcept {
    const Vec sum1 = S::add(m[1], m[2]);
    const Vec sum2 = S::add(m[3], m[4]);
    const Vec sum3 = S::add(m[5], m[6]);
    const Vec difference1 = S::sub(m[1], m[2]);
    const Vec difference2 = S::sub(m[3], m[4]);
    const Vec difference3 = S::sub(m[5], m[6]);
    y[0] = S::add(S::add(m[0], sum1), S::add(sum2, sum3));
    y[1] = S::fma(S::set1(0.5F), difference3, S::fma(S::set1(2), difference2, difference1));
    y[2] = S::fma(S::set1(0.25F), sum3, S::fma(S::set1(4), sum2, sum1));
    y[3] = S::fma(S::set1(0.125F), difference3, S::fma(S::set1(8), difference2, S::add(difference1, m[7])));
  }
};

/// A patch of the input: one vector of channels of each of its pixels, all steps in floats.
struct PatchSource {
  const float* first = nullptr;
  std::ptrdiff_t line = 0;
  std::ptrdiff_t pixel = 0;
};

/// B^T d B of one patch, to[point * step]. Rows are made in pairs that share terms; reading the patch again for each
/// pair is cheaper than keeping all of it beside the registers there are.
template <class S, int kPatch>
[[gnu::always_inline]] inline void transform_patch(const PatchSource& from, float* to, std::ptrdiff_t step) noexcept {
  using Vec = typename S::Vec;
  using Points = WinogradPoints<S, kPatch>;
  Strided<float> places(to, step);
  const auto row = [&](int i, const Vec(&p)[kPatch]) EXEUNT_INLINE {
    places.move_to(to + i * kPatch * step);
    const auto value = [&](int j) EXEUNT_INLINE { return p[j]; };
    const auto pair = [&]<int kPair>() EXEUNT_INLINE {
      Vec a;
      Vec b;
      Points::template pair<kPair>(value, a, b);
      S::store(places[kPair == 0 ? 0 : 2 * kPair - 1], a);
      S::store(places[kPair == 0 ? kPatch - 1 : 2 * kPair], b);
    };
    pair.template operator()<0>();
    pair.template operator()<1>();
    if constexpr (kPatch > 4) pair.template operator()<2>();
    if constexpr (kPatch > 6) pair.template operator()<3>();
  };
  Strided<const float> column(from.first, from.line);
  const auto rows = [&]<int kPair>() EXEUNT_INLINE {
    Vec p[kPatch];
    Vec q[kPatch];
    column.move_to(from.first);
#pragma GCC unroll 8
    for (int j = 0; j < kPatch; ++j) {
      Points::template pair<kPair>([&](int i) EXEUNT_INLINE { return S::load(column[i]); }, p[j], q[j]);
      column.advance(from.pixel);
    }
    row(kPair == 0 ? 0 : 2 * kPair - 1, p);
    row(kPair == 0 ? kPatch - 1 : 2 * kPair, q);
  };
  rows.template operator()<0>();
  rows.template operator()<1>();
  if constexpr (kPatch > 4) rows.template operator()<2>();
  if constexpr (kPatch > 6) rows.template operator()<3>();
}

/// A^T m A of one patch, m being products[point * step].
template <class S, int kPatch, int kResults>
[[gnu::always_inline]] inline void transform_products(const float* products, std::ptrdiff_t step,
                                                      typename S::Vec (&r)[kResults][kResults]) noexcept {
  using Vec = typename S::Vec;
  Vec columns[kResults][kPatch];
  Strided<const float> column(products, kPatch * step);
  unrolled<kPatch>([&](auto j) EXEUNT_INLINE {
    Vec m[kPatch];
    Vec y[kResults];
    unrolled<kPatch>([&](auto i) EXEUNT_INLINE { m[i] = S::load(column[i]); });
    WinogradPoints<S, kPatch>::results(m, y);
    unrolled<kResults>([&](auto i) EXEUNT_INLINE { columns[i][j] = y[i]; });
    column.advance(step);
  });
  unrolled<kResults>([&](auto i) EXEUNT_INLINE { WinogradPoints<S, kPatch>::results(columns[i], r[i]); });
}

}  // namespace exeunt::cpu
