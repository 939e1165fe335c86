#include "cpu/padded_image.h"

#include <algorithm>

namespace exeunt::cpu {

std::optional<ConvShape> conv_shape(const ops::Conv& op, const NodeView& node) {
  const std::size_t axes = op.strides.size();
  const Shape& x = node.operand_type(0)->shape;
  const Shape& w = node.operand_type(1)->shape;
  const Shape& y = node.result_type().shape;
  const bool depthwise = op.group > 1 && op.group == x[1] && op.group == y[1];
  if (axes < 1 || axes > 2 || (op.group != 1 && !depthwise)) return std::nullopt;
  const auto of = [](std::int64_t value) { return static_cast<int>(value); };
  ConvShape s{of(x[0]), depthwise, of(x[1]), 1, of(x[x.rank() - 1]), of(y[1]), 1, of(y[y.rank() - 1])};
  s.kernel_height = s.stride_height = s.dilation_height = 1;
  s.kernel_width = of(w[w.rank() - 1]);
  s.stride_width = of(op.strides.back());
  s.dilation_width = of(op.dilations.back());
  s.pad_left = of(op.pads[axes - 1]);
  s.pad_right = of(op.pads[2 * axes - 1]);
  if (axes == 1) return s;
  s.in_height = of(x[2]);
  s.out_height = of(y[2]);
  s.kernel_height = of(w[2]);
  s.stride_height = of(op.strides[0]);
  s.dilation_height = of(op.dilations[0]);
  s.pad_top = of(op.pads[0]);
  s.pad_bottom = of(op.pads[2]);
  return s;
}

ConvStep conv_step(const ConvShape& s, const NodeView& node, PaddingBehind behind) {
  ConvStep step;
  step.image = {s.in_height, s.in_width, s.in_channels, s.pad_top, s.pad_left, behind.bottom, behind.right};
  step.batch = s.batch;
  step.has_residual = node.operand_type(3) != nullptr;
  step.result_floats = static_cast<std::ptrdiff_t>(s.out_height) * s.out_width * s.out_channels;
  return step;
}

void pad_image(const PaddedImage& image, const float* x, float* to) noexcept {
  const std::ptrdiff_t line = image.line();
  const std::ptrdiff_t row = static_cast<std::ptrdiff_t>(image.width) * image.channels;
  // The zeros right of one row and left of the next lie together.
  const std::ptrdiff_t left = static_cast<std::ptrdiff_t>(image.left) * image.channels;
  const std::ptrdiff_t gap = line - row;
  std::fill_n(to, image.top * line + left, 0.0F);
  to += image.top * line + left;
  for (int y = 0; y < image.height; ++y, x += row, to += line) {
    std::copy_n(x, row, to);
    if (y + 1 < image.height) std::fill_n(to + row, gap, 0.0F);
  }
  std::fill_n(to - gap, gap - left + image.bottom * line, 0.0F);
}

}  // namespace exeunt::cpu
