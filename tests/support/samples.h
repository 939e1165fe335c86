#pragma once

#include <exeunt/tools/dataset.h>

#include <span>
#include <vector>

namespace exeunt::testing {

inline SampleFormat format_of(const Shape& shape, DType dtype = DType::f32) {
  SampleFormat format;
  format.sample = {dtype, shape};
  return format;
}

template <class T>
Tensor tensor_of(DType dtype, const Shape& shape, const std::vector<T>& values) {
  return Tensor::of(dtype, shape, std::span<const T>(values));
}

}  // namespace exeunt::testing
