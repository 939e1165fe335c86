#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "base/shape.h"
#include "ops/fields.h"

namespace exeunt {

/// The order in which a tensor's axes lie in memory, outermost first. The shape stays what the graph
/// says; a Transpose is thus only another layout of the same bytes.
class Layout {
 public:
  Layout() = default;
  /// Axis 0 outermost, the last axis innermost: NumPy's C order.
  static Layout row_major(int rank) noexcept;
  /// Axis 1 innermost: NHWC for a shape [N,C,H,W]. Row-major for rank 2 and less.
  static Layout channels_last(int rank) noexcept;

  int rank() const noexcept { return rank_; }
  /// The axis at memory position `place`, 0 the outermost.
  int axis_at(int place) const noexcept { return order_[static_cast<std::size_t>(place)]; }

  /// Axis order[0] outermost, ... (a permutation).
  static Layout of_order(const ops::Ints& order) noexcept;

  /// The layout of y = Transpose(x, perm) when x has this one and the bytes stay.
  Layout transposed(const ops::Ints& perm) const;

  /// Element strides of each axis.
  Strides strides(const Shape& shape) const noexcept;

  /// "0231"
  std::string str() const;

  bool operator==(const Layout&) const = default;

 private:
  std::array<std::int8_t, Shape::kMaxRank> order_{};
  int rank_ = 0;
};

/// Whether a tensor of `shape` has the same bytes in both layouts: axes of size 1 do not count.
bool same_bytes(const Layout& a, const Layout& b, const Shape& shape) noexcept;

/// Copies a tensor from one layout to another. Slow; for plan time and the reference backend.
void copy_layout(const std::byte* from, const Layout& from_layout, std::byte* to, const Layout& to_layout,
                 const TensorType& type) noexcept;

}  // namespace exeunt
