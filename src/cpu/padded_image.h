#pragma once

#include <cstddef>

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

/// An NHWC image with zeros round it.
struct PaddedImage {
  int height = 0, width = 0, channels = 0;
  int top = 0, left = 0, bottom = 0, right = 0;

  bool is_padded() const noexcept { return top > 0 || left > 0 || bottom > 0 || right > 0; }
  std::ptrdiff_t line() const noexcept { return static_cast<std::ptrdiff_t>(left + width + right) * channels; }
  std::ptrdiff_t floats() const noexcept { return line() * (top + height + bottom); }
};

/// What the steps of convolutions share: operands x, the residual if there is one, the result, and scratch memory for
/// the padded image behind `kernel_floats` of the kernel's own.
struct ConvStep {
  PaddedImage image;
  int batch = 0;
  bool has_residual = false;
  std::ptrdiff_t result_floats = 0;  ///< of one sample
  std::ptrdiff_t kernel_floats = 0;

  std::size_t scratch_bytes() const noexcept {
    return static_cast<std::size_t>(kernel_floats + (image.is_padded() ? image.floats() : 0)) * sizeof(float);
  }

  /// Calls `run(padded x, residual or null, y, scratch)` for each sample.
  template <class F>
  void for_each_sample(std::byte* const* operands, F&& run) const noexcept;
};

/// Zeros behind the image that a kernel wants, in rows and columns.
struct PaddingBehind {
  int bottom = 0, right = 0;
};
ConvStep conv_step(const ConvShape& shape, const NodeView& node, PaddingBehind behind);

/// Writes the image `x` [height, width, channels] and the zeros round it to `to`.
void pad_image(const PaddedImage& image, const float* x, float* to) noexcept;

template <class F>
void ConvStep::for_each_sample(std::byte* const* operands, F&& run) const noexcept {
  const auto* x = reinterpret_cast<const float*>(*operands++);
  const auto* residual = has_residual ? reinterpret_cast<const float*>(*operands++) : nullptr;
  auto* y = reinterpret_cast<float*>(*operands++);
  float* const scratch = scratch_bytes() > 0 ? reinterpret_cast<float*>(*operands) : nullptr;
  const std::ptrdiff_t x_floats = static_cast<std::ptrdiff_t>(image.height) * image.width * image.channels;
  for (int sample = 0; sample < batch; ++sample, x += x_floats, y += result_floats) {
    const float* from = x;
    if (image.is_padded()) {
      pad_image(image, x, scratch + kernel_floats);
      from = scratch + kernel_floats;
    }
    run(from, residual, y, scratch);
    if (residual != nullptr) residual += result_floats;
  }
}

}  // namespace exeunt::cpu
