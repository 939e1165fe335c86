#pragma once

#include <algorithm>
#include <limits>

#include "cpu/kernels/pool.h"

namespace exeunt::cpu {

/// The part of a window that lies in the image: rows [top, bottom), columns [left, right).
struct PoolWindow {
  int top = 0, bottom = 0, left = 0, right = 0;
};

/// Loads a vector of channels; `lanes` of them exist if it is not whole.
template <class S, bool kWhole>
[[gnu::always_inline]] inline typename S::Vec load_channels(const float* p, int lanes) noexcept {
  return kWhole ? S::load(p) : S::load_part(p, lanes);
}

/// The maximum of a window. NaN is looked for in two pixels at a time, which costs half an instruction a pixel; a
/// maximum that keeps NaN costs two more.
template <class S, int kVecs, bool kWhole>
struct MaxOfWindow {
  typename S::Vec largest[kVecs];
  typename S::Lanes numbers[kVecs];

  [[gnu::always_inline]] MaxOfWindow() noexcept {
#pragma GCC unroll 4
    for (int z = 0; z < kVecs; ++z) {
      largest[z] = S::set1(-std::numeric_limits<float>::infinity());
      numbers[z] = S::all_lanes();
    }
  }

  /// A row of `count` pixels.
  [[gnu::always_inline]] void add(const float* from, int count, std::ptrdiff_t pixel, int lanes) noexcept {
    for (; count > 0; count -= 2, from += 2 * pixel) {
      const float* second = count > 1 ? from + pixel : from;
#pragma GCC unroll 4
      for (int z = 0; z < kVecs; ++z) {
        const typename S::Vec a = load_channels<S, kWhole>(from + z * S::kLanes, lanes);
        const typename S::Vec b = load_channels<S, kWhole>(second + z * S::kLanes, lanes);
        numbers[z] = S::without_nan(numbers[z], a, b);
        largest[z] = S::max_number(b, S::max_number(a, largest[z]));
      }
    }
  }

  [[gnu::always_inline]] typename S::Vec result(int z, float) const noexcept {
    return S::select(numbers[z], largest[z], S::set1(std::numeric_limits<float>::quiet_NaN()));
  }
};

/// The sum of a window: at least eight additions are under way, which hides their latency.
template <class S, int kVecs, bool kWhole>
struct SumOfWindow {
  static constexpr int kSums = kVecs >= 4 ? 2 : kVecs >= 2 ? 4 : 8;
  typename S::Vec sums[kSums][kVecs];

  [[gnu::always_inline]] SumOfWindow() noexcept {
#pragma GCC unroll 8
    for (int u = 0; u < kSums; ++u) {
#pragma GCC unroll 4
      for (int z = 0; z < kVecs; ++z) sums[u][z] = S::zero();
    }
  }

  [[gnu::always_inline]] void add(const float* from, int count, std::ptrdiff_t pixel, int lanes) noexcept {
    for (; count >= kSums; count -= kSums) {
#pragma GCC unroll 8
      for (int u = 0; u < kSums; ++u, from += pixel) add_pixel(u, from, lanes);
    }
    for (; count > 0; --count, from += pixel) add_pixel(0, from, lanes);
  }

  [[gnu::always_inline]] typename S::Vec result(int z, float factor) const noexcept {
    typename S::Vec sum = sums[0][z];
#pragma GCC unroll 8
    for (int u = 1; u < kSums; ++u) sum = S::add(sum, sums[u][z]);
    return S::mul(sum, S::set1(factor));
  }

