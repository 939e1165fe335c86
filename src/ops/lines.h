#pragma once

#include "base/shape.h"

namespace exeunt::ops {

/// Calls `f(start, stride)` for each line along `axis` of a row-major tensor that is not empty: the element
/// offset of its first element and the distance from one to the next.
template <class F>
void for_each_line(const Shape& shape, int axis, F&& f) {
  std::int64_t stride = 1;
  for (int a = axis + 1; a < shape.rank(); ++a) stride *= shape[a];
  const std::int64_t block = shape[axis] * stride;
  for (std::int64_t start = 0; start < shape.elements(); start += block) {
    for (std::int64_t i = 0; i < stride; ++i) f(start + i, stride);
  }
}

}  // namespace exeunt::ops
