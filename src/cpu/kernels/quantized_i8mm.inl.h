#pragma once

#include <arm_neon.h>

#include "cpu/kernels/quantized_conv.inl.h"

namespace exeunt::cpu {

/// Eight bytes of a pixel in each half.
[[gnu::always_inline]] inline int8x16_t load_pixels(const float* first, const float* second) noexcept {
  return vcombine_s8(vld1_s8(reinterpret_cast<const std::int8_t*>(first)),
                     vld1_s8(reinterpret_cast<const std::int8_t*>(second)));
}

template <int kPairs, int kBlocks>
using PairSums = int32x4_t[kPairs][kBlocks];

/// sums[p][b] += two words of each of two pixels times those of two channels, from a run of words on.
template <int kPixels, int kPairs, int kBlocks>
[[gnu::always_inline]] inline void multiply_pairs(PairSums<kPairs, kBlocks>& sums, const float* from,
                                                  std::ptrdiff_t x_pixel, const float* w,
                                                  std::ptrdiff_t w_step) noexcept {
  int8x16_t x[kPairs];
  for (int p = 0; p < kPairs; ++p) {
    const float* first = bytes_behind(from, 2 * p * x_pixel);
    // An odd pixel is its own second.
    x[p] = load_pixels(first, 2 * p + 1 < kPixels ? bytes_behind(first, x_pixel) : first);
  }
  for (int b = 0; b < kBlocks; ++b) {
    const int8x16_t weight = vld1q_s8(reinterpret_cast<const std::int8_t*>(w + b * w_step));
    for (int p = 0; p < kPairs; ++p) sums[p][b] = vmmlaq_s32(sums[p][b], x[p], weight);
  }
}

/// quantized_direct_conv by products of matrices: an instruction multiplies eight numbers of two pixels by those of two
/// channels. A sum's register holds both channels of the first pixel, then of the second.
template <class S, int kPixels, int kVecs>
void i8mm_direct_conv(const QuantizedDirectConv& conv, const float* const* rows, ChannelRange channels,
                      const std::uint8_t* residual, std::byte* y) noexcept {
  constexpr int kPairs = (kPixels + 1) / 2;
  constexpr int kBlocks = 2 * kVecs;  // of two channels
  constexpr int kTogether = 2;        // words
  const Requantizer<S> requantizer(conv.requantize);
  // A copy, for the stores of bytes.
  const QuantizedDirectConv local = conv;
  const std::ptrdiff_t w_step = local.block_step / 2;
  for (int left = 0; left < local.out_width; left += kPixels) {
    const int column = std::min(left, local.out_width - kPixels);
    for (int channel = channels.first; channel < channels.last; channel += kVecs * S::kLanes) {
      PairSums<kPairs, kBlocks> sums;
      for (int b = 0; b < kBlocks; ++b) {
        const int32x2_t start = vld1_s32(local.start + channel + 2 * b);
        for (int p = 0; p < kPairs; ++p) sums[p][b] = vcombine_s32(start, start);
      }
      const float* w = local.weights + channel / S::kLanes * local.block_step;
      for (int k = 0; k < local.kernel_height; ++k) {
        if (rows[k] == nullptr) {
          w += static_cast<std::ptrdiff_t>(local.runs) * local.run * 2;
          continue;
        }
        const float* from = bytes_behind(rows[k], column * local.x_pixel);
        for (int r = 0; r < local.runs; ++r, from = bytes_behind(from, local.x_run)) {
          for (int word = 0; word < local.run; word += kTogether, w += kTogether * 2)
            multiply_pairs<kPixels, kPairs, kBlocks>(sums, from + word, local.x_pixel, w, w_step);
        }
      }
      Tile<S, kPixels, kVecs> acc;
      for (int p = 0; p < kPixels; ++p) {
        for (int z = 0; z < kVecs; ++z) {
          const int64x2_t low = vreinterpretq_s64_s32(sums[p / 2][2 * z]);
          const int64x2_t high = vreinterpretq_s64_s32(sums[p / 2][2 * z + 1]);
          acc[p][z] = vreinterpretq_s32_s64(p % 2 == 0 ? vzip1q_s64(low, high) : vzip2q_s64(low, high));
        }
      }
      store_sums<S, kPixels, kVecs>(local, requantizer, acc, column, channel, residual, y);
    }
  }
}

}  // namespace exeunt::cpu