 private:
  [[gnu::always_inline]] void add_pixel(int u, const float* from, int lanes) noexcept {
#pragma GCC unroll 4
    for (int z = 0; z < kVecs; ++z)
      sums[u][z] = S::add(sums[u][z], load_channels<S, kWhole>(from + z * S::kLanes, lanes));
  }
};

/// kVecs vectors of channels of one window. `lanes`: those of the last vector.
template <class S, class OfWindow, int kVecs, bool kWhole>
[[gnu::always_inline]] inline void pool_window(const Pool2d& pool, const PoolWindow& window, float factor, int lanes,
                                               const float* x, float* y) noexcept {
  OfWindow of_window;
  const std::ptrdiff_t pixel = pool.channels;
  const int width = window.right - window.left;
  const float* from = x + (static_cast<std::ptrdiff_t>(window.top) * pool.in_width + window.left) * pixel;
  if (width == pool.in_width) {
    of_window.add(from, (window.bottom - window.top) * width, pixel, lanes);
  } else {
    for (int row = window.top; row < window.bottom; ++row, from += pool.in_width * pixel)
      of_window.add(from, width, pixel, lanes);
  }
#pragma GCC unroll 4
  for (int z = 0; z < kVecs; ++z) {
    if constexpr (kWhole) {
      S::store(y + z * S::kLanes, of_window.result(z, factor));
    } else {
      S::store_part(y + z * S::kLanes, of_window.result(z, factor), lanes);
    }
  }
}

/// All channels of one window.
template <class S, template <class, int, bool> class OfWindow>
[[gnu::always_inline]] inline void pool_pixel(const Pool2d& pool, const PoolWindow& window, float factor,
                                              const float* x, float* y) noexcept {
  constexpr int kLanes = S::kLanes;
  int c = 0;
  for (; c + 4 * kLanes <= pool.channels; c += 4 * kLanes)
    pool_window<S, OfWindow<S, 4, true>, 4, true>(pool, window, factor, kLanes, x + c, y + c);
  if (c + 2 * kLanes <= pool.channels) {
    pool_window<S, OfWindow<S, 2, true>, 2, true>(pool, window, factor, kLanes, x + c, y + c);
    c += 2 * kLanes;
  }
  if (c + kLanes <= pool.channels) {
    pool_window<S, OfWindow<S, 1, true>, 1, true>(pool, window, factor, kLanes, x + c, y + c);
    c += kLanes;
  }
  if (c < pool.channels)
    pool_window<S, OfWindow<S, 1, false>, 1, false>(pool, window, factor, pool.channels - c, x + c, y + c);
}

/// One vector of channels of a window of kSide by kSide pixels that lies in the image.
template <class S, bool kMax, int kSide, bool kWhole>
[[gnu::always_inline]] inline typename S::Vec pool_square(const float* x, std::ptrdiff_t line, std::ptrdiff_t pixel,
                                                          float factor, int lanes) noexcept {
  using Vec = typename S::Vec;
  constexpr int kPixels = kSide * kSide;
  Vec v[kPixels];
#pragma GCC unroll 9
  for (int i = 0; i < kPixels; ++i) v[i] = load_channels<S, kWhole>(x + i / kSide * line + i % kSide * pixel, lanes);
  Vec result = v[0];
#pragma GCC unroll 9
  for (int i = 1; i < kPixels; ++i) result = kMax ? S::max_number(v[i], result) : S::add(result, v[i]);
  if constexpr (!kMax) return S::mul(result, S::set1(factor));
  typename S::Lanes numbers = S::all_lanes();
#pragma GCC unroll 9
  for (int i = 0; i < kPixels; i += 2) numbers = S::without_nan(numbers, v[i], v[i + 1 < kPixels ? i + 1 : i]);
  return S::select(numbers, result, S::set1(std::numeric_limits<float>::quiet_NaN()));
}

/// `count` windows of kSide by kSide pixels beside each other, which lie in the image.
template <class S, bool kMax, int kSide>
[[gnu::always_inline]] inline void pool_squares(const Pool2d& pool, int count, const float* x, float* y) noexcept {
  const std::ptrdiff_t pixel = pool.channels;
  const std::ptrdiff_t line = pool.in_width * pixel;
  constexpr float kFactor = 1.0F / (kSide * kSide);
  for (; count > 0; --count, x += pool.stride_width * pixel, y += pixel) {
    std::ptrdiff_t c = 0;
    for (; c + S::kLanes <= pixel; c += S::kLanes)
      S::store(y + c, pool_square<S, kMax, kSide, true>(x + c, line, pixel, kFactor, S::kLanes));
    if (c < pixel) {
      const int lanes = static_cast<int>(pixel - c);
      S::store_part(y + c, pool_square<S, kMax, kSide, false>(x + c, line, pixel, kFactor, lanes), lanes);
    }
  }
}

/// The windows [first, last) along one axis that lie in the image.
struct WholeWindows {
  int first = 0, last = 0;
};
[[gnu::always_inline]] inline WholeWindows whole_windows(int in, int out, int kernel, int stride, int pad) noexcept {
  const int first = (pad + stride - 1) / stride;
  const int last = in + pad < kernel ? 0 : std::min(out, (in + pad - kernel) / stride + 1);
  return {first, std::max(first, last)};
}

template <class S, bool kMax, template <class, int, bool> class OfWindow>
void pool2d(const Pool2d& pool, const float* x, float* y) noexcept {
  const bool square = pool.kernel_height == pool.kernel_width && (pool.kernel_width == 2 || pool.kernel_width == 3);
  const WholeWindows rows =
      whole_windows(pool.in_height, pool.out_height, pool.kernel_height, pool.stride_height, pool.pad_top);
  const WholeWindows columns =
      whole_windows(pool.in_width, pool.out_width, pool.kernel_width, pool.stride_width, pool.pad_left);
  for (int i = 0; i < pool.out_height; ++i) {
    const int top = i * pool.stride_height - pool.pad_top;
    const bool whole_row = square && i >= rows.first && i < rows.last;
    for (int j = 0; j < pool.out_width;) {
      const int left = j * pool.stride_width - pool.pad_left;
      if (whole_row && j == columns.first && columns.last > columns.first) {
        const float* from = x + (static_cast<std::ptrdiff_t>(top) * pool.in_width + left) * pool.channels;
        const int count = columns.last - columns.first;
        if (pool.kernel_width == 2) {
          pool_squares<S, kMax, 2>(pool, count, from, y);
        } else {
          pool_squares<S, kMax, 3>(pool, count, from, y);
        }
        j += count;
        y += static_cast<std::ptrdiff_t>(count) * pool.channels;
        continue;
      }
      const PoolWindow window{std::max(top, 0), std::min(top + pool.kernel_height, pool.in_height), std::max(left, 0),
                              std::min(left + pool.kernel_width, pool.in_width)};
      const int count = pool.count_padding ? pool.kernel_height * pool.kernel_width
                                           : (window.bottom - window.top) * (window.right - window.left);
      pool_pixel<S, OfWindow>(pool, window, 1.0F / static_cast<float>(std::max(count, 1)), x, y);
      ++j;
      y += pool.channels;
    }
  }
}

}  // namespace exeunt::cpu
