#pragma once

#include <cstddef>

namespace exeunt::cpu {

/// Pooling of an NHWC image of floats. Windows are cut off at the image's edges. What is not set is that of a picture
/// of one row.
struct Pool2d {
  int channels = 0;
  int in_height = 1, in_width = 0;
  int out_height = 1, out_width = 0;
  int kernel_height = 1, kernel_width = 0;
  int stride_height = 1, stride_width = 0;
  int pad_top = 0, pad_left = 0;
  bool count_padding = false;  ///< an average is over the whole window, not over what lies in the image
};

using Pool2dFn = void (*)(const Pool2d& pool, const float* x, float* y) noexcept;

}  // namespace exeunt::cpu
