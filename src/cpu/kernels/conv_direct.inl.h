#pragma once

#include <algorithm>

#include "cpu/kernels/conv_direct.h"

namespace exeunt::cpu {

/// acc[p][z] += x[p * x_pixel + i] * w[i][z] for `count` floats i: the loop in which the time goes.
template <class S, int kPixels, int kVecs>
[[gnu::always_inline]] inline void accumulate(typename S::Vec (&acc)[kPixels][kVecs], const float* x,
                                              std::ptrdiff_t x_pixel, const float* w, int count) noexcept {
  for (int i = 0; i < count; ++i, ++x, w += kVecs * S::kLanes) {
    typename S::Vec weight[kVecs];
#pragma GCC unroll 8
    for (int z = 0; z < kVecs; ++z) {
      weight[z] = S::load(w + z * S::kLanes);
      S::pin(weight[z]);
    }
#pragma GCC unroll 32
    for (int p = 0; p < kPixels; ++p) {
      typename S::Vec value = S::set1(x[p * x_pixel]);
      // With one vector of channels the broadcast folds into the multiplication for nothing.
      if constexpr (kVecs > 1) S::pin(value);
#pragma GCC unroll 8
      for (int z = 0; z < kVecs; ++z) acc[p][z] = S::fma(weight[z], value, acc[p][z]);
    }
  }
}

/// Adds the residual, clamps and stores a tile. `channels`: those of the tile that exist.
template <class S, int kPixels, int kVecs>
[[gnu::always_inline]] inline void store_tile(typename S::Vec (&acc)[kPixels][kVecs], const DirectConv& conv,
                                              int channels, const float* residual, float* y) noexcept {
  const typename S::Vec low = S::set1(conv.low);
  const typename S::Vec high = S::set1(conv.high);
  if (channels >= kVecs * S::kLanes) {
#pragma GCC unroll 32
    for (int p = 0; p < kPixels; ++p) {
#pragma GCC unroll 8
      for (int z = 0; z < kVecs; ++z) {
        const std::ptrdiff_t at = p * static_cast<std::ptrdiff_t>(conv.out_channels) + z * S::kLanes;
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
      const std::ptrdiff_t at = p * static_cast<std::ptrdiff_t>(conv.out_channels) + z * S::kLanes;
      typename S::Vec v = acc[p][z];
      if (residual != nullptr) v = S::add(v, S::load_part(residual + at, lanes));
      S::store_part(y + at, S::clamp(v, low, high), lanes);
    }
  }
}

/// Needs out_width >= kPixels: the last tile of a row moves back to end with it.
template <class S, int kPixels, int kVecs>
void direct_conv(const DirectConv& conv, const float* x, const float* residual, float* y) noexcept {
  constexpr int kTile = kVecs * S::kLanes;
  const std::ptrdiff_t block_floats = static_cast<std::ptrdiff_t>(conv.kernel_height) * conv.runs * conv.run * kTile;
  const float* weights = conv.weights;
  for (int channel = 0; channel < conv.out_channels; channel += kTile, weights += block_floats) {
    typename S::Vec bias[kVecs];
    for (int z = 0; z < kVecs; ++z) bias[z] = S::load(conv.bias + channel + z * S::kLanes);
    for (int row = 0; row < conv.out_height; ++row) {
      for (int left = 0; left < conv.out_width; left += kPixels) {
        const int column = std::min(left, conv.out_width - kPixels);
        typename S::Vec acc[kPixels][kVecs];
#pragma GCC unroll 32
        for (int p = 0; p < kPixels; ++p) {
#pragma GCC unroll 8
          for (int z = 0; z < kVecs; ++z) acc[p][z] = bias[z];
        }
        const float* from = x + row * conv.x_line + column * conv.x_pixel;
        const float* w = weights;
        for (int k = 0; k < conv.kernel_height; ++k) {
          for (int r = 0; r < conv.runs; ++r, w += static_cast<std::ptrdiff_t>(conv.run) * kTile)
            accumulate<S>(acc, from + k * conv.x_kernel_row + r * conv.x_run, conv.x_pixel, w, conv.run);
        }
        const std::ptrdiff_t at =
            (static_cast<std::ptrdiff_t>(row) * conv.out_width + column) * conv.out_channels + channel;
        store_tile<S>(acc, conv, conv.out_channels - channel, residual == nullptr ? nullptr : residual + at, y + at);
      }
    }
  }
}

}  // namespace exeunt::cpu
