#pragma once

#include <optional>

#include "ops/conv.h"
#include "plan/backend.h"

namespace exeunt::cpu {

/// A 2-D convolution as the kernels of our own see it; 1-D ones have a height of 1.
struct ConvShape {
  int batch = 0;
  bool depthwise = false;  ///< one filter a channel
  int in_channels = 0, in_height = 0, in_width = 0;
  int out_channels = 0, out_height = 0, out_width = 0;
  int kernel_height = 0, kernel_width = 0;
  int stride_height = 0, stride_width = 0;
  int dilation_height = 0, dilation_width = 0;
  int pad_top = 0, pad_left = 0, pad_bottom = 0, pad_right = 0;
};

/// Nothing for three spatial axes and for groups other than one a channel.
std::optional<ConvShape> conv_shape(const ops::Conv& op, const NodeView& node);

}  // namespace exeunt::cpu
