#pragma once

#include <cstring>

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

/// B^T d B of one patch of bytes, a vector of shorts each to[point * step].
template <class S>
[[gnu::always_inline]] inline void transform_bytes(const std::uint8_t* first, std::ptrdiff_t line, std::ptrdiff_t pixel,
                                                   float* to, std::ptrdiff_t step) noexcept {
  using V = typename S::Shorts;
  constexpr int kPatch = QuantizedWinograd::kPatch;
  Strided<float> places(to, step);
  const auto row = [&](int i, const V(&p)[kPatch]) EXEUNT_INLINE {
    places.move_to(to + i * kPatch * step);
    const auto value = [&](int j) EXEUNT_INLINE { return p[j]; };
    V a;
    V b;
    quantized_pair<S, 0>(value, a, b);
    S::store_shorts(places[0], a);
    S::store_shorts(places[5], b);
    quantized_pair<S, 1>(value, a, b);
    S::store_shorts(places[1], a);
    S::store_shorts(places[2], b);
    quantized_pair<S, 2>(value, a, b);
    S::store_shorts(places[3], a);
    S::store_shorts(places[4], b);
  };
  const auto rows = [&]<int kPair>() EXEUNT_INLINE {
    V p[kPatch];
    V q[kPatch];
    const std::uint8_t* column = first;
    unrolled<kPatch>([&](auto j) EXEUNT_INLINE {
      quantized_pair<S, kPair>([&](int i) EXEUNT_INLINE { return S::load_shorts(column + i * line); }, p[j], q[j]);
      column += pixel;
    });
    row(kPair == 0 ? 0 : 2 * kPair - 1, p);
    row(kPair == 0 ? kPatch - 1 : 2 * kPair, q);
  };
  rows.template operator()<0>();
  rows.template operator()<1>();
  rows.template operator()<2>();
}

/// Copies what lies inside the image of a patch, `present` channels of it, and puts the zero point elsewhere.
template <class S>
[[gnu::noinline]] void copy_border_bytes(const QuantizedWinograd& conv, int top, int left, int channel, int present,
                                         const std::uint8_t* x, std::uint8_t* to) noexcept {
  constexpr int kPatch = QuantizedWinograd::kPatch;
  for (int i = top; i < top + kPatch; ++i) {
    for (int j = left; j < left + kPatch; ++j, to += S::kShorts) {
      const bool inside = i >= 0 && i < conv.in_height && j >= 0 && j < conv.in_width;
      const std::ptrdiff_t at = (static_cast<std::ptrdiff_t>(i) * conv.in_width + j) * conv.in_channels + channel;
      if (!inside) {
        std::memset(to, conv.x_zero, S::kShorts);
      } else if (present == S::kShorts) {
        // A size that is known when compiling: one load and one store.
        std::memcpy(to, x + at, S::kShorts);
      } else {
        std::memset(to, conv.x_zero, S::kShorts);
        std::copy_n(x + at, present, to);
      }
    }
  }
}

