#pragma once

#include <cstddef>

namespace exeunt::cpu {

/// A convolution on NHWC floats whose input has its padding round it. All steps count floats.
///
/// A kernel row is `runs` stretches of `run` floats that lie together in x: one of kernel width times
/// channels, or with dilation one a tap. Weights are packed by pack_direct_weights.
struct DirectConv {
  const float* weights = nullptr;  ///< [block][kernel row][run][float of the run][tile channels]
  const float* bias = nullptr;     ///< whole blocks, zeros behind the last channel
  int out_height = 0;
  int out_width = 0;
  int out_channels = 0;
  int kernel_height = 0;
  int runs = 0;
  int run = 0;
  std::ptrdiff_t x_line = 0;        ///< from an output row's first float of x to the next one's
  std::ptrdiff_t x_pixel = 0;       ///< the same for output columns
  std::ptrdiff_t x_kernel_row = 0;  ///< from a kernel row to the next
  std::ptrdiff_t x_run = 0;         ///< from a run to the next
  float low = 0;                    ///< results are clamped to [low, high]; infinite: not at all
  float high = 0;
};

/// y = clamp(x * w + b + residual); residual may be null. y must not overlap x or residual.
using DirectConvFn = void (*)(const DirectConv& conv, const float* x, const float* residual, float* y) noexcept;

/// A register tile: `pixels` neighbours of a row times `channels` output channels.
struct DirectConvTile {
  int pixels = 0;
  int channels = 0;
  DirectConvFn run = nullptr;
};

}  // namespace exeunt::cpu
