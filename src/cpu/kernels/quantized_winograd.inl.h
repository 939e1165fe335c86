#pragma once

#include <algorithm>
#include <cstdint>

#include "cpu/kernels/quantized_winograd_forms.inl.h"
#include "cpu/kernels/requantize.inl.h"
#include "cpu/kernels/word_products.inl.h"

namespace exeunt::cpu {

/// A line of patches on their way: their columns are transformed already, which neighbours share.
template <class S, class Form>
class HalfLine {
 public:
  static constexpr int kPatches = 8 / Form::kStride;
  static constexpr int kPatchStep = Form::kStride * QuantizedWinograd::kResults;  ///< columns

  /// B^T d of a column of bytes, row i from rows[i] + at.
  [[gnu::always_inline]] void transform_column(int column, const std::uint8_t* const* rows,
                                               std::ptrdiff_t at) noexcept {
    float* to = words_ + column * kColumn;
    V d[kPatch];
    unrolled<kPatch>([&](auto i) EXEUNT_INLINE { d[i] = S::load_shorts(rows[i] + at); });
    Form::transform([&](int i) EXEUNT_INLINE { return d[i]; },
                    [&](int i, V v) EXEUNT_INLINE { S::store_shorts(to + i * kWords, v); });
  }

  /// The columns times B: all of a patch, a vector of shorts each to[point * step].
  [[gnu::always_inline]] void transform_rows(int patch, float* to, std::ptrdiff_t step) const noexcept {
    const float* from = words_ + patch * kPatchStep * kColumn;
    Strided<float> places(to, step);
    for (int i = 0; i < kPoints; ++i, from += kWords) {
      V d[kPatch];
      unrolled<kPatch>([&](auto j) EXEUNT_INLINE { d[j] = S::reload_shorts(from + j * kColumn); });
      Form::transform([&](int j) EXEUNT_INLINE { return d[j]; },
                      [&](int j, V v) EXEUNT_INLINE { S::store_shorts(places[j], v); });
      to += kPoints * step;
      places.move_to(to);
    }
  }

 private:
  using V = typename S::Shorts;
  static constexpr int kPatch = Form::kPatch;
  static constexpr int kPoints = Form::kPoints;
  static constexpr int kWords = S::kShorts / 2;
  static constexpr int kColumn = kPoints * kWords;

