#pragma once

#include "cpu/kernels/bf16_conv.inl.h"
#include "cpu/kernels/winograd.inl.h"
#include "cpu/kernels/word_products.inl.h"

namespace exeunt::cpu {

template <class S, int kPatches, int kVecs>
void bf16_multiply(const Bf16Winograd& conv, int points, int patches, const float* in, float* out) noexcept {
  const WordProducts products{conv.weights, conv.matrix_step, points,         conv.words,    conv.out_channels,
                              conv.block,   conv.in_point,    conv.out_block, conv.out_point};
  multiply_words<S, kPatches, kVecs, S::kLanes / 2>(products, patches, in, out);
}

template <class S, int kPatch, int kResults>
void bf16_scatter(const Bf16Winograd& given, PatchRange patches, const float* products, const std::uint16_t* residual,
                  std::uint16_t* y) noexcept {
  using F = typename S::Float;
  const Bf16Winograd conv = given;
  const HalfResults<S> results{S::set1(conv.low), S::set1(conv.high), residual, y};
  const std::ptrdiff_t pixel = conv.out_channels;
  const std::ptrdiff_t line = pixel * conv.out_width;
  int wide = patches.first % conv.patches_wide;
  int high = patches.first / conv.patches_wide;
  for (int k = 0; k < patches.count; ++k, products += S::kLanes) {
    const float* place = products;
    const int rows = std::min(kResults, conv.out_height - high * kResults);
    const int columns = std::min(kResults, conv.out_width - wide * kResults);
    const std::ptrdiff_t corner = high * kResults * line + wide * kResults * pixel;
    for (int c = 0; c < conv.out_channels; c += S::kLanes, place += conv.out_block) {
      typename S::Vec r[kResults][kResults];
      transform_products<F, kPatch, kResults>(place, conv.out_point, r);
      const typename S::Vec bias = S::load(conv.bias + c);
      const int lanes = std::min(S::kLanes, conv.out_channels - c);
      const bool whole = lanes == S::kLanes && rows == kResults && columns == kResults;
      unrolled<kResults>([&](auto i) EXEUNT_INLINE {
        unrolled<kResults>([&](auto j) EXEUNT_INLINE {
          const typename S::Vec v = S::add(r[i][j], bias);
          const std::ptrdiff_t at = corner + i * line + j * pixel + c;
          if (whole) {
            results.template store<true>(v, at, lanes);
          } else if (i < rows && j < columns) {
            results.template store<false>(v, at, lanes);
          }
        });
      });
    }
    if (++wide == conv.patches_wide) {
      wide = 0;
      ++high;
    }
  }
}

template <class S, int kResults>
inline constexpr Bf16WinogradForm kBf16WinogradForm = {kResults, winograd_gather<HalfMemory<S>, kResults + 2, kResults>,
                                                       bf16_scatter<S, kResults + 2, kResults>};

}  // namespace exeunt::cpu
