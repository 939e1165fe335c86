#pragma once

#include <cstddef>

namespace exeunt::cpu {

/// A depthwise convolution, one filter a channel, on NHWC floats whose input has its padding round it. All steps count
/// floats.
struct DepthwiseConv {
  const float* weights = nullptr;  ///< [kernel row][kernel column][channel], channels rounded up to whole vectors
  const float* bias = nullptr;     ///< the same
  int channels = 0;
  int out_height = 0;
  int out_width = 0;
  int kernel_height = 0;
  int kernel_width = 0;
  std::ptrdiff_t x_line = 0;           ///< from an output row's first float of x to the next one's
  std::ptrdiff_t x_pixel = 0;          ///< the same for output columns
  std::ptrdiff_t x_kernel_row = 0;     ///< from a kernel row to the next
  std::ptrdiff_t x_kernel_column = 0;  ///< from a kernel column to the next
  float low = 0;                       ///< results are clamped to [low, high]; infinite: not at all
  float high = 0;
};

/// y = clamp(x * w + b + residual); residual may be null. y must not overlap x or residual.
using DepthwiseConvFn = void (*)(const DepthwiseConv& conv, const float* x, const float* residual, float* y) noexcept;

}  // namespace exeunt::cpu