template <class S>
void quantized_gather(const QuantizedWinograd& conv, int first, int count, const std::uint8_t* x, float* to) noexcept {
  constexpr int kPatch = QuantizedWinograd::kPatch;
  constexpr int kWords = S::kShorts / 2;
  const std::ptrdiff_t pixel = conv.in_channels;
  const std::ptrdiff_t line = pixel * conv.in_width;
  int wide = first % conv.patches_wide;
  int high = first / conv.patches_wide;
  alignas(64) std::uint8_t border[kPatch * kPatch * S::kShorts];
  for (int k = 0; k < count; ++k, to += kWords) {
    const int top = high * QuantizedWinograd::kResults - conv.pad_top;
    const int left = wide * QuantizedWinograd::kResults - conv.pad_left;
    if (++wide == conv.patches_wide) {
      wide = 0;
      ++high;
    }
    const bool inside = top >= 0 && left >= 0 && top + kPatch <= conv.in_height && left + kPatch <= conv.in_width;
    float* place = to;
    for (int c = 0; c < conv.in_channels; c += S::kShorts, place += conv.in_block) {
      const int present = std::min(S::kShorts, conv.in_channels - c);
      const bool whole = inside && present == S::kShorts;
      if (!whole) copy_border_bytes<S>(conv, top, left, c, present, x, border);
      transform_bytes<S>(whole ? x + top * line + left * pixel + c : border, whole ? line : kPatch * S::kShorts,
                         whole ? pixel : S::kShorts, place, conv.in_point);
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

/// sum * 576 modulo 2^32 back to the sum: by the inverse of 9 modulo 2^32, then 64.
template <class S>
[[gnu::always_inline]] inline typename S::Vec without_scale(typename S::Vec r) noexcept {
  constexpr std::int32_t kInverseOf9 = 0x38E38E39;
  return S::template shift_right<6>(S::mul(r, S::set_int(kInverseOf9)));
}

/// A patch of sums on their way: the columns are transformed back already.
template <class S>
using HalfPatch = typename S::Vec[QuantizedWinograd::kResults][QuantizedWinograd::kPatch];

template <class S>
[[gnu::always_inline]] inline void transform_columns(const float* products, std::ptrdiff_t point,
                                                     HalfPatch<S>& halves) noexcept {
  constexpr int kPatch = QuantizedWinograd::kPatch;
  constexpr int kResults = QuantizedWinograd::kResults;
  Strided<const float> column(products, kPatch * point);
  unrolled<kPatch>([&](auto j) EXEUNT_INLINE {
    typename S::Vec m[kPatch];
    typename S::Vec r[kResults];
    unrolled<kPatch>([&](auto i) EXEUNT_INLINE { m[i] = S::load(column[i]); });
    quantized_results<S>(m, r);
    unrolled<kResults>([&](auto i) EXEUNT_INLINE { halves[i][j] = r[i]; });
    column.advance(point);
  });
}

/// A whole patch of whole vectors. `pixel`, `line` and `at` count elements.
template <class S>
[[gnu::always_inline]] inline void store_patch(const Requantizer<S>& requantizer, const ChannelScales<S>& scales,
                                               typename S::Vec start, const HalfPatch<S>& halves, std::ptrdiff_t pixel,
                                               std::ptrdiff_t line, const std::uint8_t* residual, std::byte* y,
                                               std::ptrdiff_t at) noexcept {
  constexpr int kResults = QuantizedWinograd::kResults;
  for (int i = 0; i < kResults; ++i, at += line) {
    typename S::Vec r[kResults];
    quantized_results<S>(halves[i], r);
    unrolled<kResults>([&](auto j) EXEUNT_INLINE { r[j] = S::add(without_scale<S>(r[j]), start); });
    requantizer.store(scales, r, pixel, residual, y, at);
  }
}

/// The part of a patch that exists.
template <class S>
[[gnu::noinline]] void store_patch_part(const Requantizer<S>& requantizer, const ChannelScales<S>& scales,
                                        typename S::Vec start, const HalfPatch<S>& halves, std::ptrdiff_t pixel,
                                        std::ptrdiff_t line, int rows, int columns, int lanes,
                                        const std::uint8_t* residual, std::byte* y, std::ptrdiff_t at) noexcept {
  for (int i = 0; i < rows; ++i, at += line) {
    typename S::Vec r[QuantizedWinograd::kResults];
    quantized_results<S>(halves[i], r);
    for (int j = 0; j < columns; ++j)
      requantizer.store_part(scales, S::add(without_scale<S>(r[j]), start), lanes, residual, y, at + j * pixel);
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
      transform_columns<S>(place, local.out_point, halves);
      const int lanes = std::min(S::kLanes, local.out_channels - c);
      const ChannelScales<S> scales(local.requantize, c);
      const typename S::Vec start = S::load(reinterpret_cast<const float*>(local.start + c));
      const std::ptrdiff_t at = high * kResults * line + wide * kResults * pixel + c;
      if (lanes < S::kLanes || rows < kResults || columns < kResults) {
        store_patch_part<S>(requantizer, scales, start, halves, pixel, line, rows, columns, lanes, residual, y, at);
      } else {
        store_patch<S>(requantizer, scales, start, halves, pixel, line, residual, y, at);
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
