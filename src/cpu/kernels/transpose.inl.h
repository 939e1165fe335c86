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

/// Few rows whose elements lie side by side in y (the channels of a picture): whole vectors are stored, of which the
/// next one covers what does not belong there. The last columns are left. @return how many columns are done
template <class S>
[[gnu::always_inline]] inline std::ptrdiff_t interleave(const float* x, std::ptrdiff_t x_row, int rows,
                                                        std::ptrdiff_t columns, float* y) noexcept {
  std::ptrdiff_t c = 0;
  for (; c + 2 * S::kLanes <= columns; c += S::kLanes) {
    typename S::Vec square[S::kLanes];
#pragma GCC unroll 16
    for (int r = 0; r < S::kLanes; ++r) square[r] = r < rows ? S::load(x + r * x_row + c) : S::zero();
    S::transpose(square);
#pragma GCC unroll 16
    for (int i = 0; i < S::kLanes; ++i) S::store(y + (c + i) * rows, square[i]);
  }
  return c;
}

/// The same the other way: few columns that lie side by side in x. @return how many rows are done
template <class S>
[[gnu::always_inline]] inline std::ptrdiff_t part_interleaved(const float* x, std::ptrdiff_t rows, int columns,
                                                              float* y, std::ptrdiff_t y_row) noexcept {
  std::ptrdiff_t r = 0;
  for (; r + 2 * S::kLanes <= rows; r += S::kLanes) {
    typename S::Vec square[S::kLanes];
#pragma GCC unroll 16
    for (int i = 0; i < S::kLanes; ++i) square[i] = S::load(x + (r + i) * columns);
    S::transpose(square);
#pragma GCC unroll 16
    for (int c = 0; c < S::kLanes; ++c) {
      if (c < columns) S::store(y + c * y_row + r, square[c]);
    }
  }
  return r;
}

template <class S>
void transpose(const float* x, std::ptrdiff_t x_row, std::ptrdiff_t rows, std::ptrdiff_t columns, float* y,
               std::ptrdiff_t y_row) noexcept {
  // Pictures of three channels would fill a wide square with nothing.
  if (rows <= Scalar::kLanes && y_row == rows) {
    const std::ptrdiff_t done = interleave<Scalar>(x, x_row, static_cast<int>(rows), columns, y);
    return transpose_squares<Scalar>(x + done, x_row, rows, columns - done, y + done * y_row, y_row);
  }
  if (columns <= Scalar::kLanes && x_row == columns) {
    const std::ptrdiff_t done = part_interleaved<Scalar>(x, rows, static_cast<int>(columns), y, y_row);
    return transpose_squares<Scalar>(x + done * x_row, x_row, rows - done, columns, y + done, y_row);
  }
  transpose_squares<S>(x, x_row, rows, columns, y, y_row);
}

}  // namespace exeunt::cpu
