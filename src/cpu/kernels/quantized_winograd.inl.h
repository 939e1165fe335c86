#pragma once

#include <algorithm>
#include <cstdint>

#include "cpu/kernels/requantize.inl.h"
#include "cpu/kernels/word_products.inl.h"

namespace exeunt::cpu {

/// Rows 0 and 5, 1 and 2, or 3 and 4 of B^T d: points 0 and infinity, 1 and -1, 2 and -2.
template <class S, int kPair, class Load>
[[gnu::always_inline]] inline void quantized_pair(const Load& d, typename S::Shorts& a,
                                                  typename S::Shorts& b) noexcept {
  using V = typename S::Shorts;
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

/// A line of patches on their way: their columns are transformed already, which neighbours share.
template <class S>
class HalfLine {
 public:
  static constexpr int kPatches = 8;

  /// B^T d of a column of bytes, row i from rows[i] + at.
  [[gnu::always_inline]] void transform_column(int column, const std::uint8_t* const* rows,
                                               std::ptrdiff_t at) noexcept {
    float* to = words_ + column * kColumn;
    V d[kPatch];
    unrolled<kPatch>([&](auto i) EXEUNT_INLINE { d[i] = S::load_shorts(rows[i] + at); });
    six([&](int i) EXEUNT_INLINE { return d[i]; },
        [&](int i, V v) EXEUNT_INLINE { S::store_shorts(to + i * kWords, v); });
  }

  /// The columns times B: all of a patch, a vector of shorts each to[point * step].
  [[gnu::always_inline]] void transform_rows(int patch, float* to, std::ptrdiff_t step) const noexcept {
    const float* from = words_ + patch * QuantizedWinograd::kResults * kColumn;
    Strided<float> places(to, step);
    for (int i = 0; i < kPatch; ++i, from += kWords) {
      V d[kPatch];
      unrolled<kPatch>([&](auto j) EXEUNT_INLINE { d[j] = S::reload_shorts(from + j * kColumn); });
      six([&](int j) EXEUNT_INLINE { return d[j]; }, [&](int j, V v) EXEUNT_INLINE { S::store_shorts(places[j], v); });
      to += kPatch * step;
      places.move_to(to);
    }
  }

 private:
  using V = typename S::Shorts;
  static constexpr int kPatch = QuantizedWinograd::kPatch;
  static constexpr int kWords = S::kShorts / 2;
  static constexpr int kColumn = kPatch * kWords;

  template <class Load, class Store>
  [[gnu::always_inline]] static void six(const Load& load, const Store& store) noexcept {
    V a;
    V b;
    quantized_pair<S, 0>(load, a, b);
    store(0, a);
    store(5, b);
    quantized_pair<S, 1>(load, a, b);
    store(1, a);
    store(2, b);
    quantized_pair<S, 2>(load, a, b);
    store(3, a);
    store(4, b);
  }

  alignas(64) float words_[(kPatches * QuantizedWinograd::kResults + 2) * kColumn];
};

/// The columns of `patches` patches, of a vector of channels from `channel` on.
template <class S>
[[gnu::always_inline]] inline void transform_columns_of(const QuantizedWinograd& conv, int high, int wide, int patches,
                                                        int channel, const std::uint8_t* x,
                                                        HalfLine<S>& half) noexcept {
  constexpr int kPatch = QuantizedWinograd::kPatch;
  constexpr int kResults = QuantizedWinograd::kResults;
  const std::ptrdiff_t pixel = conv.in_channels;
  const std::ptrdiff_t line = pixel * conv.in_width;
  const int top = high * kResults - conv.pad_top;
  const int left = wide * kResults - conv.pad_left;
  const std::uint8_t* rows[kPatch];
  const std::uint8_t* outside[kPatch];
  for (int i = 0; i < kPatch; ++i) {
    const bool is_inside = top + i >= 0 && top + i < conv.in_height;
    rows[i] = is_inside ? x + (top + i) * line : conv.zero_line;
    outside[i] = conv.zero_line;
  }
  const int columns = patches * kResults + kPatch - kResults;
  std::ptrdiff_t at = left * pixel + channel;
  for (int k = 0; k < columns; ++k, at += pixel) {
    const bool is_inside = left + k >= 0 && left + k < conv.in_width;
    if (is_inside && at + S::kShorts > line) {
      // Behind the last pixel's channels other memory may begin.
      alignas(64) std::uint8_t bytes[kPatch * S::kShorts] = {};
      const std::uint8_t* copied[kPatch];
      for (int i = 0; i < kPatch; ++i)
        copied[i] = std::copy_n(rows[i] + at, line - at, bytes + i * S::kShorts) - line + at;
      half.transform_column(k, copied, 0);
    } else {
      half.transform_column(k, is_inside ? rows : outside, is_inside ? at : 0);
    }
  }
}

template <class S>
void quantized_gather(const QuantizedWinograd& conv, int first, int count, const std::uint8_t* x, float* to) noexcept {
  constexpr int kWords = S::kShorts / 2;
  // A copy, for the stores.
  const QuantizedWinograd local = conv;
  int wide = first % local.patches_wide;
  int high = first / local.patches_wide;
  HalfLine<S> half;
  while (count > 0) {
    const int patches = std::min({count, local.patches_wide - wide, HalfLine<S>::kPatches});
    float* place = to;
    for (int c = 0; c < local.in_channels; c += S::kShorts, place += local.in_block) {
      transform_columns_of<S>(local, high, wide, patches, c, x, half);
      for (int k = 0; k < patches; ++k) half.transform_rows(k, place + k * kWords, local.in_point);
    }
    to += patches * kWords;
    count -= patches;
    wide += patches;
    if (wide == local.patches_wide) {
      wide = 0;
      ++high;
    }
  }
}

/// A^T m, twice as much for the last result's last term: half of its factor did not fit the weights.
template <class S>
[[gnu::always_inline]] inline void quantized_results(const typename S::Vec (&m)[6], typename S::Vec (&y)[4]) noexcept {
  using V = typename S::Vec;
  const V sum1 = S::add(m[1], m[2]);
  const V sum2 = S::add(m[3], m[4]);
  const V difference1 = S::sub(m[1], m[2]);
  const V difference2 = S::sub(m[3], m[4]);
  y[0] = S::add(S::add(m[0], sum1), sum2);
  y[1] = S::add(difference1, S::template shift_left<1>(difference2));
  y[2] = S::add(sum1, S::template shift_left<2>(sum2));
  y[3] = S::add(difference1, S::template shift_left<1>(S::add(S::template shift_left<2>(difference2), m[5])));
}

/// 24 for each of both ways that a sum is transformed.
constexpr std::int32_t kScale = 24 * 24;

/// sum * kScale modulo 2^32 back to the sum: by the inverse of 9 modulo 2^32, then 64.
template <class S>
[[gnu::always_inline]] inline typename S::Vec without_scale(typename S::Vec r) noexcept {
  constexpr std::int32_t kInverseOf9 = 0x38E38E39;
  return S::template shift_right<6>(S::mul(r, S::set_int(kInverseOf9)));
}

/// A patch of sums on their way: the columns are transformed back already.
template <class S>
using HalfPatch = typename S::Vec[QuantizedWinograd::kResults][QuantizedWinograd::kPatch];

/// What is added to the product of points 1 and 1 becomes part of all results.
template <class S>
[[gnu::always_inline]] inline void transform_columns(const float* products, std::ptrdiff_t point, typename S::Vec start,
                                                     HalfPatch<S>& halves) noexcept {
  constexpr int kPatch = QuantizedWinograd::kPatch;
  constexpr int kResults = QuantizedWinograd::kResults;
  Strided<const float> column(products, kPatch * point);
  unrolled<kPatch>([&](auto j) EXEUNT_INLINE {
    typename S::Vec m[kPatch];
    typename S::Vec r[kResults];
    unrolled<kPatch>([&](auto i) EXEUNT_INLINE { m[i] = S::load(column[i]); });
    if constexpr (j == 1) m[1] = S::add(m[1], start);
    quantized_results<S>(m, r);
    unrolled<kResults>([&](auto i) EXEUNT_INLINE { halves[i][j] = r[i]; });
    column.advance(point);
  });
}

/// A whole patch of whole vectors. `pixel`, `line` and `at` count elements.
template <class S>
[[gnu::always_inline]] inline void store_patch(const Requantizer<S>& requantizer, const ChannelScales<S>& scales,
                                               const HalfPatch<S>& halves, std::ptrdiff_t pixel, std::ptrdiff_t line,
                                               const std::uint8_t* residual, std::byte* y, std::ptrdiff_t at) noexcept {
  constexpr int kResults = QuantizedWinograd::kResults;
  for (int i = 0; i < kResults; ++i, at += line) {
    typename S::Vec r[kResults];
    quantized_results<S>(halves[i], r);
    unrolled<kResults>([&](auto j) EXEUNT_INLINE { r[j] = without_scale<S>(r[j]); });
    requantizer.store(scales, r, pixel, residual, y, at);
  }
}

/// The part of a patch that exists.
template <class S>
[[gnu::noinline]] void store_patch_part(const Requantizer<S>& requantizer, const ChannelScales<S>& scales,
                                        const HalfPatch<S>& halves, std::ptrdiff_t pixel, std::ptrdiff_t line, int rows,
                                        int columns, int lanes, const std::uint8_t* residual, std::byte* y,
                                        std::ptrdiff_t at) noexcept {
  for (int i = 0; i < rows; ++i, at += line) {
    typename S::Vec r[QuantizedWinograd::kResults];
    quantized_results<S>(halves[i], r);
    for (int j = 0; j < columns; ++j)
      requantizer.store_part(scales, without_scale<S>(r[j]), lanes, residual, y, at + j * pixel);
  }
}

template <class S>
void quantized_scatter(const QuantizedWinograd& conv, int first, int count, const float* products,
                       const std::uint8_t* residual, std::byte* y) noexcept {
  constexpr int kResults = QuantizedWinograd::kResults;
  const Requantizer<S> requantizer(conv.requantize);
  // Copies, for the same reason.
  const QuantizedWinograd local = conv;
  const std::ptrdiff_t pixel = local.out_channels;
  const std::ptrdiff_t line = pixel * local.out_width;
  int wide = first % local.patches_wide;
  int high = first / local.patches_wide;
  for (int k = 0; k < count; ++k, products += S::kLanes) {
    const int rows = std::min(kResults, local.out_height - high * kResults);
    const int columns = std::min(kResults, local.out_width - wide * kResults);
    const float* place = products;
    for (int c = 0; c < local.out_channels; c += S::kLanes, place += local.out_block) {
      HalfPatch<S> halves;
      const auto start = S::load(reinterpret_cast<const float*>(local.start + c));
      transform_columns<S>(place, local.out_point, S::mul(start, S::set_int(kScale)), halves);
      const int lanes = std::min(S::kLanes, local.out_channels - c);
      const ChannelScales<S> scales(local.requantize, c);
      const std::ptrdiff_t at = high * kResults * line + wide * kResults * pixel + c;
      if (lanes < S::kLanes || rows < kResults || columns < kResults) {
        store_patch_part<S>(requantizer, scales, halves, pixel, line, rows, columns, lanes, residual, y, at);
      } else {
        store_patch<S>(requantizer, scales, halves, pixel, line, residual, y, at);
      }
    }
    if (++wide == local.patches_wide) {
      wide = 0;
      ++high;
    }
  }
}

template <class S, int kPatches, int kVecs>
void quantized_multiply(const QuantizedWinograd& conv, int patches, const float* in, float* out) noexcept {
  const WordProducts products{conv.weights,  conv.matrix_step,  QuantizedWinograd::kPoints,
                              conv.words,    conv.out_channels, conv.in_block,
                              conv.in_point, conv.out_block,    conv.out_point};
  multiply_words<S, kPatches, kVecs, S::kShorts / 2>(products, patches, in, out);
}

}  // namespace exeunt::cpu
