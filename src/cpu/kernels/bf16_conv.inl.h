#pragma once

#include <algorithm>

#include "cpu/kernels/bf16_conv.h"
#include "cpu/kernels/tile_product.inl.h"

namespace exeunt::cpu {

/// Floats whose memory is bf16: a vector is half as many words there as S has lanes.
template <class S>
struct Bf16Memory : S::Float {
  using Vec = typename S::Vec;
  static constexpr int kLanes = S::kLanes / 2;

  [[gnu::always_inline]] static Vec load(const float* p) noexcept { return S::widen(halves(p)); }
  [[gnu::always_inline]] static void store(float* p, Vec v) noexcept { S::narrow(halves(p), v); }
  /// Of the first `n` words.
  [[gnu::always_inline]] static Vec load_part(const float* p, int n) noexcept {
    return S::widen_part(halves(p), 2 * n);
  }
  [[gnu::always_inline]] static void store_part(float* p, Vec v, int n) noexcept {
    S::narrow_part(halves(p), v, 2 * n);
  }

 private:
  [[gnu::always_inline]] static const std::uint16_t* halves(const float* p) noexcept {
    return reinterpret_cast<const std::uint16_t*>(p);
  }
  [[gnu::always_inline]] static std::uint16_t* halves(float* p) noexcept { return reinterpret_cast<std::uint16_t*>(p); }
};

/// What becomes of sums.
template <class S>
struct Bf16Results {
  typename S::Vec low, high;
  const std::uint16_t* residual;
  std::uint16_t* y;

  /// Adds the residual, clamps, rounds and stores: `lanes` of them, all if kWhole. `at` counts elements.
  template <bool kWhole>
  [[gnu::always_inline]] void store(typename S::Vec v, std::ptrdiff_t at, int lanes) const noexcept {
    if (residual != nullptr) v = S::add(v, kWhole ? S::widen(residual + at) : S::widen_part(residual + at, lanes));
    v = S::clamp(v, low, high);
    kWhole ? S::narrow(y + at, v) : S::narrow_part(y + at, v, lanes);
  }
};

/// The last tile of a row moves back to end with it.
template <class S, int kPixels, int kVecs>
void bf16_direct_conv(const DirectConv& given, const float* const* rows, ChannelRange channels,
                      const std::uint16_t* residual, std::uint16_t* y) noexcept {
  constexpr int kTile = kVecs * S::kLanes;
  // A copy: stores of results may change what references lead to as far as the compiler knows.
  const DirectConv conv = given;
  const int kernel_height = conv.kernel_height;
  const int runs = conv.runs;
  const int run = conv.run;
  const int width = conv.out_width;
  const std::ptrdiff_t x_pixel = conv.x_pixel;
  const std::ptrdiff_t x_run = conv.x_run;
  const std::ptrdiff_t block_step = conv.block_step;
  const Stride x_step(x_pixel);
  const Stride w_step(block_step);
  const std::ptrdiff_t run_words = static_cast<std::ptrdiff_t>(run) * S::kLanes;
  const Bf16Results<S> results{S::set1(conv.low), S::set1(conv.high), residual, y};
  for (int left = 0; left < width; left += kPixels) {
    const int column = std::min(left, width - kPixels);
    for (int channel = channels.first; channel < channels.last; channel += kTile) {
      typename S::Vec bias[kVecs];
      unrolled<kVecs>([&](auto z) EXEUNT_INLINE { bias[z] = S::load(conv.bias + channel + z * S::kLanes); });
      Tile<S, kPixels, kVecs> acc;
      fill_tile<S, kPixels, kVecs>(acc, bias);
      const float* w = conv.weights + channel / S::kLanes * block_step;
      for (int k = 0; k < kernel_height; ++k) {
        if (rows[k] == nullptr) {
          w += runs * run_words;
          continue;
        }
        const float* from = rows[k] + column * x_pixel;
        for (int r = 0; r < runs; ++r, from += x_run, w += run_words)
          accumulate<S, kPixels, kVecs>(acc, from, x_step, w, w_step, run);
      }
      unrolled<kPixels * kVecs>(
          [&](auto i, Tile<S, kPixels, kVecs>& a) EXEUNT_INLINE {
            constexpr int z = i % kVecs;
            const int first = channel + z * S::kLanes;
            const int lanes = std::min(S::kLanes, conv.out_channels - first);
            const std::ptrdiff_t at = (column + i / kVecs) * static_cast<std::ptrdiff_t>(conv.out_channels) + first;
            if (lanes == S::kLanes) {
              results.template store<true>(a[i / kVecs][z], at, lanes);
            } else if (lanes > 0) {
              results.template store<false>(a[i / kVecs][z], at, lanes);
            }
          },
          acc);
    }
  }
}

/// Bf16Kernels::narrow.
template <class S>
void bf16_narrow(const float* x, std::ptrdiff_t count, std::uint16_t* y) noexcept {
  std::ptrdiff_t i = 0;
  for (; i + S::kLanes <= count; i += S::kLanes) S::narrow(y + i, S::load(x + i));
  const int rest = static_cast<int>(count - i);
  if (rest > 0) S::narrow_part(y + i, S::load_part(x + i, rest), rest);
}

/// Bf16Kernels::widen.
template <class S>
void bf16_widen(const std::uint16_t* x, std::ptrdiff_t count, float* y) noexcept {
  std::ptrdiff_t i = 0;
  for (; i + S::kLanes <= count; i += S::kLanes) S::store(y + i, S::widen(x + i));
  const int rest = static_cast<int>(count - i);
  if (rest > 0) S::store_part(y + i, S::widen_part(x + i, rest), rest);
}

}  // namespace exeunt::cpu
