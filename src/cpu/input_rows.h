#pragma once

#include <array>
#include <cstddef>
#include <optional>

#include "cpu/conv_shape.h"

namespace exeunt::cpu {

/// Hands a convolution the rows of its NHWC input that a row of results meets, with zeros left and right of them where
/// it pads. Padded rows live in a ring of as many lines as the kernel is high, which stays in the first-level cache: no
/// padded copy of the image is made.
class InputRows {
 public:
  static constexpr int kMaxLines = 64;

  InputRows() = default;
  /// Nothing for kernels that reach over more than kMaxLines rows.
  static std::optional<InputRows> of(const ConvShape& shape);

  /// Floats of scratch memory that for_each_row needs.
  std::ptrdiff_t scratch_floats() const noexcept { return is_padded() ? lines_ * line_ : 0; }

  /// Calls `use(row, rows)` for the rows of results [first, last); rows[k] is the row of x, padding included, under
  /// kernel row k, or null above and below the image.
  template <class Use>
  void for_each_row(const float* x, float* scratch, int first, int last, Use&& use) const noexcept {
    std::array<int, kMaxLines> held;
    if (is_padded()) start_ring(scratch, held);
    std::array<const float*, kMaxLines> rows;
    for (int row = first; row < last; ++row) {
      for (int k = 0; k < kernel_; ++k) {
        const int y = row * stride_ - top_ + k * dilation_;
        const float*& place = rows[static_cast<std::size_t>(k)];
        if (y < 0 || y >= height_) {
          place = nullptr;
        } else if (is_padded()) {
          place = padded_row(x, scratch, held, y);
        } else {
          place = x + y * line_;
        }
      }
      use(row, rows.data());
    }
  }

 private:
  bool is_padded() const noexcept { return left_ > 0 || right_ > 0; }
  /// Writes the zeros; no line holds a row yet.
  void start_ring(float* scratch, std::array<int, kMaxLines>& held) const noexcept;
  /// Row `y` of x in its line, copied there if the line does not hold it.
  const float* padded_row(const float* x, float* scratch, std::array<int, kMaxLines>& held, int y) const noexcept;

  int height_ = 0;
  int kernel_ = 0, stride_ = 0, dilation_ = 0;
  int top_ = 0;
  int lines_ = 0;
  std::ptrdiff_t left_ = 0, width_ = 0, right_ = 0;  // floats of a row
  std::ptrdiff_t line_ = 0;
};

}  // namespace exeunt::cpu
