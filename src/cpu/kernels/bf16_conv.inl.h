#pragma once

#include <algorithm>

#include "cpu/kernels/half_memory.inl.h"
#include "cpu/kernels/tile_product.inl.h"

namespace exeunt::cpu {

/// What store_tile does with floats.
template <class S, int kRows, int kVecs>
[[gnu::always_inline]] inline void store_bf16_tile(Tile<S, kRows, kVecs>& acc, float lowest, float highest,
                                                   std::ptrdiff_t step, int channels, const std::uint16_t* residual,
                                                   std::uint16_t* y) noexcept {
  if (channels < kVecs * S::kLanes) {
    float sums[kRows * kVecs * S::kLanes];
    spill_tile<S, kRows, kVecs>(acc, sums);
    store_part_of_half_tile<S>(sums, kRows, kVecs, lowest, highest, step, channels, residual, y);
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

}  // namespace exeunt::cpu
