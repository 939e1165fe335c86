#pragma once

#include <algorithm>

#include "cpu/kernels/conv_depthwise.h"

namespace exeunt::cpu {

/// `kPixels` neighbours of a row share each weight, and their sums hide each other's latency.
template <class S, int kPixels, bool kWhole>
[[gnu::always_inline]] inline void depthwise_tile(const DepthwiseConv& conv, const float* const* rows,
                                                  std::ptrdiff_t x_at, const float* weights, typename S::Vec bias,
                                                  int stride, int lanes, const float* residual, float* y) noexcept {
  using Vec = typename S::Vec;
  Vec acc[kPixels];
#pragma GCC unroll 16
  for (int p = 0; p < kPixels; ++p) acc[p] = bias;
  for (int i = 0; i < conv.kernel_height; ++i) {
    if (rows[i] == nullptr) {
      weights += static_cast<std::ptrdiff_t>(conv.kernel_width) * stride;
      continue;
    }
    const float* from = rows[i] + x_at;
    for (int j = 0; j < conv.kernel_width; ++j, from += conv.x_kernel_column, weights += stride) {
      const Vec w = S::load(weights);
#pragma GCC unroll 16
      for (int p = 0; p < kPixels; ++p) {
        const float* at = from + p * conv.x_pixel;
        acc[p] = S::fma(kWhole ? S::load(at) : S::load_part(at, lanes), w, acc[p]);
      }
    }
  }
  const Vec low = S::set1(conv.low);
  const Vec high = S::set1(conv.high);
#pragma GCC unroll 16
  for (int p = 0; p < kPixels; ++p) {
    const std::ptrdiff_t at = p * static_cast<std::ptrdiff_t>(conv.channels);
    Vec v = acc[p];
    if (residual != nullptr) v = S::add(v, kWhole ? S::load(residual + at) : S::load_part(residual + at, lanes));
    v = S::clamp(v, low, high);
    if constexpr (kWhole) {
      S::store(y + at, v);
    } else {
      S::store_part(y + at, v, lanes);
    }
  }
}

/// One row and one vector of channels; what does not fill a tile is done pixel by pixel.
template <class S, bool kWhole>
[[gnu::always_inline]] inline void depthwise_row(const DepthwiseConv& conv, const float* const* rows, int channel,
                                                 int stride, const float* residual, float* y) noexcept {
  constexpr int kPixels = 8;
  const int lanes = std::min(S::kLanes, conv.channels - channel);
  const typename S::Vec bias = S::load(conv.bias + channel);
  int column = 0;
  const auto tile = [&]<int kCount>() {
    const std::ptrdiff_t at = static_cast<std::ptrdiff_t>(column) * conv.channels + channel;
    depthwise_tile<S, kCount, kWhole>(conv, rows, column * conv.x_pixel + channel, conv.weights + channel, bias, stride,
                                      lanes, residual == nullptr ? nullptr : residual + at, y + at);
    column += kCount;
  };
  while (column + kPixels <= conv.out_width) tile.template operator()<kPixels>();
  while (column + 3 <= conv.out_width) tile.template operator()<3>();
  while (column < conv.out_width) tile.template operator()<1>();
}

template <class S>
void depthwise_conv(const DepthwiseConv& conv, const float* const* rows, const float* residual, float* y) noexcept {
  const int stride = (conv.channels + S::kLanes - 1) / S::kLanes * S::kLanes;
  int channel = 0;
  for (; channel + S::kLanes <= conv.channels; channel += S::kLanes)
    depthwise_row<S, true>(conv, rows, channel, stride, residual, y);
  if (channel < conv.channels) depthwise_row<S, false>(conv, rows, channel, stride, residual, y);
}

}  // namespace exeunt::cpu
