#include "cpu/input_rows.h"

#include <algorithm>

namespace exeunt::cpu {

std::optional<InputRows> InputRows::of(const ConvShape& s) {
  InputRows rows;
  rows.height_ = s.in_height;
  rows.kernel_ = s.kernel_height;
  rows.stride_ = s.stride_height;
  rows.dilation_ = s.dilation_height;
  rows.top_ = s.pad_top;
  rows.lines_ = (s.kernel_height - 1) * s.dilation_height + 1;
  rows.left_ = static_cast<std::ptrdiff_t>(s.pad_left) * s.in_channels;
  rows.width_ = static_cast<std::ptrdiff_t>(s.in_width) * s.in_channels;
  rows.right_ = static_cast<std::ptrdiff_t>(s.pad_right) * s.in_channels;
  rows.line_ = rows.left_ + rows.width_ + rows.right_;
  if (rows.lines_ > kMaxLines) return std::nullopt;
  return rows;
}

void InputRows::start_ring(float* scratch, std::array<int, kMaxLines>& held) const noexcept {
  held.fill(-1);
  for (int l = 0; l < lines_; ++l, scratch += line_) {
    std::fill_n(scratch, left_, 0.0F);
    std::fill_n(scratch + left_ + width_, right_, 0.0F);
  }
}

const float* InputRows::padded_row(const float* x, float* scratch, std::array<int, kMaxLines>& held,
                                   int y) const noexcept {
  const int line = y % lines_;
  float* to = scratch + line * line_;
  int& row = held[static_cast<std::size_t>(line)];
  if (row != y) {
    std::copy_n(x + y * width_, width_, to + left_);
    row = y;
  }
  return to;
}

}  // namespace exeunt::cpu
