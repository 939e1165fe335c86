#pragma once

#include <algorithm>

#include "cpu/kernels/conv_direct.inl.h"
#include "cpu/kernels/winograd.h"

namespace exeunt::cpu {

/// B^T d for six values: what a patch is multiplied with from both sides.
template <class S>
[[gnu::always_inline]] inline void transform_six(const typename S::Vec (&d)[6], typename S::Vec (&t)[6]) noexcept {
  using Vec = typename S::Vec;
  const Vec two = S::set1(2);
  const Vec four = S::set1(4);
  const Vec even = S::sub(d[4], d[2]);
  const Vec odd = S::sub(d[3], d[1]);
  const Vec a = S::fnma(four, d[2], d[4]);
  const Vec b = S::fnma(four, d[1], d[3]);
  t[0] = S::fnma(four, S::sub(d[2], d[0]), even);
  t[1] = S::add(a, b);
  t[2] = S::sub(a, b);
  t[3] = S::fma(two, odd, even);
  t[4] = S::fnma(two, odd, even);
  t[5] = S::fnma(four, odd, S::sub(d[5], d[3]));
}

/// One vector of channels of one patch, from x to the 36 products' inputs. Rows of the result are made in pairs that
/// share terms; reading the patch again for each pair is cheaper than keeping 36 values beside 32 registers.
template <class S, class Load>
[[gnu::always_inline]] inline void transform_patch(const Load& load, float* to, std::ptrdiff_t step) noexcept {
  using Vec = typename S::Vec;
  const Vec two = S::set1(2);
  const Vec four = S::set1(4);
#pragma GCC unroll 3
  for (int pair = 0; pair < 3; ++pair) {
    Vec p[6];
    Vec q[6];
#pragma GCC unroll 6
    for (int j = 0; j < 6; ++j) {
      if (pair == 0) {
        const Vec d2 = load(2, j);
        const Vec d3 = load(3, j);
        p[j] = S::fnma(four, S::sub(d2, load(0, j)), S::sub(load(4, j), d2));
        q[j] = S::fnma(four, S::sub(d3, load(1, j)), S::sub(load(5, j), d3));
      } else if (pair == 1) {
        const Vec a = S::fnma(four, load(2, j), load(4, j));
        const Vec b = S::fnma(four, load(1, j), load(3, j));
        p[j] = S::add(a, b);
        q[j] = S::sub(a, b);
      } else {
        const Vec even = S::sub(load(4, j), load(2, j));
        const Vec odd = S::sub(load(3, j), load(1, j));
        p[j] = S::fma(two, odd, even);
        q[j] = S::fnma(two, odd, even);
      }
    }
    const int first = pair == 0 ? 0 : pair == 1 ? 1 : 3;
    const int second = pair == 0 ? 5 : pair == 1 ? 2 : 4;
    Vec t[6];
    transform_six<S>(p, t);
#pragma GCC unroll 6
    for (int j = 0; j < 6; ++j) S::store(to + (first * 6 + j) * step, t[j]);
    transform_six<S>(q, t);
#pragma GCC unroll 6
    for (int j = 0; j < 6; ++j) S::store(to + (second * 6 + j) * step, t[j]);
    // Keeps the compiler from merging the pairs' loads, which spills.
    asm volatile("" ::: "memory");
  }
}

/// A^T m for six values: four results with a 3-tap kernel, two with a 5-tap one.
template <class S, int kResults>
[[gnu::always_inline]] inline void results_of_six(const typename S::Vec (&m)[6],
                                                  typename S::Vec (&y)[kResults]) noexcept {
  using Vec = typename S::Vec;
  const Vec sum1 = S::add(m[1], m[2]);
  const Vec sum2 = S::add(m[3], m[4]);
  const Vec difference1 = S::sub(m[1], m[2]);
  const Vec difference2 = S::sub(m[3], m[4]);
  y[0] = S::add(S::add(m[0], sum1), sum2);
  if constexpr (kResults == 2) {
    y[1] = S::fma(S::set1(2), difference2, S::add(difference1, m[5]));
  } else {
    y[1] = S::fma(S::set1(2), difference2, difference1);
    y[2] = S::fma(S::set1(4), sum2, sum1);
    y[3] = S::fma(S::set1(8), difference2, S::add(difference1, m[5]));
  }
}

/// Where the results of a patch go: the first row and column, and how many of each exist.
struct PatchResults {
  std::ptrdiff_t at = 0;
  std::ptrdiff_t line = 0;
  std::ptrdiff_t pixel = 0;
  int rows = 0;
  int columns = 0;
};

/// One vector of channels of one patch, from the products to y.
template <class S, int kResults>
[[gnu::always_inline]] inline void finish_patch(const Winograd& conv, const float* products, std::ptrdiff_t step,
                                                const PatchResults& to, int lanes, const float* residual,
                                                float* y) noexcept {
  using Vec = typename S::Vec;
  const Vec low = S::set1(conv.low);
  const Vec high = S::set1(conv.high);
  Vec columns[kResults][6];
#pragma GCC unroll 6
  for (int j = 0; j < 6; ++j) {
    Vec m[6];
    Vec r[kResults];
#pragma GCC unroll 6
    for (int i = 0; i < 6; ++i) m[i] = S::load(products + (i * 6 + j) * step);
    results_of_six<S, kResults>(m, r);
#pragma GCC unroll 4
    for (int i = 0; i < kResults; ++i) columns[i][j] = r[i];
  }
  const bool whole = to.rows == kResults && to.columns == kResults && lanes == S::kLanes;
#pragma GCC unroll 4
  for (int i = 0; i < kResults; ++i) {
    Vec r[kResults];
    results_of_six<S, kResults>(columns[i], r);
#pragma GCC unroll 4
    for (int j = 0; j < kResults; ++j) {
      const std::ptrdiff_t at = to.at + i * to.line + j * to.pixel;
      if (whole) {
        if (residual != nullptr) r[j] = S::add(r[j], S::load(residual + at));
        S::store(y + at, S::clamp(r[j], low, high));
      } else if (i < to.rows && j < to.columns) {
        if (residual != nullptr) r[j] = S::add(r[j], S::load_part(residual + at, lanes));
        S::store_part(y + at, S::clamp(r[j], low, high), lanes);
      }
    }
  }
}

/// The 36 matrix products of one block: [patches, in channels] times [in channels, out channels].
template <class S, int kPatches, int kVecs>
void multiply_block(const Winograd& conv, const float* in, std::ptrdiff_t in_step, float* out,
                    std::ptrdiff_t out_step) noexcept {
  constexpr int kTile = kVecs * S::kLanes;
  const int in_width = rounded_up(conv.in_channels, S::kLanes);
  const int out_width = rounded_up(conv.out_channels, kTile);
  const float* weights = conv.weights;
  for (int product = 0; product < Winograd::kProducts; ++product, in += in_step, out += out_step) {
    for (int channel = 0; channel < out_width; channel += kTile) {
      for (int patch = 0; patch < conv.block_patches; patch += kPatches) {
        typename S::Vec acc[kPatches][kVecs];
        // The product (1,1) goes into each result of its patch exactly once, so the bias can start there.
        const bool carries_bias = product == Winograd::kPatch + 1;
#pragma GCC unroll 32
        for (int p = 0; p < kPatches; ++p) {
#pragma GCC unroll 8
          for (int z = 0; z < kVecs; ++z)
            acc[p][z] = carries_bias ? S::load(conv.bias + channel + z * S::kLanes) : S::zero();
        }
        accumulate<S>(acc, in + static_cast<std::ptrdiff_t>(patch) * in_width, in_width, weights, conv.in_channels);
#pragma GCC unroll 32
        for (int p = 0; p < kPatches; ++p) {
#pragma GCC unroll 8
          for (int z = 0; z < kVecs; ++z)
            S::store(out + static_cast<std::ptrdiff_t>(patch + p) * out_width + channel + z * S::kLanes, acc[p][z]);
        }
      }
      weights += static_cast<std::ptrdiff_t>(conv.in_channels) * kTile;
    }
  }
}

template <class S, int kKernel, int kPatches, int kVecs>
void winograd(const Winograd& conv, const float* x, const float* residual, float* y, float* scratch) noexcept {
  constexpr int kResults = Winograd::kPatch - kKernel + 1;
  constexpr int kTile = kVecs * S::kLanes;
  const int in_width = rounded_up(conv.in_channels, S::kLanes);
  const int out_width = rounded_up(conv.out_channels, kTile);
  const std::ptrdiff_t in_step = winograd_product_step(conv.block_patches, in_width);
  const std::ptrdiff_t out_step = winograd_product_step(conv.block_patches, out_width);
  float* products = scratch + Winograd::kProducts * in_step;
  const int patches = conv.patches_high * conv.patches_wide;
  for (int first = 0; first < patches; first += conv.block_patches) {
    const int count = std::min(conv.block_patches, patches - first);
    for (int k = 0; k < count; ++k) {
      const int row = (first + k) / conv.patches_wide * kResults;
      const int column = (first + k) % conv.patches_wide * kResults;
      const float* from = x + row * conv.x_line + static_cast<std::ptrdiff_t>(column) * conv.in_channels;
      for (int c = 0; c < conv.in_channels; c += S::kLanes) {
        const int lanes = std::min(S::kLanes, conv.in_channels - c);
        const auto at = [&](int i, int j) { return from + i * conv.x_line + j * conv.in_channels + c; };
        float* to = scratch + static_cast<std::ptrdiff_t>(k) * in_width + c;
        if (lanes == S::kLanes) {
          transform_patch<S>([&](int i, int j) { return S::load(at(i, j)); }, to, in_step);
        } else {
          transform_patch<S>([&](int i, int j) { return S::load_part(at(i, j), lanes); }, to, in_step);
        }
      }
    }
    multiply_block<S, kPatches, kVecs>(conv, scratch, in_step, products, out_step);
    for (int k = 0; k < count; ++k) {
      const int row = (first + k) / conv.patches_wide * kResults;
      const int column = (first + k) % conv.patches_wide * kResults;
      PatchResults to;
      to.pixel = conv.out_channels;
      to.line = static_cast<std::ptrdiff_t>(conv.out_width) * conv.out_channels;
      to.at = row * to.line + column * to.pixel;
      to.rows = std::min(kResults, conv.out_height - row);
      to.columns = std::min(kResults, conv.out_width - column);
      for (int c = 0; c < conv.out_channels; c += S::kLanes, to.at += S::kLanes)
        finish_patch<S, kResults>(conv, products + static_cast<std::ptrdiff_t>(k) * out_width + c, out_step, to,
                                  std::min(S::kLanes, conv.out_channels - c), residual, y);
    }
  }
}

}  // namespace exeunt::cpu
