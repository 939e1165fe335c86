#pragma once

#include <algorithm>

#include "cpu/kernels/half_memory.inl.h"
#include "cpu/kernels/tile_product.inl.h"

namespace exeunt::cpu {

/// Words of two halves in a vector.
template <class S>
inline constexpr int kWordsOfVector = S::kLanes / 2;

/// acc[p][z] += x[p][k] * w[z * w_step + k * lanes] over the next kCount halves k, in halves; x and w go on behind
/// them.
template <class S, int kRows, int kVecs, int kCount>
[[gnu::always_inline]] inline void multiply_halves(Tile<S, kRows, kVecs>& acc, const float* (&x)[bases_of(kRows)],
                                                   const Stride& x_step, const float*& w,
                                                   const Stride& w_step) noexcept {
  typename S::Vec factors[kRows];
  unrolled<kRows>([&](auto p, typename S::Vec(&to)[kRows])
                      EXEUNT_INLINE { to[p] = S::template load_factors<kCount>(x_step.from(x[p / 4], p % 4)); },
                  factors);
  unrolled<kCount>(
      [&](auto k, Tile<S, kRows, kVecs>& a, const typename S::Vec(&from)[kRows]) EXEUNT_INLINE {
        multiply_tile_by_lane<S, kRows, kVecs, decltype(k)::value>(
            a, from, [&](auto z) EXEUNT_INLINE { return w_step.from(w, z) + k * S::kLanes / 2; });
      },
      acc, factors);
  w += kCount * S::kLanes / 2;
  unrolled<bases_of(kRows)>(
      [](auto b, auto& p) EXEUNT_INLINE {
        p[b] += kCount / 2;
        keep(p[b]);
      },
      x);
}

/// The same over `count` words of two halves.
template <class S, int kRows, int kVecs>
[[gnu::always_inline]] inline void multiply_words_of_halves(Tile<S, kRows, kVecs>& acc, const float* x,
                                                            const Stride& x_step, const float* w, const Stride& w_step,
                                                            int count) noexcept {
  const float* base[bases_of(kRows)];
  set_bases<kRows>(base, x, x_step);
  for (; count >= kWordsOfVector<S>; count -= kWordsOfVector<S>)
    multiply_halves<S, kRows, kVecs, S::kLanes>(acc, base, x_step, w, w_step);
  if ((count & 2) != 0) multiply_halves<S, kRows, kVecs, 4>(acc, base, x_step, w, w_step);
  if ((count & 1) != 0) multiply_halves<S, kRows, kVecs, 2>(acc, base, x_step, w, w_step);
}

/// Ends a run: sums in halves go into those in floats and start anew.
template <class S, int kRows, int kVecs>
[[gnu::always_inline]] inline void end_run(Tile<S, kRows, kVecs>& acc, float* sums) noexcept {
  // In memory: left alone, GCC holds them in registers that it does not have, and stores each sum twice.
  keep(sums);
  unrolled<kRows * kVecs>(
      [=](auto i, Tile<S, kRows, kVecs>& a) EXEUNT_INLINE {
        S::add_to(sums + i * S::kLanes, a[i / kVecs][i % kVecs]);
        a[i / kVecs][i % kVecs] = S::zero();
      },
      acc);
}

/// What store_tile does with floats, on sums that lie in memory, `kVecs` vectors of F a row.
template <class F, int kRows, int kVecs>
[[gnu::always_inline]] inline void store_half_sums(const float* sums, float low, float high, std::ptrdiff_t step,
                                                   int channels, const std::uint16_t* residual,
                                                   std::uint16_t* y) noexcept {
  if (channels < kVecs * F::kLanes) {
    store_part_of_half_tile<F>(sums, kRows, kVecs, low, high, step, channels, residual, y);
    return;
  }
  const HalfResults<F> results{F::set1(low), F::set1(high), residual, y};
  std::ptrdiff_t at = 0;
  for (int row = 0; row < kRows; ++row, at += step, sums += kVecs * F::kLanes) {
    unrolled<kVecs>([&](auto z) EXEUNT_INLINE {
      results.template store<true>(F::load(sums + z * F::kLanes), at + z * F::kLanes, F::kLanes);
    });
  }
}

/// Runs of at most kHalfRun products are summed in halves, all runs in floats. The last tile of a row moves back to end
/// with it.
template <class S, int kPixels, int kVecs>
void fp16_direct_conv(const DirectConv& given, const float* const* rows, ChannelRange channels,
                      const std::uint16_t* residual, std::uint16_t* y) noexcept {
  using F = typename S::Memory;
  constexpr int kTile = kVecs * S::kLanes;
  constexpr int kRunWords = kHalfRun / 2;
  const DirectConv conv = given;
  const Stride x_step(conv.x_pixel);
  const Stride w_step(conv.block_step);
  const std::ptrdiff_t run_numbers = static_cast<std::ptrdiff_t>(conv.run) * S::kLanes;
  alignas(64) float sums[kPixels * kTile];
  for (int left = 0; left < conv.out_width; left += kPixels) {
    const int column = std::min(left, conv.out_width - kPixels);
    for (int channel = channels.first; channel < channels.last; channel += kTile) {
      for (int p = 0; p < kPixels; ++p) std::copy_n(conv.bias + channel, kTile, sums + p * kTile);
      Tile<S, kPixels, kVecs> acc;
      unrolled<kPixels * kVecs>(
          [](auto i, Tile<S, kPixels, kVecs>& a) EXEUNT_INLINE { a[i / kVecs][i % kVecs] = S::zero(); }, acc);
      int room = kRunWords;
      const float* w = conv.weights + channel / S::kLanes * conv.block_step;
      for (int k = 0; k < conv.kernel_height; ++k) {
        if (rows[k] == nullptr) {
          w += conv.runs * run_numbers;
          continue;
        }
        const float* from = rows[k] + column * conv.x_pixel;
        for (int r = 0; r < conv.runs; ++r, from += conv.x_run) {
          const float* x = from;
          for (int rest = conv.run; rest > 0;) {
            int count = std::min(rest, room);
            if (count < rest) count -= count % kWordsOfVector<S>;
            if (count == 0) {
              end_run<S, kPixels, kVecs>(acc, sums);
              room = kRunWords;
              continue;
            }
            multiply_words_of_halves<S, kPixels, kVecs>(acc, x, x_step, w, w_step, count);
            x += count;
            w += count * S::kLanes;
            rest -= count;
            room -= count;
          }
        }
      }
      end_run<S, kPixels, kVecs>(acc, sums);
      const std::ptrdiff_t at = column * static_cast<std::ptrdiff_t>(conv.out_channels) + channel;
      store_half_sums<F, kPixels, kTile / F::kLanes>(sums, conv.low, conv.high, conv.out_channels,
                                                     conv.out_channels - channel,
                                                     residual == nullptr ? nullptr : residual + at, y + at);
    }
  }
}

}  // namespace exeunt::cpu
