#include "cpu/conv_shape.h"

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

}  // namespace exeunt::cpu