  alignas(64) float words_[(kPatches * kPatchStep + kPatch - kPatchStep) * kColumn];
};

/// The columns of `patches` patches, of a vector of channels from `channel` on.
template <class S, class Form>
[[gnu::always_inline]] inline void transform_columns_of(const QuantizedWinograd& conv, int high, int wide, int patches,
                                                        int channel, const std::uint8_t* x,
                                                        HalfLine<S, Form>& half) noexcept {
  constexpr int kPatch = Form::kPatch;
  constexpr int kPatchStep = HalfLine<S, Form>::kPatchStep;
  const std::ptrdiff_t pixel = conv.in_channels;
  const std::ptrdiff_t line = pixel * conv.in_width;
  const int top = high * kPatchStep - conv.pad_top;
  const int left = wide * kPatchStep - conv.pad_left;
  const std::uint8_t* rows[kPatch];
  const std::uint8_t* outside[kPatch];
  for (int i = 0; i < kPatch; ++i) {
    const bool is_inside = top + i >= 0 && top + i < conv.in_height;
    rows[i] = is_inside ? x + (top + i) * line : conv.zero_line;
    outside[i] = conv.zero_line;
  }
  const int columns = (patches - 1) * kPatchStep + kPatch;
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

template <class S, class Form>
void quantized_gather(const QuantizedWinograd& conv, int first, int count, const std::uint8_t* x, float* to) noexcept {
  constexpr int kWords = S::kShorts / 2;
  // A copy, for the stores.
  const QuantizedWinograd local = conv;
  int wide = first % local.patches_wide;
  int high = first / local.patches_wide;
  HalfLine<S, Form> half;
  while (count > 0) {
    const int patches = std::min({count, local.patches_wide - wide, HalfLine<S, Form>::kPatches});
    float* place = to;
    for (int c = 0; c < local.in_channels; c += S::kShorts, place += local.in_block) {
      transform_columns_of<S, Form>(local, high, wide, patches, c, x, half);
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

/// sum * Form::kScale modulo 2^32 back to the sum: by the inverse of 9 modulo 2^32, then a power of two.
template <class S, class Form>
[[gnu::always_inline]] inline typename S::Vec without_scale(typename S::Vec r) noexcept {
  constexpr std::int32_t kInverseOf9 = 0x38E38E39;
  static_assert(Form::kScale == 9 << Form::kScaleBits);
  return S::template shift_right<Form::kScaleBits>(S::mul(r, S::set_int(kInverseOf9)));
}

/// A patch of sums on their way: the columns are transformed back already.
template <class S, class Form>
using HalfPatch = typename S::Vec[QuantizedWinograd::kResults][Form::kPoints];

/// What is added to the product of points 1 and 1 becomes part of all results.
template <class S, class Form>
[[gnu::always_inline]] inline void transform_columns(const float* products, std::ptrdiff_t point, typename S::Vec start,
                                                     HalfPatch<S, Form>& halves) noexcept {
  constexpr int kPoints = Form::kPoints;
  constexpr int kResults = QuantizedWinograd::kResults;
  Strided<const float> column(products, kPoints * point);
  unrolled<kPoints>([&](auto j) EXEUNT_INLINE {
    typename S::Vec m[kPoints];
    typename S::Vec r[kResults];
    unrolled<kPoints>([&](auto i) EXEUNT_INLINE { m[i] = S::load(column[i]); });
    if constexpr (j == 1) m[1] = S::add(m[1], start);
    Form::results(m, r);
    unrolled<kResults>([&](auto i) EXEUNT_INLINE { halves[i][j] = r[i]; });
    column.advance(point);
  });
}

/// A whole patch of whole vectors. `pixel`, `line` and `at` count elements.
template <class S, class Form>
[[gnu::always_inline]] inline void store_patch(const Requantizer<S>& requantizer, const ChannelScales<S>& scales,
                                               const HalfPatch<S, Form>& halves, std::ptrdiff_t pixel,
                                               std::ptrdiff_t line, const std::uint8_t* residual, std::byte* y,
                                               std::ptrdiff_t at) noexcept {
  constexpr int kResults = QuantizedWinograd::kResults;
  for (int i = 0; i < kResults; ++i, at += line) {
    typename S::Vec r[kResults];
    Form::results(halves[i], r);
    unrolled<kResults>([&](auto j) EXEUNT_INLINE { r[j] = without_scale<S, Form>(r[j]); });
    requantizer.store(scales, r, pixel, residual, y, at);
  }
}

/// The part of a patch that exists.
template <class S, class Form>
[[gnu::noinline]] void store_patch_part(const Requantizer<S>& requantizer, const ChannelScales<S>& scales,
                                        const HalfPatch<S, Form>& halves, std::ptrdiff_t pixel, std::ptrdiff_t line,
                                        int rows, int columns, int lanes, const std::uint8_t* residual, std::byte* y,
                                        std::ptrdiff_t at) noexcept {
  for (int i = 0; i < rows; ++i, at += line) {
    typename S::Vec r[QuantizedWinograd::kResults];
    Form::results(halves[i], r);
    for (int j = 0; j < columns; ++j)
      requantizer.store_part(scales, without_scale<S, Form>(r[j]), lanes, residual, y, at + j * pixel);
  }
}

template <class S, class Form>
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
      HalfPatch<S, Form> halves;
      const auto start = S::load(reinterpret_cast<const float*>(local.start + c));
      transform_columns<S, Form>(place, local.out_point, S::mul(start, S::set_int(Form::kScale)), halves);
      const int lanes = std::min(S::kLanes, local.out_channels - c);
      const ChannelScales<S> scales(local.requantize, c);
      const std::ptrdiff_t at = high * kResults * line + wide * kResults * pixel + c;
      if (lanes < S::kLanes || rows < kResults || columns < kResults) {
        store_patch_part<S, Form>(requantizer, scales, halves, pixel, line, rows, columns, lanes, residual, y, at);
      } else {
        store_patch<S, Form>(requantizer, scales, halves, pixel, line, residual, y, at);
      }
    }
    if (++wide == local.patches_wide) {
      wide = 0;
      ++high;
    }
  }
}

[[gnu::always_inline]] inline WordProducts word_products_of(const QuantizedWinograd& conv) noexcept {
  return {conv.weights,  conv.matrix_step, conv.points,    conv.words,     conv.out_channels,
          conv.in_block, conv.in_point,    conv.out_block, conv.out_point, conv.matrices};
}

template <class S, int kPatches, int kVecs>
void quantized_multiply(const QuantizedWinograd& conv, int patches, const float* in, float* out) noexcept {
  multiply_words<S, kPatches, kVecs, S::kShorts / 2>(word_products_of(conv), patches, in, out);
}

/// The same; heeds QuantizedWinograd::fetches_ahead.
template <class S, int kPatches, int kVecs>
void quantized_multiply_ahead(const QuantizedWinograd& conv, int patches, const float* in, float* out) noexcept {
  if (!conv.fetches_ahead) return quantized_multiply<S, kPatches, kVecs>(conv, patches, in, out);
  multiply_words<S, kPatches, kVecs, S::kShorts / 2, true>(word_products_of(conv), patches, in, out);
}

/// Of stride 1.
template <class S>
inline constexpr QuantizedWinogradForm kQuantizedForm[] = {
    {quantized_gather<S, QuantizedStride1<S>>, quantized_scatter<S, QuantizedStride1<S>>},
};

/// Of strides 1 and 2, which saves fewer multiplications than direct kernels with four bytes in a word do.
template <class S>
inline constexpr QuantizedWinogradForm kQuantizedForms[] = {
    kQuantizedForm<S>[0],
    { quantized_gather<S, QuantizedStride2<S>>, quantized_scatter<S, QuantizedStride2<S>> },
};

}  // namespace exeunt::cpu
