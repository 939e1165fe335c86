#pragma once

#include <algorithm>
#include <limits>

#include "cpu/kernels/pool.h"

namespace exeunt::cpu {

/// The part of a window that lies in the image: rows and columns [first, last).
struct PoolWindow {
  int top = 0, bottom = 0, left = 0, right = 0;
};

/// `kVecs` vectors of channels of one window; their sums hide each other's latency. `lanes`: those of the last vector.
template <class S, bool kMax, int kVecs>
[[gnu::always_inline]] inline void pool_window(const Pool2d& pool, const PoolWindow& window, float factor, int lanes,
                                               const float* x, float* y) noexcept {
  using Vec = typename S::Vec;
  Vec acc[kVecs];
#pragma GCC unroll 8
  for (int z = 0; z < kVecs; ++z) acc[z] = kMax ? S::set1(-std::numeric_limits<float>::infinity()) : S::zero();
  const auto load = [&](const float* p, int z) {
    return z + 1 < kVecs || lanes == S::kLanes ? S::load(p + z * S::kLanes) : S::load_part(p + z * S::kLanes, lanes);
  };
  for (int row = window.top; row < window.bottom; ++row) {
    const float* from = x + (static_cast<std::ptrdiff_t>(row) * pool.in_width + window.left) * pool.channels;
    for (int column = window.left; column < window.right; ++column, from += pool.channels) {
#pragma GCC unroll 8
      for (int z = 0; z < kVecs; ++z) {
        if constexpr (kMax) {
          acc[z] = S::max(acc[z], load(from, z));
        } else {
          acc[z] = S::add(acc[z], load(from, z));
        }
      }
    }
  }
#pragma GCC unroll 8
  for (int z = 0; z < kVecs; ++z) {
    const Vec result = kMax ? acc[z] : S::mul(acc[z], S::set1(factor));
    if (z + 1 < kVecs || lanes == S::kLanes) {
      S::store(y + z * S::kLanes, result);
    } else {
      S::store_part(y + z * S::kLanes, result, lanes);
    }
  }
}

template <class S, bool kMax>
void pool2d(const Pool2d& pool, const float* x, float* y) noexcept {
  constexpr int kVecs = 4;
  for (int i = 0; i < pool.out_height; ++i) {
    for (int j = 0; j < pool.out_width; ++j, y += pool.channels) {
      const int top = i * pool.stride_height - pool.pad_top;
      const int left = j * pool.stride_width - pool.pad_left;
      const PoolWindow window{std::max(top, 0), std::min(top + pool.kernel_height, pool.in_height), std::max(left, 0),
                              std::min(left + pool.kernel_width, pool.in_width)};
      const int count = pool.count_padding ? pool.kernel_height * pool.kernel_width
                                           : (window.bottom - window.top) * (window.right - window.left);
      const float factor = 1.0F / static_cast<float>(std::max(count, 1));
      int channel = 0;
      for (; channel + kVecs * S::kLanes <= pool.channels; channel += kVecs * S::kLanes)
        pool_window<S, kMax, kVecs>(pool, window, factor, S::kLanes, x + channel, y + channel);
      for (; channel < pool.channels; channel += S::kLanes)
        pool_window<S, kMax, 1>(pool, window, factor, std::min(S::kLanes, pool.channels - channel), x + channel,
                                y + channel);
    }
  }
}

}  // namespace exeunt::cpu
