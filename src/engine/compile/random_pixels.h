#pragma once

#include <exeunt/tensor.h>

#include <random>

#include "base/aligned_buffer.h"
#include "base/dtype.h"

namespace exeunt {

/// Numbers as pixels have them, the same each time. Small ones would time denormals in the end.
inline AlignedBuffer random_pixels(const TensorType& type) {
  AlignedBuffer buffer(type.bytes());
  std::minstd_rand random(1);
  dispatch(type.dtype, [&]<class T>(TypeTag<T>) {
    auto* to = reinterpret_cast<T*>(buffer.data());
    for (std::int64_t i = 0; i < type.shape.elements(); ++i) to[i] = convert<T>(static_cast<double>(random() % 256));
  });
  return buffer;
}

}  // namespace exeunt
