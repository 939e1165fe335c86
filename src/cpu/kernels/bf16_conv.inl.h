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

/// A tile of which only some channels exist, `vecs` vectors a row: those of few networks, so that all tiles share it.
template <class S>
[[gnu::noinline, gnu::cold]] void store_part_of_bf16_tile(const float* sums, int rows, int vecs, float low, float high,
                                                          std::ptrdiff_t step, int channels,
                                                          const std::uint16_t* residual, std::uint16_t* y) noexcept {
  const Bf16Results<S> results{S::set1(low), S::set1(high), residual, y};
  for (std::ptrdiff_t at = 0; rows > 0; --rows, sums += vecs * S::kLanes, at += step) {
    for (int c = 0; c < channels; c += S::kLanes)
      results.template store<false>(S::load(sums + c), at + c, std::min(S::kLanes, channels - c));
  }
}

/// What store_tile does with floats.
template <class S, int kRows, int kVecs>
[[gnu::always_inline]] inline void store_bf16_tile(Tile<S, kRows, kVecs>& acc, float lowest, float highest,
                                                   std::ptrdiff_t step, int channels, const std::uint16_t* residual,
                                                   std::uint16_t* y) noexcept {
  if (channels < kVecs * S::kLanes) {
    float sums[kRows * kVecs * S::kLanes];
    spill_tile<S, kRows, kVecs>(acc, sums);
    store_part_of_bf16_tile<S>(sums, kRows, kVecs, lowest, highest, step, channels, residual, y);
    return;
  }
  const typename S::Vec low = S::set1(lowest);
  const typename S::Vec high = S::set1(highest);
  if (residual != nullptr) {
    unrolled<kRows * kVecs>(
        [](auto i, Tile<S, kRows, kVecs>& a, const std::uint16_t*& from, const std::ptrdiff_t& pitch) EXEUNT_INLINE {
          constexpr int z = i % kVecs;
          a[i / kVecs][z] = S::add(a[i / kVecs][z], S::widen(from + z * S::kLanes));
          if (z == kVecs - 1) from += pitch;
        },
        acc, residual, step);
  }
  unrolled<kRows * kVecs>(
      [&](auto i, Tile<S, kRows, kVecs>& a, std::uint16_t*& to, const std::ptrdiff_t& pitch) EXEUNT_INLINE {
        constexpr int z = i % kVecs;
        S::narrow(to + z * S::kLanes, S::clamp(a[i / kVecs][z], low, high));
        if (z == kVecs - 1) to += pitch;
      },
      acc, y, step);
}

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
      const std::ptrdiff_t at = column * static_cast<std::ptrdiff_t>(conv.out_channels) + channel;
      store_bf16_tile<S, kPixels, kVecs>(acc, conv.low, conv.high, conv.out_channels, conv.out_channels - channel,
                                         residual == nullptr ? nullptr : residual + at, y + at);
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
