#pragma once

#include <algorithm>

#include "cpu/kernels/conv_direct.h"
#include "cpu/kernels/tile_product.inl.h"

namespace exeunt::cpu {

/// A tile of which only some channels exist, `vecs` vectors a row: those of few networks, so that all tiles share it.
template <class S>
[[gnu::noinline, gnu::cold]] void store_part_of_tile(const float* sums, int rows, int vecs, float lowest, float highest,
                                                     std::ptrdiff_t step, int channels, const float* residual,
                                                     float* y) noexcept {
  const typename S::Vec low = S::set1(lowest);
  const typename S::Vec high = S::set1(highest);
  for (; rows > 0; --rows, sums += vecs * S::kLanes, y += step) {
    for (int c = 0; c < channels; c += S::kLanes) {
      const int lanes = std::min(S::kLanes, channels - c);
      typename S::Vec v = S::load(sums + c);
      if (residual != nullptr) v = S::add(v, S::load_part(residual + c, lanes));
      S::store_part(y + c, S::clamp(v, low, high), lanes);
    }
    if (residual != nullptr) residual += step;
  }
}

/// Adds the residual, clamps and stores a tile. `channels`: those of the tile that exist; `step`: from a row of it to
/// the next.
template <class S, int kRows, int kVecs>
[[gnu::always_inline]] inline void store_tile(Tile<S, kRows, kVecs>& acc, float lowest, float highest,
                                              std::ptrdiff_t step, int channels, const float* residual,
                                              float* y) noexcept {
  if (channels >= kVecs * S::kLanes) {
    const typename S::Vec low = S::set1(lowest);
    const typename S::Vec high = S::set1(highest);
    if (residual != nullptr) {
      unrolled<kRows * kVecs>(
          [](auto i, Tile<S, kRows, kVecs>& a, const float*& from, const std::ptrdiff_t& pitch) EXEUNT_INLINE {
            constexpr int z = i % kVecs;
            a[i / kVecs][z] = S::add(a[i / kVecs][z], S::load(from + z * S::kLanes));
            if (z == kVecs - 1) from += pitch;
          },
          acc, residual, step);
    }
    unrolled<kRows * kVecs>(
        [&](auto i, Tile<S, kRows, kVecs>& a, float*& to, const std::ptrdiff_t& pitch) EXEUNT_INLINE {
          constexpr int z = i % kVecs;
          S::store(to + z * S::kLanes, S::clamp(a[i / kVecs][z], low, high));
          if (z == kVecs - 1) to += pitch;
        },
        acc, y, step);
    return;
  }
  float sums[kRows * kVecs * S::kLanes];
  spill_tile<S, kRows, kVecs>(acc, sums);
  store_part_of_tile<S>(sums, kRows, kVecs, lowest, highest, step, channels, residual, y);
}

/// The last tile of a row moves back to end with it. `kRun`: conv.run, or 0 for any.
template <class S, int kPixels, int kVecs, int kRun = 0>
void direct_conv(const DirectConv& conv, const float* const* rows, ChannelRange channels, const float* residual,
                 float* y) noexcept {
  constexpr int kTile = kVecs * S::kLanes;
  // Locals: the compiler must take stores of results for changes of what references lead to.
  const int kernel_height = conv.kernel_height;
  const int runs = conv.runs;
  const int run = kRun > 0 ? kRun : conv.run;
  const int width = conv.out_width;
  const std::ptrdiff_t x_pixel = conv.x_pixel;
  const std::ptrdiff_t x_run = conv.x_run;
  const std::ptrdiff_t block_step = conv.block_step;
  const Stride x_step(x_pixel);
  const Stride w_step(block_step);
  const std::ptrdiff_t run_floats = static_cast<std::ptrdiff_t>(run) * S::kLanes;
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
          w += runs * run_floats;
          continue;
        }
        const float* from = rows[k] + column * x_pixel;
        if constexpr (kRun > 0) {
          const float* base[bases_of(kPixels)];
          set_bases<kPixels>(base, from, x_step);
          accumulate_all<S, kPixels, kVecs, kRun>(acc, base, x_step, w, w_step);
          w += run_floats;
        } else {
          for (int r = 0; r < runs; ++r, from += x_run, w += run_floats)
            accumulate<S, kPixels, kVecs>(acc, from, x_step, w, w_step, run);
        }
      }
      const std::ptrdiff_t at = column * static_cast<std::ptrdiff_t>(conv.out_channels) + channel;
      store_tile<S, kPixels, kVecs>(acc, conv.low, conv.high, conv.out_channels, conv.out_channels - channel,
                                    residual == nullptr ? nullptr : residual + at, y + at);
    }
  }
}

}  // namespace exeunt::cpu
