#pragma once

#include <cstddef>

#include "ops/conv.h"
#include "plan/backend.h"

namespace exeunt::cpu {

/// A 2-D convolution of one image with one group, as the kernels of our own see it; 1-D ones have a height of 1.
struct ConvShape {
  int batch = 0;
  int in_channels = 0, in_height = 0, in_width = 0;
  int out_channels = 0, out_height = 0, out_width = 0;
  int kernel_height = 0, kernel_width = 0;
  int stride_height = 0, stride_width = 0;
  int dilation_height = 0, dilation_width = 0;
  int pad_top = 0, pad_left = 0, pad_bottom = 0, pad_right = 0;
};

/// @throws nothing. Empty: a convolution with groups, or of three spatial axes
std::optional<ConvShape> conv_shape(const ops::Conv& op, const NodeView& node);

/// An NHWC image with zeros round it.
struct PaddedImage {
  int height = 0, width = 0, channels = 0;
  int top = 0, left = 0, bottom = 0, right = 0;

  bool is_padded() const noexcept { return top > 0 || left > 0 || bottom > 0 || right > 0; }
  std::ptrdiff_t line() const noexcept { return static_cast<std::ptrdiff_t>(left + width + right) * channels; }
  std::ptrdiff_t floats() const noexcept { return line() * (top + height + bottom); }
};

/// Writes the image `x` [height, width, channels] and the zeros round it to `to`.
void pad_image(const PaddedImage& image, const float* x, float* to) noexcept;

}  // namespace exeunt::cpu
