#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>

#include "cpu/conv_shape.h"
#include "cpu/kernels/quantized_conv.h"

namespace exeunt::cpu {

/// Hands a convolution the rows of its NHWC bytes or 16-bit floats as the numbers of words, with the zero point left
/// and right of them where it pads. Bytes follow each other without gaps, so that the numbers of a word may be those of
/// the next pixel, too; pixels of 16-bit floats, which may be NaN, do not share words. Rows live in a ring of as many
/// lines as the kernel is high; where elements already lie as words do, they are not copied.
class WordRows {
 public:
  static constexpr int kMaxLines = 64;

  WordRows() = default;
  /// Nothing for kernels that reach over more than kMaxLines rows.
  static std::optional<WordRows> of(const ConvShape& shape, const QuantizedKernels& kernels, int zero);
  /// Of 16-bit floats, two a word.
  static std::optional<WordRows> of_halves(const ConvShape& shape);

  /// Of scratch memory that for_each_row needs.
  std::ptrdiff_t scratch_words() const noexcept { return is_copied_ ? (lines_ + 1) * line_ : 0; }
  /// From a pixel to the next one in a row that a kernel is handed.
  std::ptrdiff_t pixel_bytes() const noexcept { return pixel_ * number_bytes_; }
  /// That hold so many pixels.
  int words_of(int pixels) const noexcept { return (pixels * pixel_ + group_ - 1) / group_; }
  /// The number that the zero point is in words.
  int zero_number() const noexcept { return zero_; }

  /// As InputRows::for_each_row; rows above and below the image are null if the zero point is the number 0.
  template <class Use>
  void for_each_row(const void* x, float* scratch, int first, int last, Use&& use) const noexcept {
    const auto* bytes = static_cast<const std::uint8_t*>(x);
    std::array<int, kMaxLines> held;
    if (is_copied_) start_ring(scratch, held);
    const float* outside = zero_ == 0 || !is_copied_ ? nullptr : scratch + lines_ * line_;
    std::array<const float*, kMaxLines> rows;
    for (int row = first; row < last; ++row) {
      for (int k = 0; k < kernel_; ++k) {
        const int y = row * stride_ - top_ + k * dilation_;
        const float*& place = rows[static_cast<std::size_t>(k)];
        if (y < 0 || y >= height_) {
          place = outside;
        } else if (is_copied_) {
          place = copied_row(bytes, scratch, held, y);
        } else {
          place = reinterpret_cast<const float*>(bytes + y * row_bytes_);
        }
      }
      use(row, rows.data());
    }
  }

 private:
  static std::optional<WordRows> of_words(const ConvShape& shape, int group, int element_bytes, int pixel);
  void start_ring(float* scratch, std::array<int, kMaxLines>& held) const noexcept;
  const float* copied_row(const std::uint8_t* x, float* scratch, std::array<int, kMaxLines>& held,
                          int y) const noexcept;

  decltype(QuantizedKernels::widen) widen_ = nullptr;
  bool is_copied_ = true;
  int height_ = 0, width_ = 0, channels_ = 0;
  int kernel_ = 0, stride_ = 0, dilation_ = 0;
  int top_ = 0;
  int lines_ = 0;
  int zero_ = 0;
  int number_bytes_ = 0;
  int group_ = 0;  // numbers in a word
  int pixel_ = 0;  // numbers
  std::ptrdiff_t row_bytes_ = 0;
  std::ptrdiff_t left_ = 0;  // numbers
  std::ptrdiff_t line_ = 0;  // words
};

}  // namespace exeunt::cpu
