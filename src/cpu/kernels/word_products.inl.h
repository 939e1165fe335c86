#pragma once

#include "cpu/kernels/tile_product.inl.h"

namespace exeunt::cpu {

/// The products of all points of a Winograd convolution whose transformed patches are words of two channels, in vectors
/// of fewer words than a vector of sums has: patches are [point][vector of words][patch][word], weights
/// [point][block of lanes][word][lane], products [point][vector of channels][patch][lane]. Steps count words.
struct WordProducts {
  const float* weights = nullptr;
  std::ptrdiff_t matrix_step = 0;  ///< from a point's weights to the next one's
  int points = 0;
  int words = 0;  ///< of a pixel's channels, whole vectors
  int out_channels = 0;
  std::ptrdiff_t in_block = 0, in_point = 0;
  std::ptrdiff_t out_block = 0, out_point = 0;
  const std::uint8_t* matrices = nullptr;  ///< the number of each point's matrix; null: that of the point
};

/// acc[p][z] += x[p][k] * w[z][k] for kCount words of one vector of kWords.
template <class S, int kPatches, int kVecs, int kWords, int kCount>
[[gnu::always_inline]] inline void accumulate_words(Tile<S, kPatches, kVecs>& acc, const float* x, const float* w,
                                                    const Stride& w_step) noexcept {
  if constexpr (kCount > 0) {
    accumulate_words<S, kPatches, kVecs, kWords, kCount - 1>(acc, x, w, w_step);
    constexpr int k = kCount - 1;
    typename S::Vec weight[kVecs];
    unrolled<kVecs>([&](auto z) EXEUNT_INLINE {
      weight[z] = S::load(w_step.from(w, z) + k * S::kLanes);
      S::pin(weight[z]);
    });
    multiply_tile<S, kPatches, kVecs>(acc, weight, [=](auto p) EXEUNT_INLINE { return x + p * kWords + k; });
  }
}

/// Words from the weights of the tile at `channel` to those that are multiplied next. 0: they are the same, or there
/// are none.
template <int kTile>
[[gnu::always_inline]] inline std::ptrdiff_t to_next_tile(const WordProducts& conv, int point, int matrix,
                                                          int channel) noexcept {
  if (channel + kTile < conv.out_channels) return kTile * static_cast<std::ptrdiff_t>(conv.words);
  if (point + 1 == conv.points) return 0;
  const int next = conv.matrices == nullptr ? point + 1 : conv.matrices[point + 1];
  return (next - matrix) * conv.matrix_step - channel * static_cast<std::ptrdiff_t>(conv.words);
}

/// For patches 0 .. patches - 1, a multiple of kPatches.
/// @tparam kAhead  the weights of the next tile are fetched while one is multiplied
template <class S, int kPatches, int kVecs, int kWords, bool kAhead = false>
[[gnu::always_inline]] inline void multiply_words(const WordProducts& conv, int patches, const float* in,
                                                  float* out) noexcept {
  constexpr int kTile = kVecs * S::kLanes;
  const int words = conv.words;
  const std::ptrdiff_t in_block = conv.in_block;
  const std::ptrdiff_t out_block = conv.out_block;
  const Stride w_step(static_cast<std::ptrdiff_t>(words) * S::kLanes);
  for (int point = 0; point < conv.points; ++point) {
    const int matrix = conv.matrices == nullptr ? point : conv.matrices[point];
    const float* weights = conv.weights + matrix * conv.matrix_step;
    for (int channel = 0; channel < conv.out_channels; channel += kTile) {
      float* to = out + point * conv.out_point + channel / S::kLanes * out_block;
      const float* from = in + point * conv.in_point;
      [[maybe_unused]] std::ptrdiff_t ahead = kAhead ? to_next_tile<kTile>(conv, point, matrix, channel) : 0;
      for (int p = 0; p < patches; p += kPatches, from += kPatches * kWords, to += kPatches * S::kLanes) {
        Tile<S, kPatches, kVecs> acc;
        typename S::Vec zeros[kVecs];
        unrolled<kVecs>([&](auto z) EXEUNT_INLINE { zeros[z] = S::zero(); });
        fill_tile<S, kPatches, kVecs>(acc, zeros);
        const float* x = from;
        const float* w = weights + channel * static_cast<std::ptrdiff_t>(words);
        for (int rest = words; rest > 0; rest -= kWords, x += in_block, w += kWords * S::kLanes) {
          if constexpr (kAhead) {
            if (ahead != 0) fetch_ahead<kVecs, kWords * S::kLanes>(w, w_step, ahead);
          }
          accumulate_words<S, kPatches, kVecs, kWords, kWords>(acc, x, w, w_step);
        }
        unrolled<kPatches * kVecs>(
            [=](auto i, Tile<S, kPatches, kVecs>& a) EXEUNT_INLINE {
              S::store(to + i % kVecs * out_block + i / kVecs * S::kLanes, a[i / kVecs][i % kVecs]);
            },
            acc);
        if constexpr (kAhead) ahead = 0;
      }
    }
  }
}

}  // namespace exeunt::cpu
