#pragma once

#include <cstddef>

namespace exeunt::cpu {

/// Pooling of an NHWC image of floats. Windows are cut off at the image's edges.
struct Pool2d {
  int channels = 0;
  int in_height = 0, in_width = 0;
  int out_height = 0, out_width = 0;
  int kernel_height = 0, kernel_width = 0;
  int stride_height = 0, stride_width = 0;
  int pad_top = 0, pad_left = 0;
  bool count_padding = false;  ///< an average is over the whole window, not over what lies in the image
};

using Pool2dFn = void (*)(const Pool2d& pool, const float* x, float* y) noexcept;

}  // namespace exeunt::cpu
