#include "ops/window.h"

namespace exeunt::ops {

std::int64_t window_output(std::int64_t input, std::int64_t kernel, std::int64_t stride, std::int64_t pad_begin,
                           std::int64_t pad_end, std::int64_t dilation, bool ceil_mode) {
  require(kernel > 0 && stride > 0 && dilation > 0, ErrorCode::argument,
          "kernel {}, stride {} and dilation {} must be positive", kernel, stride, dilation);
  require(pad_begin >= 0 && pad_end >= 0, ErrorCode::argument, "negative padding ({}, {}) is not possible here",
          pad_begin, pad_end);
  constexpr std::int64_t kLimit = kMaxTensorBytes;
  require(kernel < kLimit && stride < kLimit && dilation < kLimit && pad_begin < kLimit && pad_end < kLimit,
          ErrorCode::argument, "a kernel, stride, dilation or padding of 2^31 or more");
  const std::int64_t span = (kernel - 1) * dilation + 1;
  const std::int64_t room = input + pad_begin + pad_end - span;
  require(room >= 0, ErrorCode::shape, "a window of {} does not fit an input of {} with padding {} and {}", span, input,
          pad_begin, pad_end);
  if (!ceil_mode) return room / stride + 1;
  std::int64_t output = (room + stride - 1) / stride + 1;
  if ((output - 1) * stride >= input + pad_begin) --output;
  return output;
}

Shape window_output_shape(const Shape& input, std::int64_t channels, const WindowView& window, bool ceil_mode) {
  const int spatial = input.rank() - 2;
  const auto count = static_cast<std::size_t>(spatial);
  require(spatial >= 1 && spatial <= 3, ErrorCode::shape, "input {} needs 1 to 3 spatial axes after batch and channels",
          input.str());
  require(window.kernel.size() == count && window.strides.size() == count && window.dilations.size() == count &&
              window.pads.size() == 2 * count,
          ErrorCode::argument, "kernel, strides, dilations or pads do not have {} spatial axes", spatial);
  Shape output = input;
  output[1] = channels;
  for (int i = 0; i < spatial; ++i) {
    const auto a = static_cast<std::size_t>(i);
    output[i + 2] = window_output(input[i + 2], window.kernel[a], window.strides[a], window.pads[a],
                                  window.pads[a + count], window.dilations[a], ceil_mode);
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

}  // namespace exeunt::ops
