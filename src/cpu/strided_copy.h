#pragma once

#include <vector>

#include "cpu/kernels/transpose.h"
#include "plan/backend.h"

namespace exeunt::cpu {

/// One block to copy: `shape` elements from one strided place to another. Axes are put in the order of
/// the destination and runs that are contiguous on both sides are joined when it is made.
class StridedCopy {
 public:
  /// Strides in elements; `source_start` and `target_start` are element offsets.
  StridedCopy(const Shape& shape, const Strides& source, std::int64_t source_start, const Strides& target,
              std::int64_t target_start, std::size_t element_bytes);

  void run(const std::byte* source, std::byte* target) const noexcept;

 private:
  struct Axis {
    std::int64_t count, source, target;
  };
  /// Calls `copy(from, to)` at every place of the outer axes.
  template <class T, class Copy>
  void for_each_place(const std::byte* source, std::byte* target, Copy&& copy) const noexcept;
  template <class T>
  void run_as(const std::byte* source, std::byte* target) const noexcept;

  std::vector<Axis> outer_;  // outermost first
  Axis inner_{1, 1, 1};      // contiguous in the destination, if any axis is, or the longest
  Axis rows_{1, 1, 1};       // contiguous in the source where the inner axis is not: the two make a matrix to turn
  TransposeFn turn_ = nullptr;
  std::int64_t source_start_;
  std::int64_t target_start_;
  std::size_t element_bytes_;
};

/// Brings a tensor from one layout to another.
Candidate reorder_candidate(const TensorType& type, const Layout& from, const Layout& to);

}  // namespace exeunt::cpu
