#include "ops/indices.h"

namespace exeunt::ops {

void check_element_indices(const Shape& x, const Shape& indices, std::int64_t axis) {
  const int along = normalize_axis(axis, x.rank());
  require(x.rank() == indices.rank(), ErrorCode::shape, "indices {} and data {} differ in rank", indices.str(),
          x.str());
  for (int a = 0; a < x.rank(); ++a) {
    require(a == along || indices[a] <= x[a], ErrorCode::shape, "indices {} reach beyond data {} on axis {}",
            indices.str(), x.str(), a);
  }
  require(x[along] > 0 || indices.elements() == 0, ErrorCode::shape, "axis {} of {} is empty", along, x.str());
}

SliceIndices::SliceIndices(const Shape& x, const Shape& indices, std::int64_t batch) {
  require(x.rank() >= 1 && indices.rank() >= 1, ErrorCode::shape, "data {} and indices {} need a rank of 1 at least",
          x.str(), indices.str());
  require(batch >= 0 && batch < std::min(x.rank(), indices.rank()), ErrorCode::argument,
          "{} batch axes for data {} and indices {}", batch, x.str(), indices.str());
  const std::int64_t named = indices[indices.rank() - 1];
  require(named <= x.rank() - batch, ErrorCode::shape, "indices {} name {} axes; {} has {} behind the batch",
          indices.str(), named, x.str(), x.rank() - batch);
  first = static_cast<int>(batch);
  count = static_cast<int>(named);
  rows = 1;
  for (int a = 0; a < indices.rank() - 1; ++a) rows *= indices[a];
  for (int a = 0; a < first; ++a) {
    require(x[a] == indices[a], ErrorCode::shape, "batch axis {} differs between data {} and indices {}", a, x.str(),
            indices.str());
    batches *= x[a];
  }
  for (int a = first + count; a < x.rank(); ++a) slice *= x[a];
  for (int a = first; a < x.rank(); ++a) batch_step *= x[a];
  for (int a = first; a < first + count; ++a) {
    require(x[a] > 0 || rows == 0, ErrorCode::shape, "axis {} of {} is empty", a, x.str());
  }
}

std::int64_t SliceIndices::start(const Shape& x, TensorView indices, std::int64_t row) const noexcept {
  std::int64_t offset = 0;
  for (int i = 0; i < count; ++i) {
    offset = offset * x[first + i] + position_at(indices, row * count + i, x[first + i]);
  }
  return row / (rows / batches) * batch_step + offset * slice;
}

}  // namespace exeunt::ops
