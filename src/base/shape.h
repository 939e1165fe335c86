#pragma once

#include <exeunt/tensor.h>

#include <array>
#include <cstdint>
#include <span>

namespace exeunt {

/// Tensors must stay under this size, so that offsets and counts fit 31 bits in every kernel.
inline constexpr std::int64_t kMaxTensorBytes = (std::int64_t{1} << 31) - 1;

/// Bytes of a tensor of this type. @throws Error shape for a negative dim or kMaxTensorBytes and more.
std::size_t checked_bytes(const TensorType& type);

/// `axis` in -rank .. rank-1 as 0 .. rank-1. @throws Error argument
int normalize_axis(std::int64_t axis, int rank);

/// NumPy broadcasting of two shapes. @throws Error shape
Shape broadcast(const Shape& a, const Shape& b);

using Strides = std::array<std::int64_t, Shape::kMaxRank>;

/// Row-major element strides.
Strides contiguous_strides(const Shape& shape) noexcept;

/// Strides with which a tensor of shape `from` is read as if broadcast to `to`: 0 along repeated axes.
Strides broadcast_strides(const Shape& from, const Shape& to) noexcept;

/// Counts through all indices of a shape, last axis fastest, and keeps the element offsets of
/// several strided tensors in step. Never allocates.
template <std::size_t N>
class StridedLoop {
 public:
  StridedLoop(const Shape& shape, const std::array<Strides, N>& strides) noexcept
      : shape_(shape), strides_(strides), left_(shape.elements()) {}

  bool done() const noexcept { return left_ <= 0; }
  std::int64_t offset(std::size_t tensor) const noexcept { return offsets_[tensor]; }
  std::int64_t index(int axis) const noexcept { return index_[static_cast<std::size_t>(axis)]; }

  void next() noexcept {
    --left_;
    for (int axis = shape_.rank() - 1; axis >= 0; --axis) {
      const auto a = static_cast<std::size_t>(axis);
      ++index_[a];
      for (std::size_t t = 0; t < N; ++t) offsets_[t] += strides_[t][a];
      if (index_[a] < shape_[axis]) return;
      for (std::size_t t = 0; t < N; ++t) offsets_[t] -= strides_[t][a] * index_[a];
      index_[a] = 0;
    }
  }

 private:
  Shape shape_;
  std::array<Strides, N> strides_;
  std::int64_t left_;
  std::array<std::int64_t, N> offsets_{};
  std::array<std::int64_t, Shape::kMaxRank> index_{};
};

}  // namespace exeunt
