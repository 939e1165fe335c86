#include "cpu/word_rows.h"

#include <cstring>

namespace exeunt::cpu {

namespace {

void copy_bytes(const std::uint8_t* from, std::ptrdiff_t count, std::byte* to) noexcept {
  std::memcpy(to, from, static_cast<std::size_t>(count));
}

/// Of an odd number of 16-bit floats, which get one more place.
void copy_odd_pixels(const std::uint8_t* from, int pixels, int channels, std::byte* to) noexcept {
  const auto bytes = static_cast<std::size_t>(channels) * sizeof(std::uint16_t);
  for (; pixels > 0; --pixels, from += bytes, to += bytes + sizeof(std::uint16_t)) std::memcpy(to, from, bytes);
}

}  // namespace

std::optional<WordRows> WordRows::of_words(const ConvShape& s, int group, int element_bytes, int pixel) {
  WordRows rows;
  rows.height_ = s.in_height;
  rows.width_ = s.in_width;
  rows.channels_ = s.in_channels;
  rows.kernel_ = s.kernel_height;
  rows.stride_ = s.stride_height;
  rows.dilation_ = s.dilation_height;
  rows.top_ = s.pad_top;
  rows.lines_ = (s.kernel_height - 1) * s.dilation_height + 1;
  if (rows.lines_ > kMaxLines) return std::nullopt;
  rows.number_bytes_ = static_cast<int>(sizeof(float)) / group;
  rows.group_ = group;
  rows.row_bytes_ = static_cast<std::ptrdiff_t>(s.in_width) * s.in_channels * element_bytes;
  rows.pixel_ = pixel;
  rows.left_ = static_cast<std::ptrdiff_t>(s.pad_left) * pixel;
  // The last run may reach into two words more.
  rows.line_ = rows.words_of(s.pad_left + s.in_width + s.pad_right) + 2;
  const bool is_padded = s.pad_left > 0 || s.pad_right > 0 || s.pad_top > 0 || s.pad_bottom > 0;
  rows.is_copied_ = is_padded || rows.number_bytes_ > element_bytes || s.in_channels % group != 0;
  return rows;
}

std::optional<WordRows> WordRows::of(const ConvShape& s, const QuantizedKernels& kernels, int zero) {
  std::optional<WordRows> rows = of_words(s, kernels.group, 1, s.in_channels);
  if (!rows) return rows;
  rows->widen_ = kernels.widen;
  rows->zero_ = kernels.is_signed ? zero - 128 : zero;
  rows->is_copied_ = rows->is_copied_ || kernels.is_signed;
  return rows;
}

std::optional<WordRows> WordRows::of_halves(const ConvShape& s) {
  std::optional<WordRows> rows = of_words(s, 2, sizeof(std::uint16_t), (s.in_channels + 1) / 2 * 2);
  if (!rows) return rows;
  rows->widen_ = copy_bytes;
  return rows;
}

void WordRows::start_ring(float* scratch, std::array<int, kMaxLines>& held) const noexcept {
  held.fill(-1);
  const std::ptrdiff_t words = (lines_ + 1) * line_;
  if (number_bytes_ == 1) {
    std::fill_n(reinterpret_cast<std::uint8_t*>(scratch), words * 4, static_cast<std::uint8_t>(zero_));
  } else {
    std::fill_n(reinterpret_cast<std::int16_t*>(scratch), words * 2, static_cast<std::int16_t>(zero_));
  }
}

const float* WordRows::copied_row(const std::uint8_t* x, float* scratch, std::array<int, kMaxLines>& held,
                                  int y) const noexcept {
  const int line = y % lines_;
  float* to = scratch + line * line_;
  int& row = held[static_cast<std::size_t>(line)];
  if (row == y) return to;
  row = y;
  const std::uint8_t* from = x + y * row_bytes_;
  auto* numbers = reinterpret_cast<std::byte*>(to) + left_ * number_bytes_;
  if (pixel_ == channels_) {
    widen_(from, row_bytes_, numbers);
  } else {
    copy_odd_pixels(from, width_, channels_, numbers);
  }
  return to;
}

}  // namespace exeunt::cpu
