#pragma once

#include <cstddef>

namespace exeunt::cpu {

/// A convolution on NHWC floats, one row of results at a time. All steps count floats.
///
/// A kernel row is `runs` stretches of `run` floats that lie together in a row of x: one of kernel width times
/// channels, or with dilation one a tap. Weights are packed by pack_direct_weights.
struct DirectConv {
  const float* weights = nullptr;  ///< [block of lanes][kernel row][run][float of the run][lane]
  const float* bias = nullptr;     ///< whole blocks, zeros behind the last channel
  std::ptrdiff_t block_step = 0;   ///< from a block of weights to the next
  int out_width = 0;
  int out_channels = 0;
  int kernel_height = 0;
  int runs = 0;
  int run = 0;
  std::ptrdiff_t x_pixel = 0;  ///< from a column of results to the next one, in x
  std::ptrdiff_t x_run = 0;    ///< from a run to the next
  float low = 0;               ///< results are clamped to [low, high]; infinite: not at all
  float high = 0;
};

/// Channels [first, last) of the results; `first` is a multiple of the tile's channels.
struct ChannelRange {
  int first = 0;
  int last = 0;
};

/// One row: y = clamp(x * w + b + residual).
/// @param rows      for each kernel row the row of x that it meets, at the first column that it reads, padding
///                  included; null: a row of zeros
/// @param residual  null: none. Does not overlap y
/// @param y         needs out_width >= the tile's pixels
using DirectConvFn = void (*)(const DirectConv& conv, const float* const* rows, ChannelRange channels,
                              const float* residual, float* y) noexcept;

/// A register tile: `pixels` neighbours of a row times `channels` output channels.
struct DirectConvTile {
  int pixels = 0;
  int channels = 0;
  DirectConvFn run = nullptr;
  int kernel_run = 0;  ///< DirectConv::run for which it is made, `runs` being 1; 0: any
};

}  // namespace exeunt::cpu
