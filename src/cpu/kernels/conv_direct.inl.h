#pragma once

#include <algorithm>

#include "cpu/kernels/conv_direct.h"
#include "cpu/kernels/tile_product.inl.h"

namespace exeunt::cpu {

/// Adds the residual, clamps and stores a tile. `channels`: those of the tile that exist; `step`: from a pixel to the
/// next.
template <class S, int kPixels, int kVecs>
[[gnu::always_inline]] inline void store_tile(typename S::Vec (&acc)[kPixels][kVecs], float lowest, float highest,
                                              std::ptrdiff_t step, int channels, const float* residual,
                                              float* y) noexcept {
  const typename S::Vec low = S::set1(lowest);
  const typename S::Vec high = S::set1(highest);
  if (channels >= kVecs * S::kLanes) {
#pragma GCC unroll 32
    for (int p = 0; p < kPixels; ++p) {
#pragma GCC unroll 8
      for (int z = 0; z < kVecs; ++z) {
        const std::ptrdiff_t at = p * step + z * S::kLanes;
        typename S::Vec v = acc[p][z];
        if (residual != nullptr) v = S::add(v, S::load(residual + at));
        S::store(y + at, S::clamp(v, low, high));
      }
    }
    return;
  }
#pragma GCC unroll 32
  for (int p = 0; p < kPixels; ++p) {
#pragma GCC unroll 8
    for (int z = 0; z < kVecs; ++z) {
      const int lanes = std::min(S::kLanes, channels - z * S::kLanes);
      if (lanes <= 0) continue;
      const std::ptrdiff_t at = p * step + z * S::kLanes;
      typename S::Vec v = acc[p][z];
      if (residual != nullptr) v = S::add(v, S::load_part(residual + at, lanes));
      S::store_part(y + at, S::clamp(v, low, high), lanes);
    }
  }
}

/// The last tile of a row moves back to end with it.
template <class S, int kPixels, int kVecs>
void direct_conv(const DirectConv& conv, const float* const* rows, ChannelRange channels, const float* residual,
                 float* y) noexcept {
  constexpr int kTile = kVecs * S::kLanes;
  const std::ptrdiff_t run_floats = static_cast<std::ptrdiff_t>(conv.run) * S::kLanes;
  for (int left = 0; left < conv.out_width; left += kPixels) {
    const int column = std::min(left, conv.out_width - kPixels);
    for (int channel = channels.first; channel < channels.last; channel += kTile) {
      typename S::Vec acc[kPixels][kVecs];
#pragma GCC unroll 8
      for (int z = 0; z < kVecs; ++z) {
        const typename S::Vec bias = S::load(conv.bias + channel + z * S::kLanes);
#pragma GCC unroll 32
        for (int p = 0; p < kPixels; ++p) acc[p][z] = bias;
      }
      const float* w = conv.weights + channel / S::kLanes * conv.block_step;
      for (int k = 0; k < conv.kernel_height; ++k) {
        if (rows[k] == nullptr) {
          w += conv.runs * run_floats;
          continue;
        }
        const float* from = rows[k] + column * conv.x_pixel;
        for (int r = 0; r < conv.runs; ++r, from += conv.x_run, w += run_floats)
          accumulate<S>(acc, from, conv.x_pixel, w, conv.block_step, conv.run);
      }
      const std::ptrdiff_t at = column * static_cast<std::ptrdiff_t>(conv.out_channels) + channel;
      store_tile<S>(acc, conv.low, conv.high, conv.out_channels, conv.out_channels - channel,
                    residual == nullptr ? nullptr : residual + at, y + at);
    }
  }
}

}  // namespace exeunt::cpu
