#pragma once

#include <algorithm>

#include "ops/operands.h"

namespace exeunt::ops {

/// @throws Error dtype unless `indices` are i32 or i64.
inline void require_indices(const TensorType& indices) {
  require(indices.dtype == DType::i32 || indices.dtype == DType::i64, ErrorCode::dtype,
          "indices are {}; i32 or i64 is needed", dtype_name(indices.dtype));
}

/// Index `i` as a position on an axis of `size` elements: negative ones count from the end, those
/// out of range pick the nearest end.
inline std::int64_t position_at(TensorView indices, std::int64_t i, std::int64_t size) noexcept {
  const std::int64_t at = indices.dtype() == DType::i64 ? indices.as<std::int64_t>()[i] : indices.as<std::int32_t>()[i];
  return std::clamp<std::int64_t>(at < 0 ? at + size : at, 0, size - 1);
}

/// @throws Error unless `indices`, one an element, fit `x`: its rank, and no larger beside `axis`.
void check_element_indices(const Shape& x, const Shape& indices, std::int64_t axis);

/// Rows of indices [..., K] that each name a slice of `x` by its place on axes `batch` .. `batch` + K - 1,
/// where the first `batch` axes of both are one.
struct SliceIndices {
  std::int64_t rows = 0;        ///< number of slices named
  std::int64_t batches = 1;     ///< product of the shared axes
  std::int64_t slice = 1;       ///< elements of a slice
  std::int64_t batch_step = 1;  ///< elements of x a batch
  int first = 0;                ///< the first axis named
  int count = 0;                ///< K

  /// @throws Error shape, argument
  SliceIndices(const Shape& x, const Shape& indices, std::int64_t batch);
  /// Where in x the slice of row `row` starts, in elements.
  std::int64_t start(const Shape& x, TensorView indices, std::int64_t row) const noexcept;
};

}  // namespace exeunt::ops
