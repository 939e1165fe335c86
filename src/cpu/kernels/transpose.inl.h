#pragma once

#include <algorithm>

#include "cpu/kernels/transpose.h"
#include "cpu/simd/scalar.h"

namespace exeunt::cpu {

/// A square of `rows` by `columns` elements, each at most the lanes of a vector.
template <class S>
[[gnu::always_inline]] inline void transpose_square(const float* x, std::ptrdiff_t x_row, int rows, int columns,
                                                    float* y, std::ptrdiff_t y_row) noexcept {
  typename S::Vec square[S::kLanes];
  if (rows == S::kLanes && columns == S::kLanes) {
#pragma GCC unroll 16
    for (int r = 0; r < S::kLanes; ++r) square[r] = S::load(x + r * x_row);
    S::transpose(square);
#pragma GCC unroll 16
    for (int c = 0; c < S::kLanes; ++c) S::store(y + c * y_row, square[c]);
    return;
  }
#pragma GCC unroll 16
  for (int r = 0; r < S::kLanes; ++r) square[r] = r < rows ? S::load_part(x + r * x_row, columns) : S::zero();
  S::transpose(square);
#pragma GCC unroll 16
  for (int c = 0; c < S::kLanes; ++c) {
    if (c < columns) S::store_part(y + c * y_row, square[c], rows);
  }
}

/// Squares of S; a vector along rows, then the next rows.
template <class S>
[[gnu::always_inline]] inline void transpose_squares(const float* x, std::ptrdiff_t x_row, std::ptrdiff_t rows,
                                                     std::ptrdiff_t columns, float* y, std::ptrdiff_t y_row) noexcept {
  constexpr std::ptrdiff_t kSide = S::kLanes;
  for (std::ptrdiff_t c = 0; c < columns; c += kSide) {
    for (std::ptrdiff_t r = 0; r < rows; r += kSide) {
      transpose_square<S>(x + r * x_row + c, x_row, static_cast<int>(std::min(kSide, rows - r)),
                          static_cast<int>(std::min(kSide, columns - c)), y + c * y_row + r, y_row);
    }
  }
}

template <class S>
void transpose(const float* x, std::ptrdiff_t x_row, std::ptrdiff_t rows, std::ptrdiff_t columns, float* y,
               std::ptrdiff_t y_row) noexcept {
  // Pictures of three channels would fill a wide square with nothing.
  if (rows <= Scalar::kLanes || columns <= Scalar::kLanes) {
    transpose_squares<Scalar>(x, x_row, rows, columns, y, y_row);
  } else {
    transpose_squares<S>(x, x_row, rows, columns, y, y_row);
  }
}

}  // namespace exeunt::cpu
