#pragma once

#include <exeunt/tensor.h>

namespace exeunt {

/// How far two tensors of as many elements are apart.
struct Distance {
  double max_abs = 0;    ///< infinite where one of two elements is NaN, or they are unequal infinities
  double magnitude = 0;  ///< largest finite |element| of the second

  /// max_abs over magnitude; 0 for equal tensors.
  double relative() const noexcept;
};

/// The distance of `ours` from `theirs`, whatever their element types. @throws Error shape if the counts differ
Distance distance(const TensorView& ours, const TensorView& theirs);

}  // namespace exeunt
