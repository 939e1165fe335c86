#pragma once

#include <array>
#include <span>

#include "ops/fields.h"
#include "ops/operands.h"

namespace exeunt::ops {

/// A borrowed window: references make theirs when they run, without allocating.
struct WindowView {
  std::span<const std::int64_t> kernel;
  std::span<const std::int64_t> strides;
  std::span<const std::int64_t> pads;
  std::span<const std::int64_t> dilations;
};

/// The sliding window of a convolution or pooling over 1 to 3 spatial axes.
/// `pads` holds the begins of all axes, then the ends, as in ONNX.
struct Window {
  Ints kernel;
  Ints strides;
  Ints pads;
  Ints dilations;

  operator WindowView() const noexcept { return {kernel, strides, pads, dilations}; }
};

/// The output size of one spatial axis. With `ceil_mode` the last window may start inside the
/// input or its left padding and hang over the end, never start in the right padding.
/// @throws Error shape if the window does not fit once.
std::int64_t window_output(std::int64_t input, std::int64_t kernel, std::int64_t stride, std::int64_t pad_begin,
                           std::int64_t pad_end, std::int64_t dilation, bool ceil_mode);

/// The output shape [N, channels, spatial...] for an input [N, C, spatial...].
/// @throws Error shape, argument if counts of strides, pads, dilations do not fit the rank.
Shape window_output_shape(const Shape& input, std::int64_t channels, const WindowView& window, bool ceil_mode);

/// The window and the spatial sizes as if there were always three spatial axes: missing leading ones are 1.
struct Window3 {
  std::array<std::int64_t, 3> in, out, kernel, strides, pads, pads_end, dilations;
};
Window3 make_window3(const Shape& input, const Shape& output, const WindowView& window) noexcept;

}  // namespace exeunt::ops
