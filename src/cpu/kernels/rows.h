#pragma once

#include <cstddef>

namespace exeunt::cpu {

/// Normalises a row of `count` floats: (x - mean) / sqrt(variance + epsilon) * scale + bias; x and y may be one.
/// Without `center` x / sqrt(mean square + epsilon) * scale + bias. `scale` and `bias` may be null.
using NormalizeRowFn = void (*)(const float* x, std::ptrdiff_t count, float epsilon, bool center, const float* scale,
                                const float* bias, float* y) noexcept;

/// Softmax of each of `rows` rows of `count` floats that follow each other, or its logarithm.
using SoftmaxFn = void (*)(const float* x, std::ptrdiff_t rows, std::ptrdiff_t count, float* y) noexcept;

struct RowKernels {
  NormalizeRowFn normalize = nullptr;
  SoftmaxFn softmax = nullptr;
  SoftmaxFn log_softmax = nullptr;
};

}  // namespace exeunt::cpu
