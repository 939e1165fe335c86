#pragma once

#include <array>

#include "cpu/kernels/winograd.inl.h"

namespace exeunt::cpu {

/// A 3x3 filter with stride 2, 4x4 results a patch of 9x9: even rows and columns meet the taps 0 and 2, a filter of two
/// taps with stride 1 (points 0, 1, -1, 2, infinity); odd ones meet tap 1 alone. Per pair of parities: 25 + 20 + 20 +
/// 16 points, 81 products instead of 144.
struct WinogradStride2 {
  static constexpr int kPatch = 9;
  static constexpr int kResults = 4;
  static constexpr int kEven = 5;  ///< points along an even axis
  // Where the points of each pair of parities (rows, columns) start.
  static constexpr int kEvenEven = 0;
  static constexpr int kEvenOdd = kEven * kEven;
  static constexpr int kOddEven = kEvenOdd + kEven * kResults;
  static constexpr int kOddOdd = kOddEven + kResults * kEven;
  static constexpr int kPoints = kOddOdd + kResults * kResults;
  static constexpr int kMatrices = kEven * kEven + kEven + kEven + 1;
};

/// Odd positions of one axis share their matrices. Named for the instruction set, as all that is shared in a file for
/// one.
template <class S>
inline constexpr auto kWinogradStride2Matrix = [] {
  using W = WinogradStride2;
  std::array<std::uint8_t, W::kPoints> matrix{};
  for (int p = 0; p < W::kPoints; ++p) {
    int m = p;
    if (p >= W::kEvenOdd) m = W::kEvenOdd + (p - W::kEvenOdd) / W::kResults;
    if (p >= W::kOddEven) m = W::kEvenOdd + W::kEven + (p - W::kOddEven) % W::kEven;
    if (p >= W::kOddOdd) m = W::kMatrices - 1;
    matrix[static_cast<std::size_t>(p)] = static_cast<std::uint8_t>(m);
  }
  return matrix;
}();

/// B^T d of the even positions of an axis.
template <class S, class Load>
[[gnu::always_inline]] inline void transform_even(const Load& d, typename S::Vec (&t)[5]) noexcept {
  using Vec = typename S::Vec;
  const Vec d0 = d(0);
  const Vec d1 = d(1);
  const Vec d2 = d(2);
  const Vec d4 = d(4);
  const Vec difference = S::sub(d(3), d1);
  t[0] = S::fma(S::set1(2), S::sub(d0, d2), difference);
  t[1] = S::sub(difference, S::add(d1, d2));
  t[2] = S::fma(S::set1(3), S::sub(d1, d2), difference);
  t[3] = difference;
  t[4] = S::fnma(S::set1(2), difference, S::sub(d4, d2));
}

/// A^T m of the even positions of an axis.
template <class S>
[[gnu::always_inline]] inline void results_of_even(const typename S::Vec (&m)[5], typename S::Vec (&y)[4]) noexcept {
  using Vec = typename S::Vec;
  const Vec sum = S::add(m[1], m[2]);
  const Vec difference = S::sub(m[1], m[2]);
  y[0] = S::add(S::add(m[0], sum), m[3]);
  y[1] = S::fma(S::set1(2), m[3], difference);
  y[2] = S::fma(S::set1(4), m[3], sum);
  y[3] = S::fma(S::set1(8), m[3], S::add(difference, m[4]));
}

/// B^T d of the even positions of `kLines` neighbouring columns (or rows), stored column by column.
/// @param from   the first even position; its step leads along the transformed axis
/// @param to     its step leads from a point to the next
template <class S, int kLines>
[[gnu::always_inline]] inline void transform_even_lines(Strided<const float> from, std::ptrdiff_t next_line,
                                                        Strided<float> to, std::ptrdiff_t next_place) noexcept {
  unrolled<kLines>([&]([[maybe_unused]] auto q) EXEUNT_INLINE {
    typename S::Vec t[5];
    transform_even<S>([&](int i) EXEUNT_INLINE { return S::load(from[i]); }, t);
    unrolled<5>([&](auto r) EXEUNT_INLINE { S::store(to[r], t[r]); });
    from.advance(next_line);
    to.advance(next_place);
  });
}

template <class S>
[[gnu::always_inline]] inline void transform_stride2_patch(const PatchSource& from, float* to,
                                                           std::ptrdiff_t step) noexcept {
  using W = WinogradStride2;
  using Vec = typename S::Vec;
  const std::ptrdiff_t line2 = 2 * from.line;
  const std::ptrdiff_t pixel2 = 2 * from.pixel;
  Vec even[W::kEven][W::kEven];
  Strided<const float> column(from.first, line2);
  unrolled<W::kEven>([&](auto q) EXEUNT_INLINE {
    Vec t[W::kEven];
    transform_even<S>([&](int i) EXEUNT_INLINE { return S::load(column[i]); }, t);
    unrolled<W::kEven>([&](auto r) EXEUNT_INLINE { even[r][q] = t[r]; });
    column.advance(pixel2);
  });
  Strided<float> place(to, step);
  unrolled<W::kEven>([&](auto r) EXEUNT_INLINE {
    Vec t[W::kEven];
    transform_even<S>([&](int i) EXEUNT_INLINE { return even[r][i]; }, t);
    unrolled<W::kEven>([&](auto q) EXEUNT_INLINE { S::store(place[q], t[q]); });
    place.advance(W::kEven * step);
  });
  transform_even_lines<S, W::kResults>({from.first + from.pixel, line2}, pixel2,
                                       {to + W::kEvenOdd * step, W::kResults * step}, step);
  transform_even_lines<S, W::kResults>({from.first + from.line, pixel2}, line2, {to + W::kOddEven * step, step},
                                       W::kEven * step);
  Strided<const float> odd(from.first + from.line + from.pixel, pixel2);
  place.move_to(to + W::kOddOdd * step);
  unrolled<W::kResults>([&]([[maybe_unused]] auto r) EXEUNT_INLINE {
    unrolled<W::kResults>([&](auto q) EXEUNT_INLINE { S::store(place[q], S::load(odd[q])); });
    odd.advance(line2);
    place.advance(W::kResults * step);
  });
}

template <class S>
void winograd_stride2_gather(const Winograd& conv, PatchRange patches, const float* x, float* to) noexcept {
  using W = WinogradStride2;
  const std::ptrdiff_t step = conv.in_point;
  for_each_patch<S, W::kPatch>(conv, patches, 2 * W::kResults, x, to,
                               [=](const PatchSource& source, float* first)
                                   EXEUNT_INLINE { transform_stride2_patch<S>(source, first, step); });
}

/// Rows are finished for even columns of both parities of rows together, then the columns.
template <class S>
[[gnu::always_inline]] inline void transform_stride2_products(
    const float* products, std::ptrdiff_t step,
    typename S::Vec (&result)[WinogradStride2::kResults][WinogradStride2::kResults]) noexcept {
  using W = WinogradStride2;
  using Vec = typename S::Vec;
  Vec rows[W::kResults][W::kEven];
  Strided<const float> column(products, W::kEven * step);
  Strided<const float> odd(products + W::kOddEven * step, W::kEven * step);
  unrolled<W::kEven>([&](auto q) EXEUNT_INLINE {
    Vec m[W::kEven];
    Vec t[W::kResults];
    unrolled<W::kEven>([&](auto r) EXEUNT_INLINE { m[r] = S::load(column[r]); });
    results_of_even<S>(m, t);
    unrolled<W::kResults>([&](auto r) EXEUNT_INLINE { rows[r][q] = S::add(t[r], S::load(odd[r])); });
    column.advance(step);
    odd.advance(step);
  });
  unrolled<W::kResults>([&](auto r) EXEUNT_INLINE { results_of_even<S>(rows[r], result[r]); });
  Strided<const float> even_odd(products + W::kEvenOdd * step, W::kResults * step);
  Strided<const float> odd_odd(products + W::kOddOdd * step, W::kResults * step);
  unrolled<W::kResults>([&](auto q) EXEUNT_INLINE {
    Vec m[W::kEven];
    Vec t[W::kResults];
    unrolled<W::kEven>([&](auto r) EXEUNT_INLINE { m[r] = S::load(even_odd[r]); });
    results_of_even<S>(m, t);
    unrolled<W::kResults>(
        [&](auto r) EXEUNT_INLINE { result[r][q] = S::add(S::add(t[r], S::load(odd_odd[r])), result[r][q]); });
    even_odd.advance(step);
    odd_odd.advance(step);
  });
}

template <class S>
void winograd_stride2_scatter(const Winograd& conv, PatchRange patches, int first_channel, int last_channel,
                              const float* products, const float* residual, float* y) noexcept {
  using W = WinogradStride2;
  const std::ptrdiff_t step = conv.out_point;
  scatter_patches<S, W::kResults>(conv, patches, first_channel, last_channel, products, residual, y,
                                  [=](const float* first, typename S::Vec(&r)[W::kResults][W::kResults])
                                      EXEUNT_INLINE { transform_stride2_products<S>(first, step, r); });
}

template <class S>
inline constexpr WinogradForm kWinogradStride2Form = {3,
                                                      2,
                                                      WinogradStride2::kResults,
                                                      WinogradStride2::kPoints,
                                                      WinogradStride2::kMatrices,
                                                      WinogradStride2::kOddOdd,
                                                      WinogradStride2::kResults* WinogradStride2::kResults,
                                                      kWinogradStride2Matrix<S>.data(),
                                                      winograd_stride2_gather<S>,
                                                      winograd_stride2_scatter<S>};

}  // namespace exeunt::cpu
