#pragma once

#include <array>
#include <span>
#include <utility>

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
/// @throws Error shape if the window does not fit once; argument for settings out of range
std::int64_t window_output(std::int64_t input, std::int64_t kernel, std::int64_t stride, std::int64_t pad_begin,
                           std::int64_t pad_end, std::int64_t dilation, bool ceil_mode);

/// The output size of one spatial axis of a transposed convolution. @throws Error shape, argument likewise
std::int64_t transposed_output(std::int64_t input, std::int64_t kernel, std::int64_t stride, std::int64_t pad_begin,
                               std::int64_t pad_end, std::int64_t dilation, std::int64_t output_padding);

/// The output shape [N, channels, spatial...] for an input [N, C, spatial...].
/// @throws Error shape, argument if counts of strides, pads, dilations do not fit the rank.
Shape window_output_shape(const Shape& input, std::int64_t channels, const WindowView& window, bool ceil_mode);

/// The same for a transposed convolution.
Shape transposed_output_shape(const Shape& input, std::int64_t channels, const WindowView& window,
                              std::span<const std::int64_t> output_padding);

/// The same for pooling, where channels stay. @throws Error also argument if padding is as large as the window.
Shape pool_output_shape(const Shape& input, const WindowView& window, bool ceil_mode);

/// The window and the spatial sizes as if there were always three spatial axes: missing leading ones are 1.
struct Window3 {
  std::array<std::int64_t, 3> in, out, kernel, strides, pads, pads_end, dilations;
};
Window3 make_window3(const Shape& input, const Shape& output, const WindowView& window) noexcept;

/// The part of one window along one axis: the taps that lie in the input, and how many lie in input or padding.
struct Extent {
  std::int64_t start, first, last, padded;
  std::int64_t taps() const noexcept { return last - first; }
};
using Extent3 = std::array<Extent, 3>;
Extent extent_of(const Window3& w, std::size_t axis, std::int64_t at) noexcept;

/// Calls `f(extents)` for each place of the window on a plane, in the order of the output.
template <class F>
void for_each_window(const Window3& w, F&& f) {
  Extent3 e{};
  for (std::int64_t i = 0; i < w.out[0]; ++i) {
    e[0] = extent_of(w, 0, i);
    for (std::int64_t j = 0; j < w.out[1]; ++j) {
      e[1] = extent_of(w, 1, j);
      for (std::int64_t k = 0; k < w.out[2]; ++k) {
        e[2] = extent_of(w, 2, k);
        f(std::as_const(e));
      }
    }
  }
}

/// Calls `f(offset)` with the element offset in the plane of each tap that lies in the input.
template <class F>
void for_each_tap(const Window3& w, const Extent3& e, F&& f) {
  for (std::int64_t i = e[0].first; i < e[0].last; ++i) {
    const std::int64_t z = e[0].start + i * w.dilations[0];
    for (std::int64_t j = e[1].first; j < e[1].last; ++j) {
      const std::int64_t row = (z * w.in[1] + e[1].start + j * w.dilations[1]) * w.in[2] + e[2].start;
      for (std::int64_t k = e[2].first; k < e[2].last; ++k) f(row + k * w.dilations[2]);
    }
  }
}

}  // namespace exeunt::ops
