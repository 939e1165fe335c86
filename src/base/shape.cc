#include "base/shape.h"

#include <algorithm>

#include "base/error.h"

namespace exeunt {

std::size_t checked_bytes(const TensorType& type) {
  const auto element = static_cast<std::int64_t>(dtype_bytes(type.dtype));
  std::int64_t bytes = element;
  bool empty = false;
  for (const std::int64_t dim : type.shape) {
    require(dim >= 0, ErrorCode::shape, "the tensor {} has a negative dimension", type.str());
    empty = empty || dim == 0;
  }
  // An empty tensor's other dims must not overflow its strides either.
  for (const std::int64_t dim : type.shape) {
    require(dim <= kMaxTensorBytes / bytes, ErrorCode::shape,
            "the tensor {} needs 2 GB or more; tensors must be smaller than that", type.str());
    bytes *= std::max<std::int64_t>(dim, 1);
  }
  return empty ? 0 : static_cast<std::size_t>(bytes);
}

int normalize_axis(std::int64_t axis, int rank) {
  require(axis >= -rank && axis < rank, ErrorCode::argument, "axis {} is outside a tensor of rank {}", axis, rank);
  return static_cast<int>(axis < 0 ? axis + rank : axis);
}

Shape broadcast(const Shape& a, const Shape& b) {
  const int rank = std::max(a.rank(), b.rank());
  std::array<std::int64_t, Shape::kMaxRank> dims{};
  for (int i = 0; i < rank; ++i) {
    const std::int64_t x = i < rank - a.rank() ? 1 : a[i - (rank - a.rank())];
    const std::int64_t y = i < rank - b.rank() ? 1 : b[i - (rank - b.rank())];
    require(x == y || x == 1 || y == 1, ErrorCode::shape, "shapes {} and {} do not broadcast", a.str(), b.str());
    dims[static_cast<std::size_t>(i)] = x == 1 ? y : x;
  }
  return Shape(std::span(dims.data(), static_cast<std::size_t>(rank)));
}

Strides contiguous_strides(const Shape& shape) noexcept {
  Strides strides{};
  std::int64_t stride = 1;
  for (int axis = shape.rank() - 1; axis >= 0; --axis) {
    strides[static_cast<std::size_t>(axis)] = stride;
    stride *= shape[axis];
  }
  return strides;
}

Strides broadcast_strides(const Shape& from, const Shape& to) noexcept {
  const Strides own = contiguous_strides(from);
  const int shift = to.rank() - from.rank();
  Strides strides{};
  for (int axis = 0; axis < from.rank(); ++axis) {
    if (from[axis] != 1) strides[static_cast<std::size_t>(axis + shift)] = own[static_cast<std::size_t>(axis)];
  }
  return strides;
}

}  // namespace exeunt
