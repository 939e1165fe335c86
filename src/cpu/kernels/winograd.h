#pragma once

#include <cstddef>

namespace exeunt::cpu {

/// A stride-1 convolution on NHWC floats by Winograd's minimal filtering on 6x6 patches: 4x4 results a
/// patch for 3x3 kernels, 2x2 for 5x5. The input has its padding round it, up to whole patches.
///
/// Source: Lavin and Gray, "Fast algorithms for convolutional neural networks", CVPR 2016; points 0, 1, -1, 2, -2 and
/// infinity. Weights are transformed and packed by pack_winograd_weights.
struct Winograd {
  static constexpr int kPatch = 6;
  static constexpr int kProducts = kPatch * kPatch;

  const float* weights = nullptr;  ///< [product][block][in channel][tile channels]
  const float* bias = nullptr;     ///< whole blocks, zeros behind the last channel
  int in_channels = 0;
  int out_channels = 0;
  int out_height = 0;
  int out_width = 0;
  int patches_high = 0;
  int patches_wide = 0;
  int block_patches = 0;      ///< patches transformed together, a multiple of the tile's
  std::ptrdiff_t x_line = 0;  ///< floats in a row of x
  float low = 0;              ///< results are clamped to [low, high]; infinite: not at all
  float high = 0;
};

/// y = clamp(x * w + b + residual); residual may be null. y must not overlap x or residual. `scratch` holds
/// winograd_scratch_floats().
using WinogradFn = void (*)(const Winograd& conv, const float* x, const float* residual, float* y,
                            float* scratch) noexcept;

/// A register tile: `patches` times `channels` output channels, for one kernel size.
struct WinogradTile {
  int kernel = 0;
  int patches = 0;
  int channels = 0;
  WinogradFn run = nullptr;
};

/// Floats between the products of a block. The odd cache lines keep the 36 of them out of the same cache set.
constexpr std::ptrdiff_t winograd_product_step(int block_patches, int channels) {
  return static_cast<std::ptrdiff_t>(block_patches) * channels + 16;
}

/// Channels rounded up to whole vectors or tiles.
constexpr int rounded_up(int count, int unit) { return (count + unit - 1) / unit * unit; }

/// Transformed inputs and products of one block of patches.
constexpr std::ptrdiff_t winograd_scratch_floats(const Winograd& conv, int lanes, int tile_channels) {
  return Winograd::kProducts *
         (winograd_product_step(conv.block_patches, rounded_up(conv.in_channels, lanes)) +
          winograd_product_step(conv.block_patches, rounded_up(conv.out_channels, tile_channels)));
}

}  // namespace exeunt::cpu
