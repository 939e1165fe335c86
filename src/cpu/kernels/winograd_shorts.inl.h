#pragma once

#include "cpu/kernels/winograd.inl.h"

/// The products of Winograd with weights in 16 bits. Where few patches share a weight, what such products take is the
/// time in which weights come from the outer caches.
namespace exeunt::cpu {

/// acc[p][z] += x[p][0] * high half of *w(z) + x[p][1] * low half of it. A word as an integer is its high half in units
/// of 2^16, and a fraction that packing has allowed for: no instruction takes it away.
template <class S, int kPatches, int kVecs, class Word>
[[gnu::always_inline]] inline void add_short_products(Tile<S, kPatches, kVecs>& acc, const float* x,
                                                      const Word& word) noexcept {
  typename S::Vec words[kVecs];
  typename S::Vec weight[kVecs];
  unrolled<kVecs>([&](auto z) EXEUNT_INLINE {
    words[z] = S::load(word(z));
    S::pin(words[z]);
    weight[z] = S::whole_of_word(words[z]);
  });
  multiply_tile<S, kPatches, kVecs>(acc, weight, [=](auto p) EXEUNT_INLINE { return x + p * S::kLanes; });
  unrolled<kVecs>([&](auto z) EXEUNT_INLINE { weight[z] = S::whole_of_low_half(words[z]); });
  multiply_tile<S, kPatches, kVecs>(acc, weight, [=](auto p) EXEUNT_INLINE { return x + p * S::kLanes + 1; });
}

/// All tiles of one point and one tile's width of channels.
/// @param scales  what the integers of each channel count in
/// @param start   what is added: the bias or zeros
/// @param ahead   as in multiply_point
template <class S, int kPatches, int kVecs, bool kAhead>
[[gnu::noinline]] void multiply_point_of_shorts(const float* from, float* to, const float* weights, const float* scales,
                                                const float* start, int patches, int depth, std::ptrdiff_t block,
                                                [[maybe_unused]] std::ptrdiff_t ahead) noexcept {
  constexpr int kPairs = short_pairs(1, S::kLanes);
  const Stride w_step(static_cast<std::ptrdiff_t>(short_pairs(depth, S::kLanes)) * S::kLanes);
  for (; patches > 0; patches -= kPatches, from += kPatches * S::kLanes, to += kPatches * S::kLanes) {
    typename S::Vec zeros[kVecs];
    for (auto& zero : zeros) zero = S::zero();
    Tile<S, kPatches, kVecs> acc;
    fill_tile<S, kPatches, kVecs>(acc, zeros);
    const float* line = from;
    const float* w = weights;
    for (int rest = depth; rest > 0; rest -= S::kLanes, line += block) {
      const float* x = line;
      for (int here = std::min(rest, S::kLanes); here > 0;
           here -= 2 * kPairs, x += 2 * kPairs, w += kPairs * S::kLanes) {
        if constexpr (kAhead) {
          if (ahead != 0) fetch_ahead<kVecs, kPairs * S::kLanes>(w, w_step, ahead);
        }
        unrolled<kPairs>(
            [&](auto k, Tile<S, kPatches, kVecs>& a) EXEUNT_INLINE {
              add_short_products<S, kPatches, kVecs>(
                  a, x + 2 * k, [&](auto z) EXEUNT_INLINE { return w_step.from(w, z) + k * S::kLanes; });
            },
            acc);
      }
    }
    unrolled<kPatches * kVecs>(
        [=](auto i, Tile<S, kPatches, kVecs>& a) EXEUNT_INLINE {
          constexpr int z = i % kVecs;
          S::store(to + z * block + i / kVecs * S::kLanes,
                   S::fma(a[i / kVecs][z], S::load(scales + z * S::kLanes), S::load(start + z * S::kLanes)));
        },
        acc);
    if constexpr (kAhead) ahead = 0;
  }
}

template <class S, int kPatches, int kVecs, bool kAhead>
void multiply_points_of_shorts(const Winograd& conv, const WinogradForm& form, int patches, int first_channel,
                               int last_channel, const float* in, float* out) noexcept {
  constexpr int kTile = kVecs * S::kLanes;
  alignas(64) static constexpr float kZeros[kTile] = {};
  const std::ptrdiff_t pairs = short_pairs(conv.in_channels, S::kLanes);
  const std::ptrdiff_t padded = conv.matrix_step / pairs;
  const float* all_scales = conv.weights + conv.scales_at;
  for (int point = 0; point < form.points; ++point, in += conv.in_point, out += conv.out_point) {
    const bool carries_bias = point >= form.bias_point && point < form.bias_point + form.bias_points;
    const int matrix = form.matrix == nullptr ? point : form.matrix[point];
    const float* weights = conv.weights + matrix * conv.matrix_step;
    const float* scales = all_scales + matrix * padded;
    for (int channel = first_channel; channel < last_channel; channel += kTile) {
      multiply_point_of_shorts<S, kPatches, kVecs, kAhead>(
          in, out + channel / S::kLanes * conv.block, weights + channel * pairs, scales + channel,
          carries_bias ? conv.bias + channel : kZeros, patches, conv.in_channels, conv.block,
          kAhead ? to_next_tile<kTile>(conv, form, point, first_channel, last_channel, channel, pairs) : 0);
    }
  }
}

/// WinogradTile::multiply of tiles whose weights are words of two 16-bit integers.
template <class S, int kPatches, int kVecs>
void winograd_multiply_shorts(const Winograd& conv, const WinogradForm& form, int patches, int first_channel,
                              int last_channel, const float* in, float* out) noexcept {
  multiply_points_of_shorts<S, kPatches, kVecs, false>(conv, form, patches, first_channel, last_channel, in, out);
}

/// The same; heeds Winograd::fetches_ahead.
template <class S, int kPatches, int kVecs>
void winograd_multiply_shorts_ahead(const Winograd& conv, const WinogradForm& form, int patches, int first_channel,
                                    int last_channel, const float* in, float* out) noexcept {
  (conv.fetches_ahead ? multiply_points_of_shorts<S, kPatches, kVecs, true>
                      : multiply_points_of_shorts<S, kPatches, kVecs, false>)(conv, form, patches, first_channel,
                                                                              last_channel, in, out);
}

}  // namespace exeunt::cpu
