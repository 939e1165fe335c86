#pragma once

#include <cstddef>

namespace exeunt::cpu {

/// A depthwise convolution, one filter a channel, on NHWC floats, one row of results at a time. All steps count floats.
struct DepthwiseConv {
  const float* weights = nullptr;  ///< [kernel row][kernel column][channel], channels rounded up to whole vectors
  const float* bias = nullptr;     ///< the same
  int channels = 0;
  int out_width = 0;
  int kernel_height = 0;
  int kernel_width = 0;
  std::ptrdiff_t x_pixel = 0;          ///< from a column of results to the next one, in x
  std::ptrdiff_t x_kernel_column = 0;  ///< from a kernel column to the next
  float low = 0;                       ///< results are clamped to [low, high]; infinite: not at all
  float high = 0;
};

/// One row: y = clamp(x * w + b + residual). Parameters as for DirectConvFn.
using DepthwiseConvFn = void (*)(const DepthwiseConv& conv, const float* const* rows, const float* residual,
                                 float* y) noexcept;

}  // namespace exeunt::cpu
