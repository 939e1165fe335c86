#include "ops/window.h"

namespace exeunt::ops {

namespace {

void check_window(std::int64_t kernel, std::int64_t stride, std::int64_t pad_begin, std::int64_t pad_end,
                  std::int64_t dilation) {
  require(kernel > 0 && stride > 0 && dilation > 0, ErrorCode::argument,
          "kernel {}, stride {} and dilation {} must be positive", kernel, stride, dilation);
  require(pad_begin >= 0 && pad_end >= 0, ErrorCode::argument, "negative padding ({}, {}) is not possible here",
          pad_begin, pad_end);
  constexpr std::int64_t kLimit = kMaxTensorBytes;
  require(kernel < kLimit && stride < kLimit && dilation < kLimit && pad_begin < kLimit && pad_end < kLimit,
          ErrorCode::argument, "a kernel, stride, dilation or padding of 2^31 or more");
}

/// @throws Error unless there are 1 to 3 spatial axes and the window has as many.
void check_counts(const Shape& input, const WindowView& window) {
  const int spatial = input.rank() - 2;
  const auto count = static_cast<std::size_t>(spatial);
  require(spatial >= 1 && spatial <= 3, ErrorCode::shape, "input {} needs 1 to 3 spatial axes after batch and channels",
          input.str());
  require(window.kernel.size() == count && window.strides.size() == count && window.dilations.size() == count &&
              window.pads.size() == 2 * count,
          ErrorCode::argument, "kernel, strides, dilations or pads do not have {} spatial axes", spatial);
}

}  // namespace

std::int64_t window_output(std::int64_t input, std::int64_t kernel, std::int64_t stride, std::int64_t pad_begin,
                           std::int64_t pad_end, std::int64_t dilation, bool ceil_mode) {
  check_window(kernel, stride, pad_begin, pad_end, dilation);
  const std::int64_t span = (kernel - 1) * dilation + 1;
  const std::int64_t room = input + pad_begin + pad_end - span;
  // One that hangs over the end from its first place on counts, if it is cut off by less than a stride.
  if (ceil_mode && room < 0 && -room < stride && input > 0) return 1;
  require(room >= 0, ErrorCode::shape, "a window of {} does not fit an input of {} with padding {} and {}", span, input,
          pad_begin, pad_end);
  if (!ceil_mode) return room / stride + 1;
  std::int64_t output = (room + stride - 1) / stride + 1;
  if ((output - 1) * stride >= input + pad_begin) --output;
  return output;
}

std::int64_t transposed_output(std::int64_t input, std::int64_t kernel, std::int64_t stride, std::int64_t pad_begin,
                               std::int64_t pad_end, std::int64_t dilation, std::int64_t output_padding) {
  check_window(kernel, stride, pad_begin, pad_end, dilation);
  require(output_padding >= 0 && output_padding < kMaxTensorBytes, ErrorCode::argument, "output padding {}",
          output_padding);
  const std::int64_t span = (kernel - 1) * dilation + 1;
  const std::int64_t output = stride * (input - 1) + span + output_padding - pad_begin - pad_end;
  require(output >= 0, ErrorCode::shape, "padding {} and {} leave nothing of an output of {}", pad_begin, pad_end,
          output + pad_begin + pad_end);
  return output;
}

Shape window_output_shape(const Shape& input, std::int64_t channels, const WindowView& window, bool ceil_mode) {
  check_counts(input, window);
  const std::size_t count = window.kernel.size();
  Shape output = input;
  output[1] = channels;
  for (std::size_t a = 0; a < count; ++a) {
    const int axis = static_cast<int>(a) + 2;
    output[axis] = window_output(input[axis], window.kernel[a], window.strides[a], window.pads[a],
                                 window.pads[a + count], window.dilations[a], ceil_mode);
  }
  return output;
}

Shape transposed_output_shape(const Shape& input, std::int64_t channels, const WindowView& window,
                              std::span<const std::int64_t> output_padding) {
  check_counts(input, window);
  const std::size_t count = window.kernel.size();
  require(output_padding.size() == count, ErrorCode::argument, "output_padding does not have {} axes", count);
  Shape output = input;
  output[1] = channels;
  for (std::size_t a = 0; a < count; ++a) {
    const int axis = static_cast<int>(a) + 2;
    output[axis] = transposed_output(input[axis], window.kernel[a], window.strides[a], window.pads[a],
                                     window.pads[a + count], window.dilations[a], output_padding[a]);
  }
  return output;
}

Shape pool_output_shape(const Shape& input, const WindowView& window, bool ceil_mode) {
  const Shape output = window_output_shape(input, input.rank() > 1 ? input[1] : 0, window, ceil_mode);
  for (std::size_t i = 0; i < window.pads.size(); ++i) {
    const std::size_t axis = i % window.kernel.size();
    require(window.pads[i] <= (window.kernel[axis] - 1) * window.dilations[axis], ErrorCode::argument,
            "padding {} is not smaller than the window", window.pads[i]);
  }
  return output;
}

Window3 make_window3(const Shape& input, const Shape& output, const WindowView& window) noexcept {
  Window3 w{};
  w.in.fill(1), w.out.fill(1), w.kernel.fill(1), w.strides.fill(1), w.dilations.fill(1);
  const std::size_t count = window.kernel.size();
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t to = 3 - count + i;
    w.in[to] = input[static_cast<int>(i) + 2];
    w.out[to] = output[static_cast<int>(i) + 2];
    w.kernel[to] = window.kernel[i];
    w.strides[to] = window.strides[i];
    w.pads[to] = window.pads[i];
    w.pads_end[to] = window.pads[count + i];
    w.dilations[to] = window.dilations[i];
  }
  return w;
}

Extent extent_of(const Window3& w, std::size_t axis, std::int64_t at) noexcept {
  Extent e{at * w.strides[axis] - w.pads[axis], 0, 0, 0};
  const std::int64_t d = w.dilations[axis];
  e.last = w.kernel[axis];
  while (e.first < e.last && e.start + e.first * d < 0) ++e.first;
  while (e.last > e.first && e.start + (e.last - 1) * d >= w.in[axis]) --e.last;
  for (std::int64_t k = 0; k < w.kernel[axis]; ++k) {
    if (e.start + k * d < w.in[axis] + w.pads_end[axis]) ++e.padded;
  }
  return e;
}

}  // namespace exeunt::ops
